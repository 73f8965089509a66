import type { Tables } from './database.ts';
import type { AllowRow } from './store.ts';

/** The columns of an entry of the allow-list. */
export function allowColumns(row: AllowRow): Tables['allow_entry'] {
  return {
    id: row.id,
    covers: JSON.stringify(row.covers),
    owner: row.owner,
    reason: row.reason,
    created_by: row.createdBy,
    created_at: row.createdAt,
    expires_at: row.expiresAt,
    removed_at: row.removedAt,
  };
}

export function allowRow(row: Tables['allow_entry']): AllowRow {
  return {
    id: row.id,
    covers: JSON.parse(row.covers) as Record<string, unknown>,
    owner: row.owner,
    reason: row.reason,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    removedAt: row.removed_at,
  };
}
