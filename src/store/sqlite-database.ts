import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import { Fault } from '../core/fault.ts';
import type { Database, Tables } from './database.ts';
import { storeFault } from './store-fault.ts';

/** Says in the file's header that it is Parapet's: `PRPT`. */
const APPLICATION_ID = 0x50_52_50_54;
/** How long a write waits for another process (`parapet keys …`) to finish its own. */
const BUSY_MILLIS = 5_000;
/** How long a start waits for another that migrates. */
const MIGRATION_MILLIS = 60_000;
/** Prepared statements kept. The store's statements are fewer; filters combine to some dozens. */
const STATEMENTS = 256;

export interface OpenSqlite {
  readonly database: Database;
  /** For the one hot path. Every use finishes in the turn in which it began, so it never meets a transaction of another. */
  readonly raw: DatabaseSync;
}

/**
 * Opens or creates a SQLite file: WAL, mode 0600, in a directory that is created with 0700. `:memory:` is a database
 * that nobody else sees and that ends with the process.
 * @throws Fault `ERR_STORE` when the file cannot be opened, is damaged or belongs to another program.
 */
export function openSqlite(path: string, directory: string): OpenSqlite {
  const file = path === ':memory:' ? path : resolve(directory, path);
  const where = `sqlite:${file}`;
  let raw: DatabaseSync | undefined;
  try {
    if (file !== ':memory:') keepPrivate(file, where);
    raw = new DatabaseSync(file, { timeout: BUSY_MILLIS, enableForeignKeyConstraints: true });
    refuseForeign(raw, where);
    raw.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA secure_delete = ON;
      PRAGMA journal_size_limit = 67108864;
      PRAGMA application_id = ${APPLICATION_ID};
    `);
  } catch (error) {
    raw?.close();
    throw storeFault(error, where);
  }
  return { raw, database: asDatabase(raw, where) };
}

function keepPrivate(file: string, where: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat !== undefined && !stat.isFile()) {
    throw new Fault('ERR_STORE', 'The path of the database is not a file.', {
      where,
      hint: 'Set store.url to sqlite:PATH with the path of a file.',
    });
  }
  // SQLite gives its journal files the mode of the database.
  if (stat === undefined) closeSync(openSync(file, 'a', 0o600));
  else if ((stat.mode & 0o077) !== 0) chmodSync(file, 0o600);
}

/** A SQLite file with tables that Parapet did not make is someone else's. */
function refuseForeign(raw: DatabaseSync, where: string): void {
  // In this order: whoever creates the database names it before it makes tables.
  const { tables } = raw.prepare('SELECT count(*) AS tables FROM sqlite_master').get() as { tables: number };
  const { application_id: id } = raw.prepare('PRAGMA application_id').get() as { application_id: number };
  if (id === APPLICATION_ID || tables === 0) return;
  throw new Fault('ERR_STORE', 'The database belongs to another program.', {
    where,
    hint: 'Set store.url to a file of its own for Parapet.',
  });
}

function asDatabase(raw: DatabaseSync, where: string): Database {
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new KyselySqlite(raw) }) });
  return {
    kind: 'sqlite',
    db,
    where,
    async durably(work) {
      // In WAL mode NORMAL survives the death of the process, FULL that of the machine.
      raw.exec('PRAGMA synchronous = FULL');
      try {
        return await work();
      } finally {
        raw.exec('PRAGMA synchronous = NORMAL');
      }
    },
    async scrub() {
      // `secure_delete` overwrites in the database; the journal still has the old pages until it is emptied.
      raw.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    },
    async migrating(work) {
      await beginPatiently(raw, where);
      try {
        await work(db);
        raw.exec('COMMIT');
      } catch (error) {
        raw.exec('ROLLBACK');
        throw error;
      }
    },
    async close() {
      raw.exec('PRAGMA optimize');
      await db.destroy();
      if (raw.isOpen) raw.close();
    },
  };
}

/**
 * Waits for the write lock without blocking the process: whoever holds it while it migrates may live in this one.
 * @throws Fault `ERR_STORE` when it is not free in time.
 */
async function beginPatiently(raw: DatabaseSync, where: string): Promise<void> {
  const deadline = Date.now() + MIGRATION_MILLIS;
  raw.exec('PRAGMA busy_timeout = 0');
  try {
    for (;;) {
      try {
        raw.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (Date.now() > deadline) throw storeFault(error, where);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    raw.exec(`PRAGMA busy_timeout = ${BUSY_MILLIS}`);
  }
}

/** SQLITE_BUSY and its extended codes. https://sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  const { errcode } = error as { readonly errcode?: unknown };
  return typeof errcode === 'number' && (errcode & 0xff) === 5;
}

/** `node:sqlite` in the shape that Kysely asks for, with prepared statements kept. */
class KyselySqlite implements SqliteDatabase {
  readonly #raw: DatabaseSync;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(raw: DatabaseSync) {
    this.#raw = raw;
  }

  prepare(text: string): SqliteStatement {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = new KyselyStatement(this.#raw.prepare(text));
    if (this.#statements.size >= STATEMENTS) this.#statements.clear();
    this.#statements.set(text, statement);
    return statement;
  }

  close(): void {
    this.#raw.close();
  }
}

class KyselyStatement implements SqliteStatement {
  readonly reader: boolean;
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = statement;
    this.reader = statement.columns().length > 0;
  }

  all(parameters: readonly unknown[]): unknown[] {
    return this.#statement.all(...(parameters as readonly SQLInputValue[]));
  }

  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.#statement.run(...(parameters as readonly SQLInputValue[]));
  }

  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return this.#statement.iterate(...(parameters as readonly SQLInputValue[]));
  }
}
