import { Hono } from 'hono';
import type { Clock } from '../../core/clock.ts';
import { EXCHANGE_OUTCOMES } from '../../core/exchange.ts';
import type { ExchangeOutcome } from '../../core/exchange.ts';
import { Fault } from '../../core/fault.ts';
import type { OverviewBucket, UsageTotal } from '../../store/store.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminEnv } from './admin-context.ts';
import type { Overview, OverviewPoint, Range, UsageRow } from './api.ts';
import type { RecentActivity } from './recent-activity.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Length of a range and of its buckets: between 60 and 96 points each. */
const RANGES: Readonly<Record<Range, { readonly span: number; readonly bucket: number }>> = {
  '1h': { span: HOUR, bucket: MINUTE },
  '6h': { span: 6 * HOUR, bucket: 5 * MINUTE },
  '24h': { span: 24 * HOUR, bucket: 15 * MINUTE },
  '7d': { span: 7 * 24 * HOUR, bucket: 2 * HOUR },
};

const TOP = 6;
const RECENT = 8;

/** `GET /api/overview?range=1h|6h|24h|7d`. */
export function overviewRoutes(runtime: Runtime, activity: RecentActivity, clock: Clock): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.get('/', async (c) => {
    const range = c.req.query('range') ?? '1h';
    if (!isRange(range)) {
      throw new Fault('ERR_REQUEST_INVALID', `There is no range '${range}'.`, {
        where: 'range',
        hint: `Ranges: ${Object.keys(RANGES).join(', ')}.`,
      });
    }
    const { span, bucket } = RANGES[range];
    const to = (Math.floor(clock() / bucket) + 1) * bucket;
    const from = to - span;
    const [buckets, usage] = await Promise.all([
      runtime.store.overview(from, to, bucket),
      runtime.store.usageSince(from),
      activity.ready.catch(() => undefined),
    ]);
    const points = fillGaps(buckets, from, to, bucket, activity);
    const latency = activity.latency(from, to);
    const body: Overview = {
      range,
      from,
      to,
      bucketMillis: bucket,
      points,
      totals: sum(points),
      latency: { count: latency.count, p50: latency.quantile(0.5), p95: latency.quantile(0.95) },
      detailSince: Math.max(from, activity.since()),
      principals: top(usage, (row) => ({ name: row.principal, team: row.team })),
      models: top(usage, (row) => (row.model === null ? null : { name: row.model, team: null })),
      blockedByRule: [...activity.rules(from)]
        .map(([rule, { blocked }]) => ({ rule, blocked }))
        .filter((row) => row.blocked > 0)
        .toSorted((a, b) => b.blocked - a.blocked),
      recentBlocks: activity.blocks(from, RECENT),
      inFlight: [...runtime.live.inFlight.values()].reduce((total, count) => total + count, 0),
    };
    return c.json(body);
  });
  return app;
}

function isRange(text: string): text is Range {
  return Object.hasOwn(RANGES, text);
}

function noOutcomes(): Record<ExchangeOutcome, number> {
  return Object.fromEntries(EXCHANGE_OUTCOMES.map((outcome) => [outcome, 0])) as Record<ExchangeOutcome, number>;
}

/** One point a bucket, also where nothing happened, so that a chart shows silence as silence. */
function fillGaps(
  buckets: readonly OverviewBucket[],
  from: number,
  to: number,
  width: number,
  activity: RecentActivity,
): OverviewPoint[] {
  const known = new Map(buckets.map((bucket) => [bucket.at, bucket]));
  const points: OverviewPoint[] = [];
  for (let at = from; at < to; at += width) {
    const bucket = known.get(at) ?? { at, requests: 0, byOutcome: noOutcomes(), tokens: 0, microUsd: 0 };
    const latency = activity.latency(at, at + width);
    points.push({ ...bucket, p50: latency.quantile(0.5), p95: latency.quantile(0.95) });
  }
  return points;
}

function sum(points: readonly OverviewPoint[]): Overview['totals'] {
  const byOutcome = noOutcomes();
  let requests = 0;
  let tokens = 0;
  let microUsd = 0;
  for (const point of points) {
    requests += point.requests;
    tokens += point.tokens;
    microUsd += point.microUsd;
    for (const outcome of EXCHANGE_OUTCOMES) byOutcome[outcome] += point.byOutcome[outcome] ?? 0;
  }
  return { requests, tokens, microUsd, byOutcome };
}

function top(
  usage: readonly UsageTotal[],
  nameOf: (row: UsageTotal) => { readonly name: string; readonly team: string | null } | null,
): UsageRow[] {
  const sums = new Map<string, UsageRow>();
  for (const row of usage) {
    const named = nameOf(row);
    if (named === null) continue;
    const before = sums.get(named.name);
    sums.set(named.name, {
      ...named,
      requests: (before?.requests ?? 0) + row.requests,
      tokens: (before?.tokens ?? 0) + row.tokens,
      microUsd: (before?.microUsd ?? 0) + row.microUsd,
    });
  }
  return [...sums.values()].toSorted((a, b) => b.requests - a.requests).slice(0, TOP);
}
