import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { KeptSegment } from '../core/exchange.ts';
import { Fault } from '../core/fault.ts';
import type { Database } from './database.ts';
import type { ExchangeWriter } from './exchange-writer.ts';
import { findExchange, listExchanges, listLeaves } from './exchange-reader.ts';
import { allowColumns, allowRow } from './allow-columns.ts';
import { apiKeyChange, apiKeyRow, keyRow } from './key-columns.ts';
import type { Store } from './store.ts';
import { storeFault } from './store-fault.ts';
import { createApprovals } from './approval-table.ts';
import { createVaultTable } from './vault-table.ts';
import { readOverview, readUsage } from './usage-reader.ts';

/** Rows deleted in one step, so that requests are served between two. */
const PURGE_AT_ONCE = 500;

/** A provider keeps a response for 30 days (https://platform.openai.com/docs/guides/your-data); a day more does no harm. */
const OWNER_MILLIS = 31 * 86_400_000;

/**
 * The store on either database. Everything but the writing of exchanges is one SQL, and every statement stands alone:
 * there is no transaction that spans two turns of the event loop, so nothing waits for another.
 * @param logName the ledger whose entries `putExchanges`, `lastIndex` and `leaves` speak of.
 */
export function createSqlStore(database: Database, writer: ExchangeWriter, logName: string): Store {
  const { db, where } = database;
  let log: number | null = null;

  async function answer<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw storeFault(error, where);
    }
  }

  async function knownLog(): Promise<number | null> {
    if (log !== null) return log;
    const row = await db.selectFrom('log').select('id').where('name', '=', logName).executeTakeFirst();
    return (log = row?.id ?? null);
  }

  async function ensureLog(): Promise<number> {
    if (log !== null) return log;
    await db
      .insertInto('log')
      .values({ name: logName })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    return (await knownLog())!;
  }

  async function purgeTable(table: 'content' | 'session' | 'owner', key: string, time: string, until: number) {
    let deleted = 0;
    for (;;) {
      const [name, id, at] = [sql.table(table), sql.ref(key), sql.ref(time)];
      const { numAffectedRows } = await sql`
        delete from ${name} where ${id} in (
          select ${id} from ${name} where ${at} <= ${until} limit ${sql.lit(PURGE_AT_ONCE)})`.execute(db);
      const count = Number(numAffectedRows ?? 0n);
      deleted += count;
      if (count < PURGE_AT_ONCE) return deleted;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const vault = createVaultTable(database, answer);
  const approvals = createApprovals(database, answer);

  return {
    kind: database.kind,
    vault,
    approvals,

    putExchanges: (rows) =>
      answer(async () => {
        if (rows.length > 0) await writer.write(log ?? (await ensureLog()), rows);
      }),

    lastIndex: () =>
      answer(async () => {
        const known = await knownLog();
        if (known === null) return -1;
        const row = await db
          .selectFrom('exchange')
          .select((e) => e.fn.max('idx').as('last'))
          .where('log', '=', known)
          .executeTakeFirst();
        return row?.last ?? -1;
      }),

    exchange: (id) => answer(() => findExchange(database, id)),
    exchanges: (filter, limit, before) => answer(() => listExchanges(database, filter, limit, before)),
    leaves: (from, limit) =>
      answer(async () => {
        const known = await knownLog();
        return known === null ? [] : listLeaves(database, known, from, limit);
      }),
    overview: (from, to, bucketMillis) => answer(() => readOverview(database, from, to, bucketMillis)),
    usageSince: (from) => answer(() => readUsage(database, from)),

    putContent: (exchange, segments, key, expiresAt) =>
      answer(async () => {
        const row = { segments: JSON.stringify(segments), key, expires_at: expiresAt };
        await db
          .insertInto('content')
          .values({ exchange, ...row })
          .onConflict((conflict) => conflict.column('exchange').doUpdateSet(row))
          .execute();
      }),

    content: (exchange) =>
      answer(async () => {
        const row = await db
          .selectFrom('content')
          .select(['segments', 'key'])
          .where('exchange', '=', exchange)
          .executeTakeFirst();
        return row === undefined ? null : { segments: JSON.parse(row.segments) as KeptSegment[], key: row.key };
      }),

    purge: (now) =>
      answer(async () => {
        const content = await purgeTable('content', 'exchange', 'expires_at', now);
        const values = await vault.purge(now);
        if (content + values > 0) await database.scrub();
        const sessions = await purgeTable('session', 'id', 'expires_at', now);
        const owners = await purgeTable('owner', 'object', 'at', now - OWNER_MILLIS);
        const asked = await approvals.purge(now);
        return content + values + sessions + owners + asked;
      }),

    putKey: (row) =>
      answer(async () => {
        const { numInsertedOrUpdatedRows } = await database.durably(() =>
          db
            .insertInto('api_key')
            .values(apiKeyRow(row))
            .onConflict((conflict) => conflict.column('id').doNothing())
            .executeTakeFirst(),
        );
        if (numInsertedOrUpdatedRows !== 1n) {
          throw new Fault('ERR_STORE', `There is already a key with the id "${row.id}".`, { where });
        }
      }),

    key: (id) =>
      answer(async () => {
        const row = await db.selectFrom('api_key').selectAll().where('id', '=', id).executeTakeFirst();
        return row === undefined ? null : keyRow(row);
      }),

    keys: () =>
      answer(async () => {
        const rows = await db.selectFrom('api_key').selectAll().orderBy('created_at').orderBy('id').execute();
        return rows.map(keyRow);
      }),

    updateKey: (id, change) =>
      answer(async () => {
        const columns = apiKeyChange(change);
        if (Object.keys(columns).length === 0) {
          return (await db.selectFrom('api_key').select('id').where('id', '=', id).execute()).length > 0;
        }
        const update = () => db.updateTable('api_key').set(columns).where('id', '=', id).executeTakeFirst();
        // When a key was last used may be lost with the power; that it was revoked may not.
        const onlyUse = Object.keys(columns).every((column) => column === 'last_used_at');
        const { numUpdatedRows } = await (onlyUse ? update() : database.durably(update));
        return numUpdatedRows > 0n;
      }),

    putAdmin: (row) =>
      answer(async () => {
        const columns = { password_hash: row.passwordHash, created_at: row.createdAt };
        await database.durably(() =>
          db
            .insertInto('admin')
            .values({ name: row.name, ...columns })
            .onConflict((conflict) => conflict.column('name').doUpdateSet(columns))
            .execute(),
        );
      }),

    admin: (name) =>
      answer(async () => {
        const row = await db.selectFrom('admin').selectAll().where('name', '=', name).executeTakeFirst();
        return row === undefined
          ? null
          : { name: row.name, passwordHash: row.password_hash, createdAt: row.created_at };
      }),

    admins: () =>
      answer(async () => {
        const rows = await db.selectFrom('admin').selectAll().orderBy('name').execute();
        return rows.map((row) => ({ name: row.name, passwordHash: row.password_hash, createdAt: row.created_at }));
      }),

    putSession: (row) =>
      answer(async () => {
        await db
          .insertInto('session')
          .values({ id: row.id, admin: row.admin, created_at: row.createdAt, expires_at: row.expiresAt })
          .execute();
      }),

    session: (id) =>
      answer(async () => {
        const row = await db.selectFrom('session').selectAll().where('id', '=', id).executeTakeFirst();
        return row === undefined
          ? null
          : { id: row.id, admin: row.admin, createdAt: row.created_at, expiresAt: row.expires_at };
      }),

    deleteSession: (id) =>
      answer(async () => {
        await database.durably(() => db.deleteFrom('session').where('id', '=', id).execute());
      }),

    putAllow: (row) =>
      answer(async () => {
        const { numInsertedOrUpdatedRows } = await database.durably(() =>
          db
            .insertInto('allow_entry')
            .values(allowColumns(row))
            .onConflict((conflict) => conflict.column('id').doNothing())
            .executeTakeFirst(),
        );
        if (numInsertedOrUpdatedRows !== 1n) {
          throw new Fault('ERR_STORE', `There is already an entry of the allow-list with the id "${row.id}".`, {
            where,
          });
        }
      }),

    allowRows: () =>
      answer(async () => {
        const rows = await db
          .selectFrom('allow_entry')
          .selectAll()
          .orderBy('created_at', 'desc')
          .orderBy('id')
          .execute();
        return rows.map(allowRow);
      }),

    removeAllow: (id, at) =>
      answer(async () => {
        const { numUpdatedRows } = await database.durably(() =>
          db
            .updateTable('allow_entry')
            .set({ removed_at: at })
            .where('id', '=', id)
            .where('removed_at', 'is', null)
            .executeTakeFirst(),
        );
        return numUpdatedRows > 0n;
      }),

    putCanary: (row) =>
      answer(async () => {
        const { createdAt, ...columns } = row;
        const { numInsertedOrUpdatedRows } = await database.durably(() =>
          db
            .insertInto('canary')
            .values({ ...columns, created_at: createdAt })
            .onConflict((conflict) => conflict.column('id').doNothing())
            .executeTakeFirst(),
        );
        if (numInsertedOrUpdatedRows !== 1n) {
          throw new Fault('ERR_STORE', `There is already a canary with the id "${row.id}".`, { where });
        }
      }),

    canaries: () =>
      answer(async () => {
        const rows = await db.selectFrom('canary').selectAll().orderBy('created_at').orderBy('id').execute();
        return rows.map(({ created_at, ...row }) => ({ ...row, createdAt: created_at }));
      }),

    deleteCanary: (id) =>
      answer(async () => {
        const { numDeletedRows } = await database.durably(() =>
          db.deleteFrom('canary').where('id', '=', id).executeTakeFirst(),
        );
        return numDeletedRows > 0n;
      }),

    putOwner: (object, principal, upstream, at) =>
      answer(async () => {
        await db
          .insertInto('owner')
          .values({ object: digest(object), principal, upstream, at })
          // The first owner stays: nobody becomes the owner of another's response by naming it.
          .onConflict((conflict) =>
            conflict
              .column('object')
              .doUpdateSet({ at })
              .where('owner.principal', '=', principal)
              .where('owner.upstream', '=', upstream),
          )
          .execute();
      }),

    owner: (object) =>
      answer(async () => {
        const row = await db
          .selectFrom('owner')
          .select(['principal', 'upstream'])
          .where('object', '=', digest(object))
          .executeTakeFirst();
        return row === undefined ? null : { principal: row.principal, upstream: row.upstream };
      }),

    ping: () =>
      answer(async () => {
        await sql`select 1`.execute(db);
      }),

    close: () =>
      answer(async () => {
        await writer.close?.();
        await database.close();
      }),
  };
}

function digest(object: string): string {
  return createHash('sha256').update(object).digest('base64url');
}
