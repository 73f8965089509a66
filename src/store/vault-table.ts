import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';

/** A value of a conversation, sealed. */
export interface VaultRow {
  /** What stands for it, without brackets: `EMAIL_BKQTZWRN`. */
  readonly placeholder: string;
  /** Ciphertext; only who has the vault's key can read it. */
  readonly sealed: string;
}

/**
 * Values of conversations that a provider keeps. A link leads from an object of the provider (a response, a conversation)
 * to a thread, and all responses that go on with one another share one; a thread's values live as long as its youngest link.
 */
export interface VaultTable {
  /** The thread that a link leads to, or null; what has expired is not there any more. */
  thread(link: string, now: number): Promise<string | null>;
  /** Values of a thread, at most `limit`. */
  rows(thread: string, limit: number): Promise<readonly VaultRow[]>;
  /**
   * Lets a link lead to `thread` until `expiresAt`, unless it leads somewhere already: then that is prolonged.
   * @returns the thread that it leads to, which another gateway may have named first.
   */
  link(link: string, thread: string, principal: string, now: number, expiresAt: number): Promise<string>;
  /** Adds values to a thread that has a link; those that are there stay. */
  add(thread: string, principal: string, rows: readonly VaultRow[]): Promise<void>;
  /** Takes a link away, and its thread's values with the last one. */
  forget(link: string): Promise<void>;
  /** Takes away everything of a principal. @returns how many values went. */
  forgetPrincipal(principal: string): Promise<number>;
  /** Values kept for a principal. */
  count(principal: string): Promise<number>;
  /** Takes away the links of a principal that expire first, at most `links` of them, but none to `except`. */
  forgetOldest(principal: string, links: number, except: string): Promise<number>;
  /** Principals that have values, and how many. */
  principals(): Promise<readonly { readonly principal: string; readonly entries: number }[]>;
  /** Takes away what has expired. @returns how many rows went. */
  purge(now: number): Promise<number>;
}

/** Rows in one statement: SQLite takes 32,766 variables. */
const AT_ONCE = 500;

/** The vault's tables, as `migrations.ts` adds them. */
export async function createVaultTables(db: Kysely<unknown>): Promise<void> {
  const required = (column: ColumnDefinitionBuilder) => column.notNull();
  await db.schema
    .createTable('vault_link')
    .addColumn('link', 'text', (c) => c.primaryKey())
    .addColumn('thread', 'text', required)
    .addColumn('principal', 'text', required)
    .addColumn('expires_at', 'bigint', required)
    .execute();
  for (const columns of [['thread'], ['expires_at'], ['principal', 'expires_at']]) {
    await db.schema
      .createIndex(`vault_link_${columns.join('_')}`)
      .on('vault_link')
      .columns(columns)
      .execute();
  }
  await db.schema
    .createTable('vault_entry')
    .addColumn('thread', 'text', required)
    .addColumn('placeholder', 'text', required)
    .addColumn('principal', 'text', required)
    .addColumn('sealed', 'text', required)
    .addPrimaryKeyConstraint('vault_entry_key', ['thread', 'placeholder'])
    .execute();
  await db.schema.createIndex('vault_entry_principal').on('vault_entry').column('principal').execute();
}

/** @param answer runs a question and turns what the database throws into a Fault. */
export function createVaultTable(database: Database, answer: <T>(ask: () => Promise<T>) => Promise<T>): VaultTable {
  const { db } = database;

  /** Deletes links, and the values of threads that have none left. Returns how many rows went. */
  async function drop(links: readonly { readonly link: string; readonly thread: string }[]): Promise<number> {
    if (links.length === 0) return 0;
    let rows = 0;
    for (let at = 0; at < links.length; at += AT_ONCE) {
      const part = links.slice(at, at + AT_ONCE);
      const names = part.map(({ link }) => link);
      const { numDeletedRows } = await db.deleteFrom('vault_link').where('link', 'in', names).executeTakeFirst();
      rows += Number(numDeletedRows);
      const threads = [...new Set(part.map(({ thread }) => thread))];
      const orphaned = await db
        .deleteFrom('vault_entry')
        .where('thread', 'in', threads)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('vault_link').select('link').whereRef('vault_link.thread', '=', 'vault_entry.thread'))),
        )
        .executeTakeFirst();
      rows += Number(orphaned.numDeletedRows);
    }
    return rows;
  }

  return {
    thread: (link, now) =>
      answer(async () => {
        const row = await db
          .selectFrom('vault_link')
          .select('thread')
          .where('link', '=', link)
          .where('expires_at', '>', now)
          .executeTakeFirst();
        return row?.thread ?? null;
      }),

    rows: (thread, limit) =>
      answer(() =>
        db
          .selectFrom('vault_entry')
          .select(['placeholder', 'sealed'])
          .where('thread', '=', thread)
          .orderBy('placeholder')
          .limit(limit)
          .execute(),
      ),

    link: (link, thread, principal, now, expiresAt) =>
      answer(async () => {
        const expired = await db
          .selectFrom('vault_link')
          .select(['link', 'thread'])
          .where('link', '=', link)
          .where('expires_at', '<=', now)
          .execute();
        await drop(expired);
        const row = await db
          .insertInto('vault_link')
          .values({ link, thread, principal, expires_at: expiresAt })
          .onConflict((conflict) => conflict.column('link').doUpdateSet({ expires_at: expiresAt }))
          .returning('thread')
          .executeTakeFirstOrThrow();
        return row.thread;
      }),

    add: (thread, principal, rows) =>
      answer(async () => {
        for (let at = 0; at < rows.length; at += AT_ONCE) {
          await db
            .insertInto('vault_entry')
            .values(
              rows
                .slice(at, at + AT_ONCE)
                .map(({ placeholder, sealed }) => ({ thread, placeholder, principal, sealed })),
            )
            .onConflict((conflict) => conflict.columns(['thread', 'placeholder']).doNothing())
            .execute();
        }
      }),

    forget: (link) =>
      answer(async () => {
        const found = await db.selectFrom('vault_link').select(['link', 'thread']).where('link', '=', link).execute();
        if ((await database.durably(() => drop(found))) > 0) await database.scrub();
      }),

    forgetPrincipal: (principal) =>
      answer(async () => {
        await database.durably(() => db.deleteFrom('vault_link').where('principal', '=', principal).execute());
        const { numDeletedRows } = await database.durably(() =>
          db.deleteFrom('vault_entry').where('principal', '=', principal).executeTakeFirst(),
        );
        await database.scrub();
        return Number(numDeletedRows);
      }),

    count: (principal) =>
      answer(async () => {
        const row = await db
          .selectFrom('vault_entry')
          .select((e) => e.fn.countAll<number | string>().as('entries'))
          .where('principal', '=', principal)
          .executeTakeFirst();
        return Number(row?.entries ?? 0);
      }),

    forgetOldest: (principal, links, except) =>
      answer(async () =>
        drop(
          await db
            .selectFrom('vault_link')
            .select(['link', 'thread'])
            .where('principal', '=', principal)
            .where('thread', '<>', except)
            .orderBy('expires_at')
            .limit(links)
            .execute(),
        ),
      ),

    principals: () =>
      answer(async () => {
        const rows = await db
          .selectFrom('vault_entry')
          .select(['principal', (e) => e.fn.countAll<number | string>().as('entries')])
          .groupBy('principal')
          .orderBy('principal')
          .execute();
        return rows.map(({ principal, entries }) => ({ principal, entries: Number(entries) }));
      }),

    purge: (now) =>
      answer(async () => {
        let rows = 0;
        for (;;) {
          const expired = await db
            .selectFrom('vault_link')
            .select(['link', 'thread'])
            .where('expires_at', '<=', now)
            .orderBy(sql.ref('expires_at'))
            .limit(AT_ONCE)
            .execute();
          rows += await drop(expired);
          if (expired.length < AT_ONCE) return rows;
          await new Promise((resolve) => setImmediate(resolve));
        }
      }),
  };
}
