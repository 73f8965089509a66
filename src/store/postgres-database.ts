import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { Fault } from '../core/fault.ts';
import type { Database, Tables } from './database.ts';

/** Advisory lock of migrations: any number that nobody else uses; this one spells `parapet`. */
const MIGRATION_LOCK = 0x70_61_72_61_70_65;
const CONNECT_MILLIS = 5_000;
const STATEMENT_MILLIS = 30_000;
const CONNECTIONS = 10;

/** OIDs of the types whose values pg hands over as text. https://github.com/brianc/node-pg-types */
const INT8 = 20;
const NUMERIC = 1700;

/**
 * A pool of connections to PostgreSQL. The URL's parameters (`sslmode`, …) hold. It connects with the first query.
 */
export function openPostgres(url: string): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MILLIS,
    statement_timeout: STATEMENT_MILLIS,
    application_name: 'parapet',
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    kind: 'postgres',
    db,
    where: withoutPassword(url),
    // PostgreSQL waits for its own journal at each commit.
    durably: (work) => work(),
    async scrub() {},
    migrating: (work) =>
      db.transaction().execute(async (transaction) => {
        await sql`set local statement_timeout = 0`.execute(transaction);
        await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction);
        await work(transaction);
      }),
    close: () => db.destroy(),
  };
}

function typeParser(oid: number, format?: 'text' | 'binary'): unknown {
  if (oid === INT8 || oid === NUMERIC) return wholeNumber;
  return pg.types.getTypeParser(oid, format as 'text');
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new Fault('ERR_STORE', 'A number in the database is greater than Parapet can count exactly.', {
    hint: 'Ask for a shorter time.',
  });
}

function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    return `postgres://${parsed.host}${parsed.pathname}`;
  } catch {
    return 'store.url';
  }
}
