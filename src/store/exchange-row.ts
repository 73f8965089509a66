import type { Exchange } from '../core/exchange.ts';
import type { StoredExchange } from './store.ts';

/** An exchange in the shape of its table, without its log. */
export interface ExchangeRow {
  readonly idx: number;
  readonly leaf: string;
  readonly id: string;
  readonly time: number;
  readonly principal: string | null;
  readonly team: string | null;
  readonly model: string | null;
  readonly surface: string;
  readonly outcome: string;
  readonly status: number;
  readonly tokens: number;
  readonly micro_usd: number;
  readonly found: number;
  readonly failed: number;
  readonly doc: string;
}

/** Longest indexed text. PostgreSQL's indexes refuse rows over a third of a page. */
const LONGEST = 256;

/**
 * A text as both databases can index it: bounded, well-formed, and without U+0000, which PostgreSQL cannot hold.
 * The same is done to what is searched for. The whole text stays in `doc`.
 */
export function indexed(text: string): string {
  const bounded = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  // oxlint-disable-next-line no-control-regex -- U+0000 is what is looked for
  return bounded.toWellFormed().replace(/\u0000/g, '\ufffd');
}

function indexedOrNull(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : indexed(text);
}

export function exchangeRow({ index, leaf, exchange, doc }: StoredExchange): ExchangeRow {
  const { principal, usage, decisions } = exchange;
  return {
    idx: index,
    leaf,
    id: indexed(exchange.id),
    time: Date.parse(exchange.time),
    principal: indexedOrNull(principal?.id),
    team: indexedOrNull(principal?.team),
    model: indexedOrNull(exchange.model),
    surface: indexed(exchange.surface),
    outcome: exchange.outcome,
    status: exchange.status,
    tokens: usage === null ? 0 : usage.inputTokens + usage.outputTokens,
    micro_usd: exchange.microUsd ?? 0,
    found: decisions.some((decision) => decision.status === 'found') ? 1 : 0,
    failed: decisions.some((decision) => decision.status === 'failed') ? 1 : 0,
    doc: doc ?? JSON.stringify(exchange),
  };
}

export function storedExchange(row: {
  readonly idx: number;
  readonly leaf: string;
  readonly doc: string;
}): StoredExchange {
  return { index: row.idx, leaf: row.leaf, exchange: JSON.parse(row.doc) as Exchange };
}
