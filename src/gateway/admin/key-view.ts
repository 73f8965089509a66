import type { KeyRow } from '../../store/store.ts';
import type { KeyView } from './api.ts';

/** Whether a key works now. `rotated`: it still does, until `expiresAt`, and has a successor. */
export function keyState(key: Omit<KeyRow, 'hash'>, now: number): KeyView['state'] {
  if (key.revokedAt !== null) return 'revoked';
  if (key.expiresAt !== null && key.expiresAt <= now) return 'expired';
  return key.rotatedTo === null ? 'active' : 'rotated';
}

/** A key as the console may see it: without its hash. */
export function keyView(key: Omit<KeyRow, 'hash'>, now: number): KeyView {
  return {
    id: key.id,
    principal: key.principal,
    team: key.team,
    note: key.note,
    createdAt: key.createdAt,
    expiresAt: key.expiresAt,
    revokedAt: key.revokedAt,
    rotatedTo: key.rotatedTo,
    lastUsedAt: key.lastUsedAt,
    state: keyState(key, now),
  };
}
