import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { KeyRow, Store } from '../store/store.ts';
import { createLruMap } from './lru-map.ts';
import type { Pepper } from './pepper.ts';
import { generateVirtualKey, idIn, isPublicId, parseVirtualKey } from './virtual-key.ts';
import type { VirtualKey } from './virtual-key.ts';

/** What the service needs of the store. */
export type KeyStore = Pick<Store, 'putKey' | 'key' | 'keys' | 'updateKey'>;

export interface KeyAsk {
  readonly principal: string;
  readonly team?: string | undefined;
  readonly note?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
}

/** A new key. `key` is its only appearance: nothing that is stored gives it back. */
export interface IssuedKey {
  readonly row: KeyRow;
  readonly key: string;
}

export type KeyVerdict =
  | { readonly status: 'valid'; readonly row: KeyRow }
  /** Only whoever holds the whole key learns this. */
  | { readonly status: 'expired' | 'revoked' }
  | { readonly status: 'unknown' };

export interface KeyService {
  /** @throws Fault `ERR_USAGE` when a field is malformed, `ERR_STORE`. */
  create(ask: KeyAsk): Promise<IssuedKey>;
  /** Newest first. */
  list(): Promise<readonly KeyRow[]>;
  /**
   * Issues a successor for the same principal, with a lifetime as long as the old key's; the old key
   * stays valid for `grace` milliseconds, or until its own end when that comes first.
   * @throws Fault `ERR_NOT_FOUND`; `ERR_USAGE` when the key is revoked, expired or rotated already.
   */
  rotate(id: string, options: { readonly grace: number }): Promise<IssuedKey>;
  /**
   * Ends a key at once, in this process; in others within `RECHECK_WITHIN`. Doing it again changes nothing.
   * @throws Fault `ERR_NOT_FOUND`.
   */
  revoke(id: string): Promise<KeyRow>;
  /**
   * Judges a presented key; synchronous for a key that was seen lately. `admit` is called before any
   * hashing or database work is spent on a key that is not remembered; it throws to turn the caller away.
   * @throws Fault `ERR_STORE`.
   */
  verify(presented: string, admit?: () => void): KeyVerdict | Promise<KeyVerdict>;
}

/**
 * Milliseconds for which a row that was read from the store may be relied on: the longest that a key
 * still works after another process revoked it.
 */
export const RECHECK_WITHIN = 900;
/** From this age on a used row is read again in the background, so that busy keys never wait. */
const REFRESH_AFTER = 400;
const USED_EVERY = 60_000;
const REMEMBERED = 10_000;

const UNKNOWN: KeyVerdict = Object.freeze({ status: 'unknown' });
const EXPIRED: KeyVerdict = Object.freeze({ status: 'expired' });
const REVOKED: KeyVerdict = Object.freeze({ status: 'revoked' });

type KeyText = Pick<VirtualKey, 'id' | 'text'>;

/** A key that proved itself. Only those are remembered, so wrong keys cost no memory. */
interface Remembered {
  /** SHA-256 of the whole key. */
  readonly digest: Buffer;
  verdict: { readonly status: 'valid'; readonly row: KeyRow };
  /** When the read of the row began. */
  readAt: number;
  refreshing: boolean;
}

export function createKeyService(parts: {
  readonly store: KeyStore;
  readonly pepper: Pepper;
  readonly clock: Clock;
}): KeyService {
  const { store, pepper, clock } = parts;
  const remembered = createLruMap<string, Remembered>(REMEMBERED);
  // Goes up with every change made here: a row whose read began before a change is not remembered after it.
  let changes = 0;

  const hashOf = (key: KeyText) => createHmac('sha256', pepper).update(key.text).digest();

  function judge(row: KeyRow): KeyVerdict {
    // Whoever revoked it may have a clock that runs ahead of this one; revoked is revoked.
    if (row.revokedAt !== null) return REVOKED;
    if (row.expiresAt !== null && row.expiresAt <= clock()) return EXPIRED;
    return { status: 'valid', row };
  }

  /** Remembers when the key was last used; a lost update is worth less than a refused request. */
  function touch(row: KeyRow): void {
    const now = clock();
    if (row.lastUsedAt === null || now - row.lastUsedAt >= USED_EVERY) {
      store.updateKey(row.id, { lastUsedAt: now }).catch(() => {});
    }
  }

  /** Reads the row and, when the key is good, remembers it. */
  async function lookUp(key: KeyText, digest: Buffer): Promise<KeyVerdict> {
    const readAt = clock();
    const before = changes;
    const row = await store.key(key.id);
    // An unknown id takes the same path and time as a wrong secret.
    const expected = row === null ? Buffer.alloc(32) : Buffer.from(row.hash, 'hex');
    const actual = hashOf(key);
    const same = expected.length === actual.length && timingSafeEqual(expected, actual);
    if (row === null || !same) {
      forget(key.id, digest);
      return UNKNOWN;
    }
    const verdict = judge(row);
    if (verdict.status !== 'valid') {
      forget(key.id, digest);
      return verdict;
    }
    touch(row);
    if (before !== changes) return verdict;
    const known = remembered.get(key.id);
    // The same row object gives the same principal object, which downstream caches are tied to.
    const kept = known !== undefined && isSameKey(known.verdict.row, row) ? known.verdict : { ...verdict };
    remembered.set(key.id, { digest, verdict: kept, readAt, refreshing: false });
    return kept;
  }

  /** Only the holder of the remembered key may make it forgotten, never someone who guesses at its id. */
  function forget(id: string, digest: Buffer): void {
    const known = remembered.get(id);
    if (known !== undefined && timingSafeEqual(known.digest, digest)) remembered.delete(id);
  }

  async function existing(id: string): Promise<KeyRow> {
    const row = isPublicId(id) ? await store.key(id) : null;
    if (row !== null) return row;
    throw new Fault('ERR_NOT_FOUND', 'There is no virtual key with this id.', {
      hint: 'The id is the part between the two underscores: pk_<id>_…. List them with: parapet keys list',
    });
  }

  async function issue(ask: KeyAsk): Promise<IssuedKey> {
    const now = clock();
    const principal = name(ask.principal, 'principal');
    const team = ask.team === undefined ? null : name(ask.team, 'team');
    const note = ask.note ?? null;
    if (note !== null && (note.length > 256 || CONTROL.test(note))) {
      throw new Fault('ERR_USAGE', 'The note of a key is one line of at most 256 characters.', { where: 'note' });
    }
    const expiresAt = ask.expiresAt ?? null;
    if (expiresAt !== null && !(Number.isSafeInteger(expiresAt) && expiresAt > now)) {
      throw new Fault('ERR_USAGE', 'A key must expire in the future.', { where: 'expiresAt' });
    }
    const key = generateVirtualKey();
    const row: KeyRow = {
      id: key.id,
      hash: hashOf(key).toString('hex'),
      principal,
      team,
      note,
      createdAt: now,
      expiresAt,
      revokedAt: null,
      rotatedTo: null,
      lastUsedAt: null,
    };
    await store.putKey(row);
    return { row, key: key.text };
  }

  async function change(id: string, part: Parameters<KeyStore['updateKey']>[1]): Promise<void> {
    changes++;
    remembered.delete(id);
    try {
      await store.updateKey(id, part);
    } finally {
      changes++;
      remembered.delete(id);
    }
  }

  return {
    create: issue,

    async list() {
      return [...(await store.keys())].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
    },

    async rotate(id, { grace }) {
      if (!Number.isSafeInteger(grace) || grace < 0) {
        throw new Fault('ERR_USAGE', 'The grace of a rotation is zero or more milliseconds.', { where: 'grace' });
      }
      const old = await existing(id);
      const { status } = judge(old);
      if (status !== 'valid') {
        throw new Fault('ERR_USAGE', `This key is ${status}, so there is nothing to rotate.`, {
          where: id,
          hint: 'Create a new key instead.',
        });
      }
      if (old.rotatedTo !== null) {
        throw new Fault('ERR_USAGE', `This key was rotated already; its successor is ${old.rotatedTo}.`, { where: id });
      }
      const now = clock();
      const issued = await issue({
        principal: old.principal,
        team: old.team ?? undefined,
        note: old.note ?? undefined,
        expiresAt: old.expiresAt === null ? undefined : now + (old.expiresAt - old.createdAt),
      });
      await change(id, {
        rotatedTo: issued.row.id,
        expiresAt: Math.min(old.expiresAt ?? Number.MAX_SAFE_INTEGER, now + grace),
      });
      return issued;
    },

    async revoke(id) {
      const row = await existing(id);
      if (row.revokedAt !== null) {
        remembered.delete(id);
        return row;
      }
      const revokedAt = clock();
      await change(id, { revokedAt });
      return { ...row, revokedAt };
    },

    verify(presented, admit) {
      const known = remembered.get(idIn(presented));
      if (known === undefined || !timingSafeEqual(known.digest, digestOf(presented))) {
        admit?.();
        const key = parseVirtualKey(presented);
        return key === null ? UNKNOWN : lookUp(key, digestOf(presented));
      }
      const { row } = known.verdict;
      const age = clock() - known.readAt;
      // A clock that was set back makes the age negative: then nothing is known about it.
      if (age < 0 || age >= RECHECK_WITHIN) return lookUp({ id: row.id, text: presented }, known.digest);
      if (age >= REFRESH_AFTER && !known.refreshing) {
        known.refreshing = true;
        // A failed refresh leaves the row to grow old; the request that then waits for the store reports it.
        lookUp({ id: row.id, text: presented }, known.digest).catch(() => {
          known.refreshing = false;
        });
      }
      return row.expiresAt !== null && row.expiresAt <= clock() ? EXPIRED : known.verdict;
    },
  };
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

function name(text: string, where: string): string {
  if (text.length > 0 && text.length <= 256 && text.trim() === text && !CONTROL.test(text)) return text;
  throw new Fault('ERR_USAGE', `A ${where} is 1 to 256 characters without line breaks or surrounding spaces.`, {
    where,
  });
}

function digestOf(presented: string): Buffer {
  return hash('sha256', presented, 'buffer');
}

/** Equal in everything but when it was last used. */
function isSameKey(a: KeyRow, b: KeyRow): boolean {
  return (
    a.id === b.id &&
    a.hash === b.hash &&
    a.principal === b.principal &&
    a.team === b.team &&
    a.note === b.note &&
    a.createdAt === b.createdAt &&
    a.expiresAt === b.expiresAt &&
    a.revokedAt === b.revokedAt &&
    a.rotatedTo === b.rotatedTo
  );
}
