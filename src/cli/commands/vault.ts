import { resolve } from 'node:path';
import type { Store } from '../../store/store.ts';
import type { Io, RegisterCommand } from '../command.ts';
import { formatTable } from '../format-table.ts';

interface VaultOptions {
  readonly config: string;
  readonly json?: true;
}

/** `parapet vault list|forget`: what reversible redaction keeps for conversations that providers keep. */
export const register: RegisterCommand = (program, io) => {
  const vault = program.command('vault').description('values that reversible redaction keeps: list and forget them');

  vault
    .command('list')
    .description('list the principals that have values in the vault, and how many; the values cannot be shown')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('--json', 'print as JSON')
    .action(async (options: VaultOptions) => {
      const rows = await withStore(options, io, (store) => store.vault.principals());
      if (options.json) return io.out(JSON.stringify(rows, null, 2));
      if (rows.length === 0) return io.out('The vault is empty.');
      io.out(
        formatTable(
          ['principal', 'values'],
          rows.map(({ principal, entries }) => [principal, String(entries)]),
        ),
      );
    });

  vault
    .command('forget')
    .description("delete a principal's values: later turns of its stored conversations show their placeholders")
    .argument('<principal>', 'whose')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('--json', 'print as JSON')
    .action(async (principal: string, options: VaultOptions) => {
      const deleted = await withStore(options, io, (store) => store.vault.forgetPrincipal(principal));
      if (options.json) return io.out(JSON.stringify({ principal, deleted }));
      io.out(`${deleted} ${deleted === 1 ? 'value' : 'values'} of ${principal} deleted.`);
    });
};

async function withStore<T>(options: VaultOptions, io: Io, work: (store: Store) => Promise<T>): Promise<T> {
  const { loadConfig } = await import('../../config/load.ts');
  const { statePaths } = await import('../../config/state-paths.ts');
  const { openStore } = await import('../../store/open-store.ts');
  const loaded = await loadConfig(resolve(io.cwd, options.config), io.env, options.config);
  const store = await openStore(statePaths(loaded).storeUrl, { directory: loaded.directory });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
