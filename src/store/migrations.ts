import { sql, type ColumnDefinitionBuilder, type Kysely, type CreateTableBuilder } from 'kysely';
import type { Kind } from './database.ts';
import { createApprovalTable } from './approval-table.ts';
import { createVaultTables } from './vault-table.ts';

/** One step of the schema. Steps are only ever added: a published one never changes. */
export interface Migration {
  /** What it brings, for the table of applied steps. */
  readonly name: string;
  up(db: Kysely<unknown>, kind: Kind): Promise<void>;
}

/** In order; a database's version is how many of them it has seen. */
export const MIGRATIONS: readonly Migration[] = [
  { name: 'exchanges, usage, content, keys, admins, owners', up: first },
  { name: 'canaries', up: canaries },
  { name: 'vault', up: createVaultTables },
  { name: 'allow-list', up: allowList },
  { name: 'approvals', up: createApprovalTable },
];

async function first(db: Kysely<unknown>, kind: Kind): Promise<void> {
  const { schema } = db;
  const text = (column: ColumnDefinitionBuilder) => column.notNull();
  const count = (column: ColumnDefinitionBuilder) => column.notNull().defaultTo(0);

  await numbered(schema.createTable('log'), 'id', kind)
    .addColumn('name', 'text', (c) => c.notNull().unique())
    .execute();

  await numbered(schema.createTable('exchange'), 'seq', kind)
    .addColumn('log', 'bigint', (c) => c.notNull().references('log.id'))
    .addColumn('idx', 'bigint', text)
    .addColumn('leaf', 'text', text)
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('time', 'bigint', text)
    .addColumn('principal', 'text')
    .addColumn('team', 'text')
    .addColumn('model', 'text')
    .addColumn('surface', 'text', text)
    .addColumn('outcome', 'text', text)
    .addColumn('status', 'bigint', text)
    .addColumn('tokens', 'bigint', count)
    .addColumn('micro_usd', 'bigint', count)
    .addColumn('found', 'bigint', count)
    .addColumn('failed', 'bigint', count)
    .addColumn('doc', 'text', text)
    .addUniqueConstraint('exchange_place', ['log', 'idx'])
    .execute();
  await schema.createIndex('exchange_time').on('exchange').column('time').execute();
  // SQLite's indexes end in the row's number of themselves.
  const newest = kind === 'sqlite' ? [] : ['seq'];
  for (const column of ['principal', 'team', 'model'] as const) {
    await schema
      .createIndex(`exchange_${column}`)
      .on('exchange')
      .columns([column, ...newest])
      .where(sql.ref(column), 'is not', null)
      .execute();
  }
  // Most exchanges are served: reading backwards finds those at once, and an index of them would cost every write.
  await schema
    .createIndex('exchange_outcome')
    .on('exchange')
    .columns(['outcome', ...newest])
    .where(sql.ref('outcome'), '<>', sql.lit('served'))
    .execute();
  for (const column of ['found', 'failed'] as const) {
    await schema
      .createIndex(`exchange_${column}`)
      .on('exchange')
      .column('seq')
      .where(sql.ref(column), '=', sql.lit(1))
      .execute();
  }

  await schema
    .createTable('usage_minute')
    .addColumn('at', 'bigint', text)
    .addColumn('principal', 'text', text)
    .addColumn('team', 'text', text)
    .addColumn('model', 'text', text)
    .addColumn('outcome', 'text', text)
    .addColumn('requests', 'bigint', count)
    .addColumn('reached', 'bigint', count)
    .addColumn('tokens', 'bigint', count)
    .addColumn('micro_usd', 'bigint', count)
    .addPrimaryKeyConstraint('usage_minute_key', ['at', 'principal', 'team', 'model', 'outcome'])
    .execute();

  await schema
    .createTable('content')
    .addColumn('exchange', 'text', (c) => c.primaryKey())
    .addColumn('segments', 'text', text)
    .addColumn('key', 'text', text)
    .addColumn('expires_at', 'bigint', text)
    .execute();
  await schema.createIndex('content_expiry').on('content').column('expires_at').execute();

  await schema
    .createTable('api_key')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('hash', 'text', text)
    .addColumn('principal', 'text', text)
    .addColumn('team', 'text')
    .addColumn('note', 'text')
    .addColumn('created_at', 'bigint', text)
    .addColumn('expires_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .addColumn('rotated_to', 'text')
    .addColumn('last_used_at', 'bigint')
    .execute();

  await schema
    .createTable('admin')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('password_hash', 'text', text)
    .addColumn('created_at', 'bigint', text)
    .execute();

  await schema
    .createTable('session')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('admin', 'text', text)
    .addColumn('created_at', 'bigint', text)
    .addColumn('expires_at', 'bigint', text)
    .execute();
  await schema.createIndex('session_expiry').on('session').column('expires_at').execute();

  await schema
    .createTable('owner')
    .addColumn('object', 'text', (c) => c.primaryKey())
    .addColumn('principal', 'text', text)
    .addColumn('upstream', 'text', text)
    .addColumn('at', 'bigint', text)
    .execute();
  await schema.createIndex('owner_at').on('owner').column('at').execute();
}

async function canaries({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('canary')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('note', 'text')
    .addColumn('place', 'text')
    .addColumn('check', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
}

async function allowList({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('allow_entry')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('covers', 'text', (c) => c.notNull())
    .addColumn('owner', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('removed_at', 'bigint')
    .execute();
}

/** A primary key that the database counts up: SQLite does so for the exact type `integer` alone. */
function numbered<T extends string>(
  table: CreateTableBuilder<T>,
  column: string,
  kind: Kind,
): CreateTableBuilder<string> {
  return kind === 'sqlite'
    ? table.addColumn(column, 'integer', (c) => c.primaryKey().autoIncrement())
    : table.addColumn(column, 'bigint', (c) => c.primaryKey().generatedByDefaultAsIdentity());
}
