import { join, resolve } from 'node:path';
import type { LoadedConfig } from './loaded-config.ts';

/** Where the state of an installation lies. Absolute paths. */
export interface StatePaths {
  readonly state: string;
  readonly ledger: string;
  /** `sqlite:…` or `postgres://…`. */
  readonly storeUrl: string;
}

/** The one place that knows the layout of the state directory. */
export function statePaths({ config, directory }: LoadedConfig): StatePaths {
  const state = resolve(directory, config.state);
  return {
    state,
    ledger: join(state, 'ledger'),
    storeUrl: config.store.url ?? `sqlite:${join(state, 'parapet.db')}`,
  };
}
