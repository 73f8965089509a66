import { resolve } from 'node:path';
import type { RegisterCommand } from '../command.ts';

/** `parapet admin password`: a new password for a local administrator. */
export const register: RegisterCommand = (program, io) => {
  const admin = program.command('admin').description('administrators of the console');
  admin
    .command('password')
    .description('give a local administrator a new random password, shown once')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('--name <name>', 'the administrator; made when absent', 'admin')
    .action(async (options: { config: string; name: string }) => {
      const { loadConfig } = await import('../../config/load.ts');
      const { setRandomPassword } = await import('../../access/admin-identity.ts');
      const { openStore } = await import('../../store/open-store.ts');
      const { systemClock } = await import('../../core/clock.ts');
      const { statePaths } = await import('../../config/state-paths.ts');
      const loaded = await loadConfig(resolve(io.cwd, options.config), io.env, options.config);
      const store = await openStore(statePaths(loaded).storeUrl, { directory: loaded.directory });
      try {
        const password = await setRandomPassword(store, systemClock, options.name);
        io.out(`name      ${options.name}\npassword  ${password}\n\nIt is shown once.`);
      } finally {
        await store.close();
      }
    });
};
