import { resolve } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { Database } from './database.ts';
import { PostgresExchangeWriter, SqliteExchangeWriter, type ExchangeWriter } from './exchange-writer.ts';
import { migrate } from './migrate.ts';
import { createSqlStore } from './sql-store.ts';
import { openSqlite } from './sqlite-database.ts';
import type { Store } from './store.ts';
import { storeFault } from './store-fault.ts';
import { ThreadedExchangeWriter } from './threaded-exchange-writer.ts';

export interface StoreOptions {
  /** What a relative path in a `sqlite:` URL is relative to. Default: the working directory. */
  readonly directory?: string;
  /** Name (origin) of the ledger whose entries this gateway stores. Gateways that share a database have one each. */
  readonly log?: string;
  /** Write exchanges on a thread of its own, where the database is a SQLite file. Default: false. */
  readonly thread?: boolean;
}

/**
 * Opens the store that `store.url` names, `sqlite:PATH` or `postgres://…`, and brings its schema up to date.
 * @throws Fault `ERR_STORE` when it cannot be opened, is damaged, belongs to another program or to a newer Parapet;
 * `ERR_CONFIG` for another scheme.
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const { database, writer } = await open(url, options);
  try {
    await migrate(database, systemClock());
    return createSqlStore(database, writer(), options.log ?? 'parapet');
  } catch (error) {
    await database.close().catch(() => {});
    throw storeFault(error, database.where);
  }
}

async function open(
  url: string,
  { directory = '.', thread = false }: StoreOptions,
): Promise<{ readonly database: Database; readonly writer: () => ExchangeWriter }> {
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) {
    const path = url.slice('sqlite:'.length);
    const { database, raw } = openSqlite(path, directory);
    // A database in memory belongs to one connection.
    const threaded = thread && path !== ':memory:';
    return {
      database,
      writer: () => (threaded ? new ThreadedExchangeWriter(resolve(directory, path)) : new SqliteExchangeWriter(raw)),
    };
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    // pg is loaded only where it is used.
    const { openPostgres } = await import('./postgres-database.ts');
    const database = openPostgres(url);
    return { database, writer: () => new PostgresExchangeWriter(database.db) };
  }
  throw new Fault('ERR_CONFIG', 'The address of the store is not one that Parapet knows.', {
    where: 'store.url',
    hint: 'Use sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE.',
  });
}
