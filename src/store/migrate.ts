import { sql, type Kysely } from 'kysely';
import { Fault } from '../core/fault.ts';
import type { Database } from './database.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';

interface Applied {
  parapet_schema: { readonly version: number; readonly name: string; readonly applied_at: number };
}

/**
 * Brings a database to the newest schema. Several gateways may start at once: one migrates, the others wait for it.
 * All missing steps are one transaction, so a database is never left between two.
 * @throws Fault `ERR_STORE` when a newer Parapet has written the database.
 */
export async function migrate(
  database: Database,
  now: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  if ((await versionIfAny(database, migrations)) === migrations.length) return;
  await database.migrating(async (locked) => {
    const db = locked as unknown as Kysely<Applied>;
    await db.schema
      .createTable('parapet_schema')
      .ifNotExists()
      .addColumn('version', 'bigint', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('applied_at', 'bigint', (c) => c.notNull())
      .execute();
    const version = refuseNewer(database, await versionOf(db), migrations);
    for (let step = version; step < migrations.length; step++) {
      const migration = migrations[step]!;
      await migration.up(db as unknown as Kysely<unknown>, database.kind);
      await db
        .insertInto('parapet_schema')
        .values({ version: step + 1, name: migration.name, applied_at: now })
        .execute();
    }
  });
}

/** The version without waiting for anyone; 0 for a database that has none. */
async function versionIfAny(database: Database, migrations: readonly Migration[]): Promise<number> {
  const db = database.db as unknown as Kysely<Applied>;
  const there =
    database.kind === 'sqlite'
      ? sql<{ name: string }>`select name from sqlite_master where type = 'table' and name = 'parapet_schema'`
      : sql<{ name: string }>`select 'parapet_schema' as name where to_regclass('parapet_schema') is not null`;
  const { rows } = await there.execute(db);
  return rows.length === 0 ? 0 : refuseNewer(database, await versionOf(db), migrations);
}

async function versionOf(db: Kysely<Applied>): Promise<number> {
  const row = await db
    .selectFrom('parapet_schema')
    .select((e) => e.fn.max('version').as('version'))
    .executeTakeFirst();
  return row?.version ?? 0;
}

function refuseNewer(database: Database, version: number, migrations: readonly Migration[]): number {
  if (version <= migrations.length) return version;
  throw new Fault(
    'ERR_STORE',
    `A newer Parapet has written this database: its schema is ${version}, this program knows ${migrations.length}.`,
    { where: database.where, hint: 'Start the newer version, or set store.url to another database.' },
  );
}
