import type { Generated, Kysely } from 'kysely';

/**
 * The tables. Counts, money and times are whole numbers in 64-bit columns; times are milliseconds since the epoch.
 * Absent principals, teams and models of a usage row are empty texts, because they are part of its key.
 */
export interface Tables {
  /** One ledger whose entries are indexed here. Several gateways on one database have one each. */
  log: { readonly id: Generated<number>; readonly name: string };

  exchange: {
    /** The order in which rows came in, over all logs: what pages are counted by. */
    readonly seq: Generated<number>;
    readonly log: number;
    /** Index in its log. */
    readonly idx: number;
    readonly leaf: string;
    readonly id: string;
    readonly time: number;
    readonly principal: string | null;
    readonly team: string | null;
    readonly model: string | null;
    readonly surface: string;
    readonly outcome: string;
    readonly status: number;
    readonly tokens: number;
    readonly micro_usd: number;
    /** 1 when some decision has this status. */
    readonly found: number;
    readonly failed: number;
    /** The exchange as JSON, exactly as it was given. */
    readonly doc: string;
  };

  /** Sums by minute, written with the exchanges, so that overviews and budgets never read every exchange. */
  usage_minute: {
    /** Start of the minute. */
    readonly at: number;
    readonly principal: string;
    readonly team: string;
    /** Only where an upstream was reached: the names that refused requests ask for are anyone's. */
    readonly model: string;
    readonly outcome: string;
    readonly requests: number;
    /** Requests that reached an upstream: those that a budget counts. */
    readonly reached: number;
    readonly tokens: number;
    readonly micro_usd: number;
  };

  content: { readonly exchange: string; readonly segments: string; readonly key: string; readonly expires_at: number };

  api_key: {
    readonly id: string;
    readonly hash: string;
    readonly principal: string;
    readonly team: string | null;
    readonly note: string | null;
    readonly created_at: number;
    readonly expires_at: number | null;
    readonly revoked_at: number | null;
    readonly rotated_to: string | null;
    readonly last_used_at: number | null;
  };

  admin: { readonly name: string; readonly password_hash: string; readonly created_at: number };

  session: {
    readonly id: string;
    readonly admin: string;
    readonly created_at: number;
    readonly expires_at: number;
  };

  allow_entry: {
    readonly id: string;
    /** What it covers, as JSON; of a value only its keyed hash. */
    readonly covers: string;
    readonly owner: string;
    readonly reason: string;
    readonly created_by: string;
    readonly created_at: number;
    readonly expires_at: number;
    readonly removed_at: number | null;
  };

  approval: {
    readonly id: string;
    readonly hash: string;
    readonly kind: string;
    readonly state: string;
    readonly principal: string;
    readonly team: string | null;
    readonly tool: string;
    readonly rule: string;
    readonly exchange: string | null;
    /** Ciphertext of the arguments; null as soon as the request is over. */
    readonly sealed: string | null;
    /** People who have to agree. */
    readonly needs: number;
    readonly first_by: string | null;
    readonly second_by: string | null;
    readonly denied_by: string | null;
    readonly reason: string | null;
    readonly created_at: number;
    readonly expires_at: number;
    readonly decided_at: number | null;
  };

  canary: {
    readonly id: string;
    readonly kind: string;
    readonly note: string | null;
    readonly place: string | null;
    readonly check: string;
    readonly created_at: number;
  };

  owner: {
    /** SHA-256 of the provider's id: of one size whatever the provider says. */
    readonly object: string;
    readonly principal: string;
    readonly upstream: string;
    readonly at: number;
  };

  vault_link: {
    /** Keyed hash of the principal and the provider's id. */
    readonly link: string;
    readonly thread: string;
    readonly principal: string;
    readonly expires_at: number;
  };

  vault_entry: {
    readonly thread: string;
    readonly placeholder: string;
    readonly principal: string;
    readonly sealed: string;
  };
}

export type Kind = 'sqlite' | 'postgres';

/** A database that answers, and what differs between the two kinds. */
export interface Database {
  readonly kind: Kind;
  readonly db: Kysely<Tables>;
  /** Where it is, without credentials, for messages. */
  readonly where: string;
  /** Runs `work` so that what it writes survives a loss of power. */
  durably<T>(work: () => Promise<T>): Promise<T>;
  /** Overwrites what was deleted, as far as this kind can. */
  scrub(): Promise<void>;
  /** Keeps every other gateway from migrating while `work` runs, in one transaction. */
  migrating(work: (db: Kysely<Tables>) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}
