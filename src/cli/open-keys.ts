import { resolve } from 'node:path';
import type { KeyService } from '../access/virtual-keys.ts';
import type { Io } from './command.ts';

/**
 * Lends the keys of an installation to `use`: the same database and pepper that its gateway works with, also while
 * it runs.
 * @throws Fault `ERR_CONFIG`, `ERR_STORE`, and what `use` throws.
 */
export async function withKeys<T>(config: string, io: Io, use: (keys: KeyService) => Promise<T>): Promise<T> {
  const [{ loadConfig }, { statePaths }, { openStore }, { loadPepper }, { createKeyService }, { systemClock }] =
    await Promise.all([
      import('../config/load.ts'),
      import('../config/state-paths.ts'),
      import('../store/open-store.ts'),
      import('../access/pepper.ts'),
      import('../access/virtual-keys.ts'),
      import('../core/clock.ts'),
    ]);
  const loaded = await loadConfig(resolve(io.cwd, config), io.env, config);
  const { state, storeUrl } = statePaths(loaded);
  const pepper = await loadPepper(state);
  const store = await openStore(storeUrl, { directory: loaded.directory });
  try {
    return await use(createKeyService({ store, pepper, clock: systemClock }));
  } finally {
    await store.close();
  }
}
