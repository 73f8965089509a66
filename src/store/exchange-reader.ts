import { sql, type SelectQueryBuilder } from 'kysely';
import type { Database, Tables } from './database.ts';
import { indexed, storedExchange } from './exchange-row.ts';
import type { ExchangeFilter, Page, StoredExchange } from './store.ts';

type Query<O> = SelectQueryBuilder<Tables, 'exchange', O>;

/** A whole request id, as opposed to a part of one. */
const WHOLE_ID = /^req_[0-9A-Z]{26}$/i;

export async function findExchange({ db }: Database, id: string): Promise<StoredExchange | null> {
  const row = await db
    .selectFrom('exchange')
    .select(['idx', 'leaf', 'doc'])
    .where('id', '=', indexed(id))
    .executeTakeFirst();
  return row === undefined ? null : storedExchange(row);
}

/** Newest first, by the order in which they came in. */
export async function listExchanges(
  database: Database,
  filter: ExchangeFilter,
  limit: number,
  before: number | undefined,
): Promise<Page<StoredExchange>> {
  const walk = await isWide(database, filter);
  // Pages are named by the row after which they begin, less one: on a database with one ledger, by its index.
  const newest = before ?? (walk && filter.to !== undefined ? await newestIn(database, filter) : undefined);
  let query = filtered(database.db.selectFrom('exchange').select(['seq', 'idx', 'leaf', 'doc']), filter, walk);
  if (newest !== undefined) query = query.where('seq', '<=', newest);
  const rows = await query
    .orderBy('seq', 'desc')
    .limit(limit + 1)
    .execute();
  const more = rows.length > limit;
  if (more) rows.pop();
  return { rows: rows.map(storedExchange), next: more ? rows.at(-1)!.seq - 1 : null };
}

/** Rows in a range of time up to which SQLite had better find them by time and then sort them. */
const NARROW = 2_000;

/**
 * True when SQLite should walk from the newest row down and look at the time of each, instead of finding all rows of
 * the range and sorting them for one page. PostgreSQL knows from its statistics.
 */
async function isWide({ kind, db }: Database, { from, to }: ExchangeFilter): Promise<boolean> {
  if (kind !== 'sqlite' || (from === undefined && to === undefined)) return false;
  let range = db.selectFrom('exchange').select(sql.lit(1).as('one'));
  if (from !== undefined) range = range.where('time', '>=', from);
  if (to !== undefined) range = range.where('time', '<', to);
  const row = await db
    .selectFrom(range.limit(NARROW).as('range'))
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirst();
  return row?.count === NARROW;
}

/** The last row that came in of a range of time: where a walk over an old range begins. */
async function newestIn({ db }: Database, { from, to }: ExchangeFilter): Promise<number> {
  let range = db.selectFrom('exchange').select((e) => e.fn.max('seq').as('seq'));
  if (from !== undefined) range = range.where('time', '>=', from);
  if (to !== undefined) range = range.where('time', '<', to);
  return (await range.executeTakeFirst())?.seq ?? 0;
}

function filtered<O>(query: Query<O>, filter: ExchangeFilter, walk: boolean): Query<O> {
  let q = query;
  // SQLite uses no index for a term that is not a bare column.
  const time = walk ? sql<number>`+time` : sql.ref<number>('time');
  if (filter.principal !== undefined) q = q.where('principal', '=', indexed(filter.principal));
  if (filter.team !== undefined) q = q.where('team', '=', indexed(filter.team));
  if (filter.model !== undefined) q = q.where('model', '=', indexed(filter.model));
  // Written out, because a partial index is used only where its condition stands in the query.
  if (filter.outcome !== undefined) {
    q = q.where('outcome', '=', filter.outcome);
    if (filter.outcome !== 'served') q = q.where('outcome', '<>', sql.lit('served'));
  }
  if (filter.decision !== undefined) q = q.where(filter.decision, '=', sql.lit(1));
  if (filter.from !== undefined) q = q.where(time, '>=', filter.from);
  if (filter.to !== undefined) q = q.where(time, '<', filter.to);
  if (filter.id !== undefined && filter.id !== '') {
    const id = indexed(filter.id);
    if (WHOLE_ID.test(id)) q = q.where('id', 'in', [id, id.toLowerCase()]);
    // Unlike LIKE this means the same in both databases, and nothing in the text is a pattern.
    else q = q.where(sql`replace(lower(id), ${id.toLowerCase()}, '')`, '<>', sql`lower(id)`);
  }
  return q;
}

export async function listLeaves(
  { db }: Database,
  log: number,
  from: number,
  limit: number,
): Promise<readonly { readonly index: number; readonly leaf: string; readonly id: string }[]> {
  const rows = await db
    .selectFrom('exchange')
    .select(['idx', 'leaf', 'id'])
    .where('log', '=', log)
    .where('idx', '>=', from)
    .orderBy('idx')
    .limit(limit)
    .execute();
  return rows.map(({ idx, leaf, id }) => ({ index: idx, leaf, id }));
}
