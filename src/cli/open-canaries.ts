import { resolve } from 'node:path';
import type { CanaryService } from '../access/canaries.ts';
import type { Io } from './command.ts';

/**
 * Lends the canaries of an installation to `use`: the same database and pepper that its gateways work with, also while
 * they run.
 * @throws Fault `ERR_CONFIG`, `ERR_STORE`, and what `use` throws.
 */
export async function withCanaries<T>(config: string, io: Io, use: (service: CanaryService) => Promise<T>): Promise<T> {
  const [{ loadConfig }, { statePaths }, { openStore }, { loadPepper }, { createCanaryService }, { systemClock }] =
    await Promise.all([
      import('../config/load.ts'),
      import('../config/state-paths.ts'),
      import('../store/open-store.ts'),
      import('../access/pepper.ts'),
      import('../access/canaries.ts'),
      import('../core/clock.ts'),
    ]);
  const loaded = await loadConfig(resolve(io.cwd, config), io.env, config);
  const { state, storeUrl } = statePaths(loaded);
  const pepper = await loadPepper(state);
  const store = await openStore(storeUrl, { directory: loaded.directory });
  try {
    return await use(createCanaryService({ store, pepper, clock: systemClock }));
  } finally {
    await store.close();
  }
}
