import { type Kysely, sql } from 'kysely';
import type { Database, Tables } from './database.ts';

export const APPROVAL_STATES = ['pending', 'approved', 'denied', 'expired', 'used'] as const;
/** `approved` waits to be used; `used`, `denied` and `expired` are ends. */
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** A request for a person's consent, as stored. */
export interface ApprovalRow {
  readonly id: string;
  /** Keyed hash of all that the consent is bound to. */
  readonly hash: string;
  /** `call`: a tool call. `review`: a request that a rule wants a person to look at. */
  readonly kind: 'call' | 'review';
  readonly state: ApprovalState;
  readonly principal: string;
  readonly team: string | null;
  readonly tool: string;
  /** The rule that asks. */
  readonly rule: string;
  /** The request in which it came up. */
  readonly exchange: string | null;
  /** Ciphertext of what is asked; null as soon as the request is over. */
  readonly sealed: string | null;
  /** People who have to agree: 1 or 2. */
  readonly needs: number;
  /** Who agreed. */
  readonly firstBy: string | null;
  readonly secondBy: string | null;
  readonly deniedBy: string | null;
  /** What the person wrote who decided. */
  readonly reason: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly decidedAt: number | null;
}

/**
 * Requests for a person's consent. Each step is one statement that names the state it begins in, so that of two
 * gateways or two people who act at once exactly one succeeds.
 */
export interface ApprovalTable {
  /** Adds a request, unless one with its hash lives. @returns the one that lives, and whether it is the given one. */
  ask(row: ApprovalRow): Promise<{ readonly row: ApprovalRow; readonly fresh: boolean }>;
  find(id: string): Promise<ApprovalRow | null>;
  /** The youngest request with this hash, whatever became of it. */
  latest(hash: string): Promise<ApprovalRow | null>;
  /** Those that wait, the oldest first; then those that are over, the youngest first. */
  list(limit: number): Promise<readonly ApprovalRow[]>;
  waiting(now: number): Promise<number>;
  waitingOf(principal: string, now: number): Promise<number>;
  /** One person's consent. @returns the row as it is then, or null when it does not wait for this person's consent. */
  approve(id: string, by: string, reason: string | null, now: number): Promise<ApprovalRow | null>;
  /** Also takes back a consent that was not used. @returns null when there is nothing to deny. */
  deny(id: string, by: string, reason: string | null, now: number): Promise<ApprovalRow | null>;
  /** Uses up the consent with this hash. @returns null when there is none: the call must not pass. */
  use(hash: string, now: number): Promise<ApprovalRow | null>;
  /** Ends what is past its time. @returns what this call ended, and no other gateway did. */
  expire(now: number): Promise<readonly ApprovalRow[]>;
  /** Deletes what ended long ago. */
  purge(now: number): Promise<number>;
}

/** How long it is remembered what became of a request, without its content. The ledger keeps it for ever. */
const REMEMBERED = 30 * 86_400_000;

/** The table, as `migrations.ts` adds it. */
export async function createApprovalTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('approval')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('hash', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('principal', 'text', (c) => c.notNull())
    .addColumn('team', 'text')
    .addColumn('tool', 'text', (c) => c.notNull())
    .addColumn('rule', 'text', (c) => c.notNull())
    .addColumn('exchange', 'text')
    .addColumn('sealed', 'text')
    .addColumn('needs', 'bigint', (c) => c.notNull())
    .addColumn('first_by', 'text')
    .addColumn('second_by', 'text')
    .addColumn('denied_by', 'text')
    .addColumn('reason', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('decided_at', 'bigint')
    .execute();
  // At most one request for the same thing lives, however many gateways ask.
  await sql`create unique index approval_live on approval (hash) where state in ('pending', 'approved')`.execute(db);
  await db.schema.createIndex('approval_hash').on('approval').columns(['hash', 'created_at']).execute();
  await db.schema.createIndex('approval_state').on('approval').columns(['state', 'created_at']).execute();
}

export function createApprovals(
  { db, durably, scrub }: Database,
  answer: <T>(ask: () => Promise<T>) => Promise<T>,
): ApprovalTable {
  const rows = () => db.selectFrom('approval').selectAll();
  const waitingAt = (now: number) =>
    db
      .selectFrom('approval')
      .select((e) => e.fn.countAll<number | string>().as('count'))
      .where('state', '=', 'pending')
      .where('expires_at', '>', now);
  const waitingOne = (id: string, now: number) =>
    db
      .updateTable('approval')
      .where('id', '=', id)
      .where('state', '=', 'pending')
      .where('expires_at', '>', now)
      .returningAll();
  const agreeFirst = (id: string, by: string, reason: string | null, now: number) =>
    waitingOne(id, now)
      .where('first_by', 'is', null)
      .set((e) => ({
        state: e.case().when('needs', '<=', 1).then('approved').else('pending').end(),
        first_by: by,
        decided_at: now,
        reason,
      }));
  const agreeSecond = (id: string, by: string, reason: string | null, now: number) =>
    waitingOne(id, now)
      .where('first_by', 'is not', null)
      .where('first_by', '<>', by)
      .set({ state: 'approved', second_by: by, decided_at: now, reason });
  const first = (found: Tables['approval'] | undefined): ApprovalRow | null =>
    found === undefined ? null : read(found);

  return {
    ask: (row) =>
      answer(async () => {
        const { numInsertedOrUpdatedRows } = await durably(() =>
          db
            .insertInto('approval')
            .values(columns(row))
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst(),
        );
        if (numInsertedOrUpdatedRows === 1n) return { row, fresh: true };
        const live = await rows()
          .where('hash', '=', row.hash)
          .where('state', 'in', ['pending', 'approved'])
          .executeTakeFirst();
        // It ended between the two statements: what became of it is the answer.
        const found =
          live ?? (await rows().where('hash', '=', row.hash).orderBy('created_at', 'desc').executeTakeFirstOrThrow());
        return { row: read(found), fresh: false };
      }),

    find: (id) => answer(async () => first(await rows().where('id', '=', id).executeTakeFirst())),

    latest: (hash) =>
      answer(async () =>
        first(await rows().where('hash', '=', hash).orderBy('created_at', 'desc').limit(1).executeTakeFirst()),
      ),

    list: (limit) =>
      answer(async () => {
        const live = await rows()
          .where('state', 'in', ['pending', 'approved'])
          .orderBy('created_at')
          .orderBy('id')
          .limit(limit)
          .execute();
        const over = await rows()
          .where('state', 'in', ['denied', 'expired', 'used'])
          .orderBy('created_at', 'desc')
          .orderBy('id')
          .limit(limit)
          .execute();
        return [...live, ...over].map(read);
      }),

    waiting: (now) => answer(async () => Number((await waitingAt(now).executeTakeFirst())?.count ?? 0)),

    waitingOf: (principal, now) =>
      answer(async () =>
        Number((await waitingAt(now).where('principal', '=', principal).executeTakeFirst())?.count ?? 0),
      ),

    approve: (id, by, reason, now) =>
      answer(async () => {
        // Somebody else may become the first between the two statements, which makes this person the second.
        for (const agree of [agreeSecond, agreeFirst, agreeSecond]) {
          const found = await durably(() => agree(id, by, reason, now).executeTakeFirst());
          if (found !== undefined) return read(found);
        }
        return null;
      }),

    deny: (id, by, reason, now) =>
      answer(async () => {
        const found = await durably(() =>
          db
            .updateTable('approval')
            .set({ state: 'denied', denied_by: by, decided_at: now, reason, sealed: null })
            .where('id', '=', id)
            .where('state', 'in', ['pending', 'approved'])
            .where('expires_at', '>', now)
            .returningAll()
            .executeTakeFirst(),
        );
        if (found !== undefined) await scrub();
        return first(found);
      }),

    use: (hash, now) =>
      answer(async () => {
        const found = await durably(() =>
          db
            .updateTable('approval')
            .set({ state: 'used', sealed: null })
            .where('hash', '=', hash)
            .where('state', '=', 'approved')
            .where('expires_at', '>', now)
            .returningAll()
            .executeTakeFirst(),
        );
        if (found !== undefined) await scrub();
        return first(found);
      }),

    expire: (now) =>
      answer(async () => {
        const found = await durably(() =>
          db
            .updateTable('approval')
            .set({ state: 'expired', sealed: null })
            .where('state', 'in', ['pending', 'approved'])
            .where('expires_at', '<=', now)
            .returningAll()
            .execute(),
        );
        if (found.length > 0) await scrub();
        return found.map(read);
      }),

    purge: (now) =>
      answer(async () => {
        const { numDeletedRows } = await db
          .deleteFrom('approval')
          .where('state', 'in', ['denied', 'expired', 'used'])
          .where('expires_at', '<=', now - REMEMBERED)
          .executeTakeFirst();
        return Number(numDeletedRows);
      }),
  };
}

function columns(row: ApprovalRow): Tables['approval'] {
  const { firstBy, secondBy, deniedBy, createdAt, expiresAt, decidedAt, ...same } = row;
  return {
    ...same,
    first_by: firstBy,
    second_by: secondBy,
    denied_by: deniedBy,
    created_at: createdAt,
    expires_at: expiresAt,
    decided_at: decidedAt,
  };
}

function read(row: Tables['approval']): ApprovalRow {
  const { first_by, second_by, denied_by, created_at, expires_at, decided_at, ...same } = row;
  return {
    ...same,
    kind: same.kind as ApprovalRow['kind'],
    state: same.state as ApprovalState,
    needs: Number(same.needs),
    firstBy: first_by,
    secondBy: second_by,
    deniedBy: denied_by,
    createdAt: Number(created_at),
    expiresAt: Number(expires_at),
    decidedAt: decided_at === null ? null : Number(decided_at),
  };
}
