import { Hono } from 'hono';
import { EXCHANGE_OUTCOMES } from '../../core/exchange.ts';
import type { ExchangeOutcome } from '../../core/exchange.ts';
import { Fault } from '../../core/fault.ts';
import type { ExchangeFilter } from '../../store/store.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminEnv } from './admin-context.ts';
import type { ExchangeContent, ExchangeDetail, ExchangePage } from './api.ts';

const PAGE = 50;
const MOST = 200;
const DECISIONS = ['found', 'failed'] as const;

/** `GET /api/exchanges` (filters, pages) and `GET /api/exchanges/:id`. */
export function exchangeRoutes(runtime: Runtime): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();

  app.get('/', async (c) => {
    const query = c.req.query();
    const limit = Math.min(MOST, wholeNumber(query, 'limit') ?? PAGE);
    const page = await runtime.store.exchanges(readFilter(query), limit, wholeNumber(query, 'before'));
    return c.json<ExchangePage>({ rows: page.rows, next: page.next });
  });

  app.get('/:id', async (c) => {
    const id = c.req.param('id');
    const stored = await runtime.store.exchange(id);
    if (stored === null) {
      throw new Fault('ERR_NOT_FOUND', 'There is no exchange with this id.', {
        hint: 'Ids are what clients see as `x-request-id`.',
      });
    }
    const { ledger } = runtime;
    return c.json<ExchangeDetail>({
      ...stored,
      content: await contentOf(runtime, id, stored.exchange.contentDigest),
      ledger: { origin: ledger.origin, size: ledger.size, integrated: ledger.checkpoint().size > stored.index },
    });
  });
  return app;
}

async function contentOf(runtime: Runtime, id: string, digest: string | null): Promise<ExchangeContent> {
  if (digest === null) return { state: 'never' };
  const kept = await runtime.store.content(id);
  if (kept === null) return { state: 'gone' };
  const mode = runtime.generation.loaded.config.evidence.content === 'redacted' ? 'redacted' : 'full';
  return { state: 'kept', mode, segments: kept.segments };
}

type Query = Readonly<Record<string, string>>;

/** Reads the filter from the query. An unknown value is an error, never a filter that is silently left out. */
export function readFilter(query: Query): ExchangeFilter {
  const outcome = query['outcome'];
  const decision = query['decision'];
  const from = wholeNumber(query, 'from');
  const to = wholeNumber(query, 'to');
  return {
    ...text(query, 'principal'),
    ...text(query, 'team'),
    ...text(query, 'model'),
    ...text(query, 'id'),
    ...(outcome ? { outcome: oneOf('outcome', outcome, EXCHANGE_OUTCOMES) as ExchangeOutcome } : {}),
    ...(decision ? { decision: oneOf('decision', decision, DECISIONS) } : {}),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

function text<Name extends string>(query: Query, name: Name): Partial<Record<Name, string>> {
  const value = query[name];
  if (value === undefined || value === '') return {};
  if (value.length > 256)
    throw new Fault('ERR_REQUEST_INVALID', 'A filter is longer than 256 characters.', { where: name });
  return { [name]: value } as Partial<Record<Name, string>>;
}

function oneOf<const T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) {
    throw new Fault('ERR_REQUEST_INVALID', `'${value.slice(0, 40)}' is not a value of this filter.`, {
      where: name,
      hint: `One of ${allowed.join(', ')}.`,
    });
  }
  return found;
}

export function wholeNumber(query: Query, name: string): number | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (!/^\d{1,15}$/.test(value)) {
    throw new Fault('ERR_REQUEST_INVALID', 'This is not a whole number.', { where: name });
  }
  return Number(value);
}
