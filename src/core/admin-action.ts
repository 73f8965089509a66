/**
 * The record of something an administrator did, as it stands in the ledger between the exchanges. It is told
 * apart from an `Exchange` by `type`, which exchanges do not have; the store does not index it.
 */
export interface AdminAction {
  readonly v: 1;
  readonly type: 'admin';
  /** RFC 3339 with milliseconds, UTC. */
  readonly time: string;
  /** Who did it; `gateway` for what a queue of approvals does by itself. */
  readonly admin: string;
  readonly address: string;
  readonly action: AdminActionName;
  /** What it was done to: a key's id, a principal; null where the action has no object. */
  readonly target: string | null;
  /** `begun` is written before anything changes, so that nothing happens without a record. */
  readonly result: 'begun' | 'done' | 'failed';
  /** What else is to be known of it: names and hashes, never content. */
  readonly detail?: Readonly<Record<string, string>>;
}

export const ADMIN_ACTIONS = [
  'sign-in',
  'sign-out',
  'key-create',
  'key-rotate',
  'key-revoke',
  'config-reload',
  'allow-create',
  'allow-remove',
  'read-token-rotate',
  'approval-ask',
  'approval-approve',
  'approval-deny',
  'approval-expire',
  'approval-use',
] as const;
export type AdminActionName = (typeof ADMIN_ACTIONS)[number];
