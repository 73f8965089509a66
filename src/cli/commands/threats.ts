import type { RegisterCommand } from '../command.ts';

/** `parapet threats`: what this version has against each of the eight threats, read from the registries. */
export const register: RegisterCommand = (program, io) => {
  program
    .command('threats')
    .description('print the eight threats and what answers them')
    .option('--json', 'print as JSON')
    .action(async (options: { readonly json?: true }) => {
      const { threatTable } = await import('../threat-table.ts');
      const { formatTable } = await import('../format-table.ts');
      const rows = threatTable();
      if (options.json) {
        io.out(JSON.stringify(rows, null, 2));
        return;
      }
      const cell = (ids: readonly string[]): string => (ids.length === 0 ? '-' : ids.join(', '));
      io.out(
        formatTable(
          ['threat', 'prove', 'prevent', 'detect'],
          rows.map((row) => [row.threat, cell(row.prove), cell(row.prevent), cell(row.detect)]),
        ),
      );
      const empty = rows.reduce(
        (n, row) => n + [row.prove, row.prevent, row.detect].filter((c) => c.length === 0).length,
        0,
      );
      io.out(`\n-  not built yet: ${empty} of ${rows.length * 3} cells`);
    });
};
