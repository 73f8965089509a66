import { sql } from 'kysely';
import { EXCHANGE_OUTCOMES, type ExchangeOutcome } from '../core/exchange.ts';
import { Fault } from '../core/fault.ts';
import type { Database } from './database.ts';
import type { OverviewBucket, UsageTotal } from './store.ts';
import { MINUTE } from './usage-minutes.ts';

/** More buckets than any chart has points. */
const MOST_BUCKETS = 10_000;

interface BucketRow {
  readonly bucket: number;
  readonly outcome: string;
  readonly requests: number;
  readonly tokens: number;
  readonly micro_usd: number;
}

/**
 * Buckets of whole minutes that begin on a minute come from the sums by minute; others from the exchanges themselves.
 * @throws Fault `ERR_REQUEST_INVALID` for a range without length or with too many buckets.
 */
export async function readOverview(
  database: Database,
  from: number,
  to: number,
  bucketMillis: number,
): Promise<readonly OverviewBucket[]> {
  const count = Math.ceil((to - from) / bucketMillis);
  if (!(bucketMillis >= 1) || !Number.isSafeInteger(from) || !(count >= 0 && count <= MOST_BUCKETS)) {
    throw new Fault('ERR_REQUEST_INVALID', 'The overview has no such buckets.', {
      where: 'overview',
      hint: `Ask for a range of at most ${MOST_BUCKETS} buckets.`,
    });
  }
  if (count === 0) return [];
  const byMinute = from % MINUTE === 0 && to % MINUTE === 0 && bucketMillis % MINUTE === 0;
  const rows = await (byMinute ? minuteRows : exchangeRows)(database, from, to, bucketMillis);
  return fill(rows, from, count, bucketMillis);
}

async function minuteRows(
  { db }: Database,
  from: number,
  to: number,
  bucketMillis: number,
): Promise<readonly BucketRow[]> {
  const { rows } = await sql<BucketRow>`
    select (at - cast(${from} as bigint)) / cast(${bucketMillis} as bigint) as bucket, outcome,
      cast(sum(requests) as bigint) as requests, cast(sum(tokens) as bigint) as tokens,
      cast(sum(micro_usd) as bigint) as micro_usd
    from usage_minute where at >= ${from} and at < ${to} group by 1, 2`.execute(db);
  return rows;
}

async function exchangeRows(
  { db }: Database,
  from: number,
  to: number,
  bucketMillis: number,
): Promise<readonly BucketRow[]> {
  const { rows } = await sql<BucketRow>`
    select (time - cast(${from} as bigint)) / cast(${bucketMillis} as bigint) as bucket, outcome,
      count(*) as requests, cast(sum(tokens) as bigint) as tokens, cast(sum(micro_usd) as bigint) as micro_usd
    from exchange where time >= ${from} and time < ${to} group by 1, 2`.execute(db);
  return rows;
}

/** Every bucket of the range, also those in which nothing happened. */
function fill(rows: readonly BucketRow[], from: number, count: number, bucketMillis: number): OverviewBucket[] {
  const buckets = Array.from({ length: count }, (_, i) => ({
    at: from + i * bucketMillis,
    requests: 0,
    byOutcome: Object.fromEntries(EXCHANGE_OUTCOMES.map((outcome) => [outcome, 0])) as Record<ExchangeOutcome, number>,
    tokens: 0,
    microUsd: 0,
  }));
  for (const row of rows) {
    const bucket = buckets[row.bucket]!;
    bucket.requests += row.requests;
    bucket.byOutcome[row.outcome as ExchangeOutcome] += row.requests;
    bucket.tokens += row.tokens;
    bucket.microUsd += row.micro_usd;
  }
  return buckets;
}

/** What reached an upstream since the minute of `from`; nobody's requests are left out. */
export async function readUsage({ db }: Database, from: number): Promise<readonly UsageTotal[]> {
  const sum = (column: 'reached' | 'tokens' | 'micro_usd') => sql<number>`cast(sum(${sql.ref(column)}) as bigint)`;
  const rows = await db
    .selectFrom('usage_minute')
    .select(['principal', 'team', 'model', sum('reached').as('requests'), sum('tokens').as('tokens')])
    .select(sum('micro_usd').as('microUsd'))
    .where('at', '>=', from - (from % MINUTE))
    .where('reached', '>', 0)
    .where('principal', '<>', '')
    .groupBy(['principal', 'team', 'model'])
    .orderBy('principal')
    .orderBy('team')
    .orderBy('model')
    .execute();
  return rows.map((row) => ({
    ...row,
    team: row.team === '' ? null : row.team,
    model: row.model === '' ? null : row.model,
  }));
}
