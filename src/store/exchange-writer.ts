import type { StatementSync } from 'node:sqlite';
import { sql } from 'kysely';
import { Fault } from '../core/fault.ts';
import type { Database } from './database.ts';
import { exchangeRow, type ExchangeRow } from './exchange-row.ts';
import type { OpenSqlite } from './sqlite-database.ts';
import type { StoredExchange } from './store.ts';
import { UsageMinutes, type UsageMinute } from './usage-minutes.ts';

/** Puts exchanges and what they add to `usage_minute` in one transaction. */
export interface ExchangeWriter {
  /** @param log the number of the ledger that the rows come from. */
  write(log: number, rows: readonly StoredExchange[]): void | Promise<void>;
  /** Ends what the writer holds besides the database. */
  close?(): Promise<void>;
}

const COLUMNS = [
  'idx',
  'leaf',
  'id',
  'time',
  'principal',
  'team',
  'model',
  'surface',
  'outcome',
  'status',
  'tokens',
  'micro_usd',
  'found',
  'failed',
  'doc',
] as const satisfies readonly (keyof ExchangeRow)[];

const SUMS = ['requests', 'reached', 'tokens', 'micro_usd'] as const satisfies readonly (keyof UsageMinute)[];
const KEYS = ['at', 'principal', 'team', 'model', 'outcome'] as const satisfies readonly (keyof UsageMinute)[];

const ADD_USAGE = `ON CONFLICT (${KEYS.join(', ')}) DO UPDATE SET ${SUMS.map(
  (column) => `${column} = usage_minute.${column} + excluded.${column}`,
).join(', ')}`;

/**
 * Prepared statements on the raw handle: the way of every exchange, so neither Kysely nor promises are on it.
 * It ends in the turn in which it began.
 */
export class SqliteExchangeWriter implements ExchangeWriter {
  readonly #raw: OpenSqlite['raw'];
  readonly #insert: StatementSync;
  readonly #addUsage: StatementSync;
  readonly #find: StatementSync;

  constructor(raw: OpenSqlite['raw']) {
    this.#raw = raw;
    this.#insert = raw.prepare(
      `INSERT INTO exchange (log, ${COLUMNS.join(', ')}) VALUES (?, ${COLUMNS.map(() => '?').join(', ')})
       ON CONFLICT DO NOTHING`,
    );
    this.#addUsage = raw.prepare(
      `INSERT INTO usage_minute (${[...KEYS, ...SUMS].join(', ')}) VALUES (${[...KEYS, ...SUMS].map(() => '?').join(', ')})
       ${ADD_USAGE}`,
    );
    this.#find = raw.prepare('SELECT id FROM exchange WHERE log = ? AND idx = ?');
  }

  write(log: number, rows: readonly StoredExchange[]): void {
    const usage = new UsageMinutes();
    this.#raw.exec('BEGIN IMMEDIATE');
    try {
      for (const stored of rows) {
        const row = exchangeRow(stored);
        const { changes } = this.#insert.run(
          log,
          row.idx,
          row.leaf,
          row.id,
          row.time,
          row.principal,
          row.team,
          row.model,
          row.surface,
          row.outcome,
          row.status,
          row.tokens,
          row.micro_usd,
          row.found,
          row.failed,
          row.doc,
        );
        if (changes === 1) usage.add(row, stored.exchange.upstream !== null);
        else refuseOther(row, (this.#find.get(log, row.idx) as { id: string } | undefined)?.id);
      }
      for (const sum of usage.rows()) {
        this.#addUsage.run(
          sum.at,
          sum.principal,
          sum.team,
          sum.model,
          sum.outcome,
          sum.requests,
          sum.reached,
          sum.tokens,
          sum.micro_usd,
        );
      }
      this.#raw.exec('COMMIT');
    } catch (error) {
      if (this.#raw.isTransaction) this.#raw.exec('ROLLBACK');
      throw error;
    }
  }
}

/** One statement a batch, whatever its size: the rows travel as one JSON text. */
export class PostgresExchangeWriter implements ExchangeWriter {
  readonly #db: Database['db'];

  constructor(db: Database['db']) {
    this.#db = db;
  }

  async write(log: number, stored: readonly StoredExchange[]): Promise<void> {
    const rows = stored.map(exchangeRow);
    const reached = new Map(stored.map(({ index, exchange }) => [index, exchange.upstream !== null]));
    const columns = sql.raw(COLUMNS.join(', '));
    await this.#db.transaction().execute(async (db) => {
      const { rows: fresh } = await sql<{ idx: number }>`
        insert into exchange (log, ${columns})
        select ${log}::bigint, ${columns}
        from json_to_recordset(${JSON.stringify(rows)}::json) as row (
          idx bigint, leaf text, id text, time bigint, principal text, team text, model text, surface text,
          outcome text, status bigint, tokens bigint, micro_usd bigint, found bigint, failed bigint, doc text)
        order by idx
        on conflict do nothing
        returning idx`.execute(db);
      const inserted = new Set(fresh.map((row) => row.idx));
      if (inserted.size < rows.length) {
        const missing = rows.filter((row) => !inserted.has(row.idx));
        const known = await db
          .selectFrom('exchange')
          .select(['idx', 'id'])
          .where('log', '=', log)
          .where('idx', 'in', [...new Set(missing.map((row) => row.idx))])
          .execute();
        const ids = new Map(known.map((row) => [row.idx, row.id]));
        for (const row of missing) refuseOther(row, ids.get(row.idx));
      }
      const usage = new UsageMinutes();
      for (const row of rows) {
        // A row given twice in one batch counts once.
        if (inserted.delete(row.idx)) usage.add(row, reached.get(row.idx)!);
      }
      const sums = usage.rows();
      if (sums.length === 0) return;
      await sql`
        insert into usage_minute (${sql.raw([...KEYS, ...SUMS].join(', '))})
        select * from json_to_recordset(${JSON.stringify(sums)}::json) as row (
          at bigint, principal text, team text, model text, outcome text,
          requests bigint, reached bigint, tokens bigint, micro_usd bigint)
        ${sql.raw(ADD_USAGE)}`.execute(db);
    });
  }
}

/** A row whose place is taken by itself has been stored before; one whose place another has must not vanish silently. */
function refuseOther(row: ExchangeRow, there: string | undefined): void {
  if (there === row.id) return;
  throw new Fault(
    'ERR_STORE',
    there === undefined
      ? 'An exchange with this id is already stored at another place of the ledger.'
      : 'Another exchange is already stored at this place of the ledger.',
    {
      where: `entry ${row.idx}`,
      hint:
        'The ledger was copied, or an older one was put back: give each copy a database of its own, or start the ' +
        'restored ledger with an empty database, which it fills again.',
    },
  );
}
