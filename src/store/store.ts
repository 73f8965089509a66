import type { ApprovalTable } from './approval-table.ts';
import type { VaultTable } from './vault-table.ts';
import type { Exchange, ExchangeOutcome, KeptSegment } from '../core/exchange.ts';

/** A virtual key as stored: the secret only as a hash. */
export interface KeyRow {
  /** Public id inside the key (`pk_<id>_<secret>`). */
  readonly id: string;
  /** HMAC-SHA-256 (hex) of the whole key under the installation's pepper. */
  readonly hash: string;
  readonly principal: string;
  readonly team: string | null;
  readonly note: string | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** Id of the key that replaces this one, which stays valid until `expiresAt`. */
  readonly rotatedTo: string | null;
  readonly lastUsedAt: number | null;
}

/** An entry of the allow-list that was added through the console. */
export interface AllowRow {
  readonly id: string;
  /** What it covers, in the keys of `allow` in the configuration. */
  readonly covers: Readonly<Record<string, unknown>>;
  readonly owner: string;
  readonly reason: string;
  /** The administrator who added it. */
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly removedAt: number | null;
}

export interface AdminRow {
  readonly name: string;
  /** scrypt, PHC string format. */
  readonly passwordHash: string;
  readonly createdAt: number;
}

export interface SessionRow {
  /** SHA-256 (hex) of the session token. */
  readonly id: string;
  readonly admin: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A canary as stored: its token is derived from the id and the installation's pepper, and stands nowhere. */
export interface CanaryRow {
  readonly id: string;
  readonly kind: string;
  readonly note: string | null;
  /** Name of the file that it was put into. */
  readonly place: string | null;
  /** HMAC (hex) that tells whether the pepper at hand is the one that the token was derived with. */
  readonly check: string;
  readonly createdAt: number;
}

/** An exchange with its place in the ledger. */
export interface StoredExchange {
  readonly index: number;
  /** RFC 6962 leaf hash (hex) of the ledger's entry. */
  readonly leaf: string;
  readonly exchange: Exchange;
  /** The ledger's entry as text, where it is at hand: saves writing the JSON a second time. */
  readonly doc?: string;
}

export interface ExchangeFilter {
  readonly principal?: string;
  readonly team?: string;
  readonly model?: string;
  readonly outcome?: ExchangeOutcome;
  /** Only exchanges in which some decision has this status. */
  readonly decision?: 'found' | 'failed';
  /** Milliseconds since the epoch, inclusive. */
  readonly from?: number;
  /** Exclusive. */
  readonly to?: number;
  /** Substring of the request id. */
  readonly id?: string;
}

export interface Page<T> {
  readonly rows: readonly T[];
  /** Pass as `before` to get the next (older) page; null at the end. It names a page, not an index of the ledger. */
  readonly next: number | null;
}

export interface UsageTotal {
  readonly principal: string;
  readonly team: string | null;
  readonly model: string | null;
  readonly requests: number;
  readonly tokens: number;
  readonly microUsd: number;
}

export interface OverviewBucket {
  /** Start of the bucket, milliseconds since the epoch. */
  readonly at: number;
  readonly requests: number;
  readonly byOutcome: Readonly<Record<ExchangeOutcome, number>>;
  readonly tokens: number;
  readonly microUsd: number;
}

/**
 * What has to be found again. The ledger is the truth about exchanges; the store is its index and can be
 * rebuilt from it. Every method throws Fault `ERR_STORE` when the database cannot answer.
 */
export interface Store {
  readonly kind: 'sqlite' | 'postgres';
  /** Values that reversible redaction keeps for conversations that a provider keeps. */
  readonly vault: VaultTable;
  /** Requests for a person's consent. */
  readonly approvals: ApprovalTable;

  /**
   * Inserts exchanges of this gateway's ledger in one transaction; a row that is already there is left alone.
   * Another exchange at the same index, or the same exchange at another, is refused, and the whole batch with it.
   */
  putExchanges(rows: readonly StoredExchange[]): Promise<void>;
  /** Highest index stored of this gateway's ledger, -1 when empty. */
  lastIndex(): Promise<number>;
  exchange(id: string): Promise<StoredExchange | null>;
  /** Newest first, of all gateways that share the database. */
  exchanges(filter: ExchangeFilter, limit: number, before?: number): Promise<Page<StoredExchange>>;
  /** Rows of this gateway's ledger in index order, for verification: (index, leaf hash). */
  leaves(
    from: number,
    limit: number,
  ): Promise<readonly { readonly index: number; readonly leaf: string; readonly id: string }[]>;
  /** Every bucket of the range, also empty ones. Cheap where `from`, `to` and the bucket are whole minutes. */
  overview(from: number, to: number, bucketMillis: number): Promise<readonly OverviewBucket[]>;
  /**
   * Sums of settled usage since the minute of `from`, to restore budget counters after a restart: requests are those
   * that reached an upstream, and nobody's are left out.
   */
  usageSince(from: number): Promise<readonly UsageTotal[]>;

  putContent(exchange: string, segments: readonly KeptSegment[], key: string, expiresAt: number): Promise<void>;
  content(exchange: string): Promise<{ readonly segments: readonly KeptSegment[]; readonly key: string } | null>;
  /** Deletes content whose retention is over, expired sessions, vault entries and forgotten response owners; returns how many rows went. */
  purge(now: number): Promise<number>;

  putKey(row: KeyRow): Promise<void>;
  key(id: string): Promise<KeyRow | null>;
  keys(): Promise<readonly KeyRow[]>;
  /** Changes the given fields of one key; false when there is no such key. */
  updateKey(id: string, change: Partial<Omit<KeyRow, 'id' | 'hash'>>): Promise<boolean>;

  putAdmin(row: AdminRow): Promise<void>;
  admin(name: string): Promise<AdminRow | null>;
  admins(): Promise<readonly AdminRow[]>;
  putSession(row: SessionRow): Promise<void>;
  session(id: string): Promise<SessionRow | null>;
  deleteSession(id: string): Promise<void>;

  /** Adds an entry; an id that is there already is refused with `ERR_STORE`. */
  putAllow(row: AllowRow): Promise<void>;
  /** Every entry, newest first, also those that are over or were removed. */
  allowRows(): Promise<readonly AllowRow[]>;
  /** False when there is no such entry, or it was removed before. */
  removeAllow(id: string, at: number): Promise<boolean>;

  /** Refuses an id that is there already. */
  putCanary(row: CanaryRow): Promise<void>;
  /** Oldest first. */
  canaries(): Promise<readonly CanaryRow[]>;
  /** False when there is no such canary. */
  deleteCanary(id: string): Promise<boolean>;

  /** Remembers who owns a provider-side object (a Responses id) and which upstream holds it. */
  putOwner(object: string, principal: string, upstream: string, at: number): Promise<void>;
  owner(object: string): Promise<{ readonly principal: string; readonly upstream: string } | null>;

  /** Cheap liveness query for `/readyz`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
