import type { LoadedConfig } from '../config/loaded-config.ts';
import type { Clock } from '../core/clock.ts';
import { type AllowEntry, AllowList } from '../guard/allow-list.ts';
import type { AllowRow, Store } from '../store/store.ts';

/** How often entries are read again that another gateway on the same store may have added. */
export const ALLOW_REFRESH_MILLIS = 30_000;

/** The allow-list in force: entries of the configuration and those that were added through the console. */
export class AllowBook {
  readonly key: Uint8Array;
  readonly #store: Store;
  readonly #clock: Clock;
  #stored: readonly AllowRow[] = [];
  #list: { readonly loaded: LoadedConfig; readonly stored: readonly AllowRow[]; readonly list: AllowList } | null =
    null;

  constructor(store: Store, key: Uint8Array, clock: Clock) {
    this.#store = store;
    this.key = key;
    this.#clock = clock;
  }

  /** Every entry that was added through the console, newest first. */
  get stored(): readonly AllowRow[] {
    return this.#stored;
  }

  /** @throws Fault `ERR_STORE`: the entries read last stay in force. */
  async refresh(): Promise<void> {
    const rows = await this.#store.allowRows();
    if (JSON.stringify(rows) !== JSON.stringify(this.#stored)) this.#stored = rows;
  }

  /** The list as it holds now under a configuration. */
  for(loaded: LoadedConfig): AllowList {
    const known = this.#list;
    if (known?.loaded === loaded && known.stored === this.#stored) return known.list;
    const stored = this.#stored.filter(({ removedAt }) => removedAt === null).map(entryOf);
    const list = new AllowList([...loaded.config.allow, ...stored], this.key, this.#clock);
    this.#list = { loaded, stored: this.#stored, list };
    return list;
  }
}

/** A stored entry in the form that the guard asks. What it covers was checked when it was added. */
export function entryOf({ id, covers, expiresAt }: AllowRow): AllowEntry {
  return { ...(covers as Omit<AllowEntry, 'id' | 'expires'>), id, expires: expiresAt };
}
