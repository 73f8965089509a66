import type { Tables } from './database.ts';
import type { KeyRow } from './store.ts';

type ApiKey = Tables['api_key'];

const COLUMNS = {
  id: 'id',
  hash: 'hash',
  principal: 'principal',
  team: 'team',
  note: 'note',
  createdAt: 'created_at',
  expiresAt: 'expires_at',
  revokedAt: 'revoked_at',
  rotatedTo: 'rotated_to',
  lastUsedAt: 'last_used_at',
} as const satisfies { readonly [K in keyof KeyRow]: keyof ApiKey };

const FIELDS = Object.keys(COLUMNS) as readonly (keyof KeyRow)[];

export function apiKeyRow(key: KeyRow): ApiKey {
  return Object.fromEntries(FIELDS.map((field) => [COLUMNS[field], key[field]])) as unknown as ApiKey;
}

/** The columns of the fields that are given; id and hash of a key never change. */
export function apiKeyChange(change: Partial<Omit<KeyRow, 'id' | 'hash'>>): Partial<ApiKey> {
  const given: Partial<KeyRow> = change;
  return Object.fromEntries(
    FIELDS.filter((field) => field !== 'id' && field !== 'hash' && given[field] !== undefined).map((field) => [
      COLUMNS[field],
      given[field],
    ]),
  ) as Partial<ApiKey>;
}

export function keyRow(row: ApiKey): KeyRow {
  return Object.fromEntries(FIELDS.map((field) => [field, row[COLUMNS[field]]])) as unknown as KeyRow;
}
