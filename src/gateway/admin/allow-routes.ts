import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { patternTrouble } from '../../config/allow-checks.ts';
import { SURFACE_IDS } from '../../conversation/surface.ts';
import { ORIGINS } from '../../conversation/segment.ts';
import type { Clock } from '../../core/clock.ts';
import { Fault } from '../../core/fault.ts';
import { DETECTORS } from '../../detect/registry.ts';
import { allowHash } from '../../guard/allow-list.ts';
import type { AllowRow } from '../../store/store.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminAudit } from './admin-audit.ts';
import type { AdminEnv } from './admin-context.ts';
import type { AllowView } from './api.ts';
import { readCount, readJsonObject, readOptionalText, readText } from './read-json.ts';
import { findRecorded } from './recorded-finding.ts';

const DAY = 86_400_000;
const MOST_DAYS = 366;
/** Entries that are in force at once. */
const MOST_ENTRIES = 4096;
const MOST_NAMES = 64;
const MOST_BYTES = 64 * 1024;
const MOST_VALUE = 16 * 1024;

type Body = Readonly<Record<string, unknown>>;

/** `GET /api/allow`, `POST /api/allow`, `POST /api/allow/:id/remove`: findings that are no concern. */
export function allowRoutes(runtime: Runtime, audit: AdminAudit, clock: Clock): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  const { allowBook, store } = runtime;

  app.get('/', async (c) => {
    await allowBook.refresh();
    const now = clock();
    const own = runtime.generation.loaded.config.allow.map(({ id, owner, reason, expires, ...covers }): AllowView => {
      const state = expires <= now ? 'expired' : 'active';
      return {
        id,
        source: 'config',
        covers,
        owner,
        reason,
        createdBy: null,
        createdAt: null,
        expiresAt: expires,
        state,
      };
    });
    return c.json<readonly AllowView[]>([...own, ...allowBook.stored.map((row) => view(row, now))]);
  });

  app.post('/', async (c) => {
    const body = await readJsonObject(c, MOST_BYTES);
    const now = clock();
    const row: AllowRow = {
      id: `al_${randomBytes(8).toString('hex')}`,
      covers: await readCovers(runtime, body),
      owner: readText(body, 'owner', 128),
      reason: readText(body, 'reason', 512),
      createdBy: c.get('admin').name,
      createdAt: now,
      expiresAt: now + readCount(body, 'expiresInDays', { least: 1, most: MOST_DAYS }) * DAY,
      removedAt: null,
    };
    const inForce = allowBook.stored.filter(({ removedAt, expiresAt }) => removedAt === null && expiresAt > now);
    if (inForce.length >= MOST_ENTRIES) {
      throw new Fault('ERR_REQUEST_INVALID', `There are ${MOST_ENTRIES} entries already.`, { hint: 'Remove some.' });
    }
    await audit.act(c, 'allow-create', row.id, async () => {
      await store.putAllow(row);
      await allowBook.refresh();
    });
    return c.json<AllowView>(view(row, now), 201);
  });

  app.post('/:id/remove', async (c) => {
    const id = c.req.param('id');
    if (!allowBook.stored.some((row) => row.id === id && row.removedAt === null)) {
      const inFile = runtime.generation.loaded.config.allow.some((entry) => entry.id === id);
      const hint = inFile ? { hint: 'It stands in the configuration file; take it out there.' } : {};
      throw new Fault('ERR_NOT_FOUND', 'There is no such entry that could be removed here.', hint);
    }
    await audit.act(c, 'allow-remove', id, async () => {
      await store.removeAllow(id, clock());
      await allowBook.refresh();
    });
    const row = allowBook.stored.find((candidate) => candidate.id === id)!;
    return c.json<AllowView>(view(row, clock()));
  });
  return app;
}

function view({ removedAt, ...row }: AllowRow, now: number): AllowView {
  const state = removedAt !== null ? 'removed' : row.expiresAt <= now ? 'expired' : 'active';
  return { ...row, source: 'console', state };
}

/** What the entry covers. A value is not in it, only its keyed hash. */
async function readCovers(runtime: Runtime, body: Body): Promise<Readonly<Record<string, unknown>>> {
  const { config } = runtime.generation.loaded;
  const rules = readNames(
    body,
    'rules',
    config.rules.map(({ id }) => id),
  );
  const detectors = readNames(
    body,
    'detectors',
    DETECTORS.map(({ meta }) => meta.id),
  );
  const lists = {
    findings: readNames(body, 'findings'),
    labels: readNames(body, 'labels'),
    origins: readNames(body, 'origins', ORIGINS),
    principals: readNames(body, 'principals'),
    teams: readNames(body, 'teams'),
    models: readNames(body, 'models'),
    surfaces: readNames(body, 'surfaces', SURFACE_IDS),
  };
  const value = readOptionalText(body, 'value', MOST_VALUE);
  const text = readOptionalText(body, 'text', 4096);
  const pattern = readOptionalText(body, 'pattern', 1024);
  const trouble = pattern === undefined ? null : patternTrouble(pattern);
  if (trouble !== null) throw new Fault('ERR_REQUEST_INVALID', `This ${trouble}.`, { where: 'pattern' });
  if ([value, text, pattern].filter((one) => one !== undefined).length > 1) {
    throw new Fault('ERR_REQUEST_INVALID', 'Give one of value, text and pattern.', { where: 'value' });
  }
  const found = await readFrom(runtime, body['from'], value ?? text ?? pattern);
  const given = value ?? found?.value;
  const covers = {
    ...lists,
    rules: rules ?? (detectors === undefined && found !== null ? [found.rule] : undefined),
    detectors,
    findings: lists.findings ?? (found === null ? undefined : [found.finding]),
    hash: given === undefined ? undefined : allowHash(runtime.allowBook.key, given),
    text,
    pattern,
  };
  if (covers.rules === undefined && covers.detectors === undefined) {
    throw new Fault('ERR_REQUEST_INVALID', 'Name rules or detectors.', { where: 'rules' });
  }
  const says = [covers.findings, covers.labels, covers.hash, covers.text, covers.pattern, covers.origins];
  if (says.every((one) => one === undefined)) {
    throw new Fault(
      'ERR_REQUEST_INVALID',
      'Say what is allowed: a value, text, pattern, findings, labels or origins.',
      {
        where: 'value',
      },
    );
  }
  return Object.fromEntries(Object.entries(covers).filter(([, member]) => member !== undefined));
}

/** The finding that the entry is made from, with its value where nothing else says what is allowed. */
async function readFrom(runtime: Runtime, from: unknown, said: string | undefined) {
  if (from === undefined || from === null) return null;
  if (typeof from !== 'object' || Array.isArray(from)) {
    throw new Fault('ERR_REQUEST_INVALID', 'This must be an object.', { where: 'from' });
  }
  const { decision, evidence, text } = await findRecorded(runtime, from as Body);
  const named = { rule: decision.rule, finding: evidence.rule };
  if (said !== undefined) return { ...named, value: undefined };
  if (text === null) {
    throw new Fault('ERR_REQUEST_INVALID', 'The text of this finding was not kept as it came.', {
      where: 'from',
      hint: 'Give the value, a text or a pattern beside it.',
    });
  }
  return { ...named, value: text.slice(evidence.span.start, evidence.span.end) };
}

function readNames(body: Body, name: string, allowed?: readonly string[]): readonly string[] | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  const fits = (item: unknown): item is string => typeof item === 'string' && item.length > 0 && item.length <= 256;
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_NAMES || !value.every(fits)) {
    throw new Fault('ERR_REQUEST_INVALID', `This must be a list of 1 to ${MOST_NAMES} texts.`, { where: name });
  }
  const wrong = allowed === undefined ? undefined : value.find((item) => !allowed.includes(item));
  if (wrong !== undefined) {
    throw new Fault('ERR_REQUEST_INVALID', `"${wrong.slice(0, 64)}" is none of them.`, {
      where: name,
      hint: `One of ${allowed!.join(', ')}.`,
    });
  }
  return value;
}
