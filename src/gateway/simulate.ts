import { createHmac } from 'node:crypto';
import { Fault } from '../core/fault.ts';
import type { Action, Decision, Evidence, Stage } from '../core/verdict.ts';
import type { Store, StoredExchange } from '../store/store.ts';
import { isMasked, recordedAction, replay, type Replayed, type ReplayPolicy } from './replay.ts';

const PAGE = 200;
/** Exchanges whose differences are told one by one. */
const MOST_CHANGES = 500;
/** Evidence of one side of a difference. */
const MOST_EVIDENCE = 8;

/** Why an exchange was not replayed. */
export const NOT_REPLAYED = {
  'not-kept': 'its texts were not kept (evidence.content is none)',
  deleted: 'its texts were kept and their retention is over',
  masked: 'what was found in it was masked before it was kept (evidence.content is redacted)',
  altered: 'its kept texts are not those that were recorded',
  'not-read': 'it was refused before any rule read it, or has no texts',
} as const;
export type NotReplayed = keyof typeof NOT_REPLAYED;

export interface SimulateOptions {
  readonly store: Store;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Exchanges that are looked at, the newest of the span. */
  readonly limit: number;
  /** Null: compare with what was decided when they came. */
  readonly before: ReplayPolicy | null;
  readonly after: ReplayPolicy;
  /** Only differences of this rule. */
  readonly rule?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface RuleTally {
  /** Exchanges in which it found something. */
  readonly found: number;
  /** Exchanges that it stopped: enforced, block or review. */
  readonly stopped: number;
  readonly redacted: number;
  readonly failed: number;
}

export interface RuleDifference {
  readonly rule: string;
  readonly stage: Stage;
  /** Null where the rule did not run. */
  readonly before: Action | null;
  readonly after: Action | null;
  /** Masked. */
  readonly evidenceBefore: readonly Evidence[];
  readonly evidenceAfter: readonly Evidence[];
}

export interface ChangedExchange {
  readonly id: string;
  readonly time: string;
  readonly principal: string | null;
  readonly model: string | null;
  readonly before: Action;
  readonly after: Action;
  /** Its request was stopped before and would go on now: what the model would have answered is not known. */
  readonly answerUnknown: boolean;
  readonly rules: readonly RuleDifference[];
}

export interface SimulationReport {
  readonly from: number;
  readonly to: number;
  readonly comparedWith: 'recorded' | 'replayed';
  /** Exchanges of the span that were looked at. */
  readonly exchanges: number;
  readonly replayed: number;
  readonly notReplayed: Readonly<Record<NotReplayed, number>>;
  readonly rules: readonly { readonly id: string; readonly before: RuleTally; readonly after: RuleTally }[];
  /** Exchanges that would end differently; at most 500 are listed, the newest first. */
  readonly changed: number;
  readonly changes: readonly ChangedExchange[];
  /** False: there were more exchanges than `limit`, or it was cancelled. */
  readonly complete: boolean;
}

/**
 * Replays recorded exchanges under changed rules, oldest first, and says what would have been different. Needs kept texts;
 * what could not be replayed is counted by reason. Changes nothing.
 * @throws Fault `ERR_STORE`.
 */
export async function simulate(options: SimulateOptions): Promise<SimulationReport> {
  const { store, from, to, before, after, signal, rule } = options;
  const { rows, more } = await newest(store, { from, to }, options.limit);
  const notReplayed: Record<NotReplayed, number> = { 'not-kept': 0, deleted: 0, masked: 0, altered: 0, 'not-read': 0 };
  const tallies = new Map<string, { before: Tally; after: Tally }>();
  const changes: ChangedExchange[] = [];
  let changed = 0;
  let replayed = 0;
  let done = 0;
  for (const { exchange } of rows.toReversed()) {
    if (signal?.aborted === true) break;
    options.onProgress?.(done, rows.length);
    done += 1;
    // A gateway serves requests meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
    const kept = await keptOf(store, exchange);
    if (typeof kept === 'string') {
      notReplayed[kept] += 1;
      continue;
    }
    replayed += 1;
    const earlier: Replayed =
      before === null
        ? { decisions: exchange.decisions, action: recordedAction(exchange.decisions) }
        : await replay(exchange, kept, before);
    const later = await replay(exchange, kept, after);
    count(tallies, 'before', earlier.decisions);
    count(tallies, 'after', later.decisions);
    const differences = differencesOf(earlier.decisions, later.decisions, rule);
    const differs = rule === undefined ? earlier.action !== later.action : differences.length > 0;
    if (!differs) continue;
    changed += 1;
    changes.push({
      id: exchange.id,
      time: exchange.time,
      principal: exchange.principal?.id ?? null,
      model: exchange.model,
      before: earlier.action,
      after: later.action,
      answerUnknown: stops(earlier.action) && !stops(later.action) && !kept.some(({ stage }) => stage === 'output'),
      rules: differences,
    });
    if (changes.length > MOST_CHANGES) changes.shift();
  }
  options.onProgress?.(done, rows.length);
  return {
    from,
    to,
    comparedWith: before === null ? 'recorded' : 'replayed',
    exchanges: done,
    replayed,
    notReplayed,
    rules: [...tallies].map(([id, tally]) => ({ id, ...tally })).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    changed,
    changes: changes.toReversed(),
    complete: !more && done === rows.length,
  };
}

async function newest(
  store: Store,
  span: { readonly from: number; readonly to: number },
  limit: number,
): Promise<{ readonly rows: readonly StoredExchange[]; readonly more: boolean }> {
  const rows: StoredExchange[] = [];
  let before: number | undefined;
  for (;;) {
    const page = await store.exchanges(span, Math.min(PAGE, limit - rows.length), before);
    rows.push(...page.rows);
    if (page.next === null) return { rows, more: false };
    if (rows.length >= limit) return { rows, more: true };
    before = page.next;
  }
}

async function keptOf(store: Store, exchange: StoredExchange['exchange']) {
  if (exchange.decisions.length === 0 && exchange.contentDigest === null) {
    return exchange.outcome === 'served' && exchange.usage !== null ? 'not-kept' : 'not-read';
  }
  if (exchange.contentDigest === null) return 'not-kept';
  const content = await store.content(exchange.id);
  if (content === null) return 'deleted';
  const digest = createHmac('sha256', content.key).update(JSON.stringify(content.segments)).digest('hex');
  if (digest !== exchange.contentDigest) return 'altered';
  return isMasked(content.segments) ? 'masked' : content.segments;
}

type Tally = { -readonly [Key in keyof RuleTally]: number };

function count(
  tallies: Map<string, { before: Tally; after: Tally }>,
  side: 'before' | 'after',
  decisions: readonly Decision[],
): void {
  for (const id of new Set(decisions.map(({ rule }) => rule))) {
    const own = decisions.filter(({ rule }) => rule === id);
    let tally = tallies.get(id);
    if (tally === undefined) {
      const none = { found: 0, stopped: 0, redacted: 0, failed: 0 };
      tallies.set(id, (tally = { before: { ...none }, after: { ...none } }));
    }
    if (own.some(({ status, evidence }) => status === 'found' || evidence.length > 0)) tally[side].found += 1;
    if (own.some(({ mode, action }) => mode === 'enforce' && stops(action))) tally[side].stopped += 1;
    if (own.some(({ mode, action }) => mode === 'enforce' && action === 'redact')) tally[side].redacted += 1;
    if (own.some(({ status }) => status === 'failed')) tally[side].failed += 1;
  }
}

function stops(action: Action): boolean {
  return action === 'block' || action === 'review';
}

/** What rules did differently; a rule that found nothing on either side did not. */
function differencesOf(
  before: readonly Decision[],
  after: readonly Decision[],
  only: string | undefined,
): readonly RuleDifference[] {
  const differences: RuleDifference[] = [];
  const places = new Map([...before, ...after].map(({ rule, stage }) => [`${stage} ${rule}`, { rule, stage }]));
  for (const { rule, stage } of places.values()) {
    if (only !== undefined && rule !== only) continue;
    const of = (decisions: readonly Decision[]) =>
      decisions.find((decision) => decision.rule === rule && decision.stage === stage);
    const [earlier, later] = [of(before), of(after)];
    const acted = (decision: Decision | undefined): string =>
      decision === undefined || decision.action === 'allow' ? 'allow' : `${decision.mode} ${decision.action}`;
    if (acted(earlier) === acted(later)) continue;
    differences.push({
      rule,
      stage,
      before: earlier?.action ?? null,
      after: later?.action ?? null,
      evidenceBefore: (earlier?.evidence ?? []).slice(0, MOST_EVIDENCE),
      evidenceAfter: (later?.evidence ?? []).slice(0, MOST_EVIDENCE),
    });
  }
  return differences;
}

/** @throws Fault `ERR_USAGE` where `rule` is in neither policy. */
export function requireRule(rule: string | undefined, ids: Iterable<string>): void {
  if (rule === undefined) return;
  const known = [...ids];
  if (known.includes(rule)) return;
  throw new Fault('ERR_USAGE', `There is no rule "${rule.slice(0, 64)}".`, {
    where: 'rule',
    hint: `One of ${known.join(', ')}.`,
  });
}
