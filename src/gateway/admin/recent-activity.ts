import type { Clock } from '../../core/clock.ts';
import type { Decision } from '../../core/verdict.ts';
import type { LiveFeed } from '../../monitor/live-feed.ts';
import type { Store, StoredExchange } from '../../store/store.ts';
import type { RecentBlock, RuleCounts } from './api.ts';
import { createLatencyHistogram } from './latency-histogram.ts';
import type { LatencyHistogram } from './latency-histogram.ts';

const MINUTE = 60_000;
const REMEMBERED = 24 * 60 * MINUTE;
const HYDRATE_PAGE = 250;
const HYDRATE_MOST = 20_000;
const BLOCKS_KEPT = 50;

interface Slot {
  readonly latency: LatencyHistogram;
  readonly rules: Map<string, { -readonly [K in keyof RuleCounts]: number }>;
}

/**
 * What the store's totals do not hold: latencies and counts a rule, a minute at a time over the last day. Filled from
 * the store at start and kept up by the live feed, so that an open console costs the data plane no scan.
 */
export interface RecentActivity {
  /** Settles when the past has been read. */
  readonly ready: Promise<void>;
  /** Earliest time that is covered. */
  since(): number;
  latency(from: number, to: number): LatencyHistogram;
  rules(from: number): ReadonlyMap<string, RuleCounts>;
  lastFoundAt(rule: string): number | null;
  blocks(from: number, most: number): readonly RecentBlock[];
  close(): void;
}

export function createRecentActivity(store: Store, live: LiveFeed, clock: Clock): RecentActivity {
  const slots = new Map<number, Slot>();
  const lastFound = new Map<string, number>();
  let blocks: RecentBlock[] = [];
  let oldest = clock();
  let waiting: StoredExchange[] | null = [];
  let closed = false;

  const slotAt = (at: number): Slot => {
    const minute = Math.floor(at / MINUTE);
    let slot = slots.get(minute);
    if (slot === undefined) {
      slot = { latency: createLatencyHistogram(), rules: new Map() };
      slots.set(minute, slot);
    }
    return slot;
  };

  const forget = () => {
    const limit = Math.floor((clock() - REMEMBERED) / MINUTE);
    for (const minute of slots.keys()) if (minute < limit) slots.delete(minute);
  };

  const record = (stored: StoredExchange) => {
    const { exchange } = stored;
    const at = Date.parse(exchange.time);
    const slot = slotAt(at);
    if (exchange.outcome === 'served') slot.latency.record(exchange.timings.total);
    for (const [rule, decisions] of Map.groupBy(exchange.decisions, (decision) => decision.rule)) {
      const counts = slot.rules.get(rule) ?? { checked: 0, found: 0, blocked: 0, shadow: 0, failed: 0 };
      slot.rules.set(rule, counts);
      counts.checked += 1;
      if (decisions.some((d) => d.status === 'found' && d.mode === 'enforce')) counts.found += 1;
      if (decisions.some((d) => d.status === 'found' && d.mode === 'shadow')) counts.shadow += 1;
      if (decisions.some((d) => d.status === 'failed')) counts.failed += 1;
      if (exchange.outcome === 'blocked' && decisions.some(stops)) counts.blocked += 1;
      if (decisions.some((d) => d.status === 'found')) lastFound.set(rule, Math.max(at, lastFound.get(rule) ?? 0));
    }
    const block = blockOf(stored, at);
    if (block !== null) {
      blocks.push(block);
      if (blocks.length > 2 * BLOCKS_KEPT) blocks = newestFirst(blocks).slice(0, BLOCKS_KEPT);
    }
  };

  const unsubscribe = live.subscribe((stored) => {
    if (waiting !== null) waiting.push(stored);
    else {
      forget();
      record(stored);
    }
  });

  const hydrate = async () => {
    const from = clock() - REMEMBERED;
    const last = await store.lastIndex();
    let before: number | null | undefined;
    let read = 0;
    while (before !== null && read < HYDRATE_MOST && !closed) {
      const page: Awaited<ReturnType<Store['exchanges']>> = await store.exchanges({ from }, HYDRATE_PAGE, before);
      for (const row of page.rows) record(row);
      read += page.rows.length;
      before = page.next;
      const final = page.rows.at(-1);
      if (final !== undefined) oldest = Math.min(oldest, Date.parse(final.exchange.time));
      // One page at a time, so that requests are served in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (before === null) oldest = from;
    for (const stored of waiting ?? []) if (stored.index > last) record(stored);
    waiting = null;
  };

  return {
    ready: hydrate().catch((error: unknown) => {
      for (const stored of waiting ?? []) record(stored);
      waiting = null;
      throw error;
    }),
    since: () => Math.max(oldest, clock() - REMEMBERED),
    latency(from, to) {
      const sum = createLatencyHistogram();
      for (const [minute, slot] of slots) {
        if (minute * MINUTE >= from && minute * MINUTE < to) slot.latency.addTo(sum);
      }
      return sum;
    },
    rules(from) {
      const sums = new Map<string, { -readonly [K in keyof RuleCounts]: number }>();
      for (const [minute, slot] of slots) {
        if ((minute + 1) * MINUTE <= from) continue;
        for (const [rule, counts] of slot.rules) {
          const sum = sums.get(rule) ?? { checked: 0, found: 0, blocked: 0, shadow: 0, failed: 0 };
          sums.set(rule, sum);
          for (const name of Object.keys(counts) as (keyof RuleCounts)[]) sum[name] += counts[name];
        }
      }
      return sums;
    },
    lastFoundAt: (rule) => lastFound.get(rule) ?? null,
    blocks: (from, most) =>
      newestFirst(blocks)
        .filter((block) => block.at >= from)
        .slice(0, most),
    close() {
      closed = true;
      unsubscribe();
    },
  };
}

/** Whether this decision is one that stops an exchange, by a match or because the check failed. */
function stops(decision: Decision): boolean {
  return (
    decision.mode === 'enforce' &&
    (decision.status === 'found' || decision.status === 'failed') &&
    (decision.action === 'block' || decision.action === 'review')
  );
}

function blockOf({ index, exchange }: StoredExchange, at: number): RecentBlock | null {
  if (exchange.outcome !== 'blocked') return null;
  const decision = exchange.decisions.find(stops);
  if (decision === undefined) return null;
  const evidence = decision.evidence[0];
  return {
    index,
    id: exchange.id,
    at,
    principal: exchange.principal?.id ?? null,
    model: exchange.model,
    stage: decision.stage,
    rule: decision.rule,
    message: evidence?.message ?? decision.reason ?? exchange.fault?.message ?? 'Blocked.',
    severity: evidence?.severity ?? null,
    mask: evidence?.mask ?? null,
  };
}

function newestFirst(blocks: readonly RecentBlock[]): RecentBlock[] {
  return blocks.toSorted((a, b) => b.index - a.index);
}
