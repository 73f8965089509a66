import { extname, resolve } from 'node:path';
import { Option } from 'commander';
import type { CanaryKind } from '../../access/canaries.ts';
import type { CanaryForm } from '../canary-insertion.ts';
import type { RegisterCommand } from '../command.ts';
import { formatTable } from '../format-table.ts';

interface CanaryOptions {
  readonly config: string;
  readonly json?: true;
}
interface PlantOptions extends CanaryOptions {
  readonly kind: CanaryKind;
  readonly note?: string;
  readonly into?: string;
  readonly form: CanaryForm;
  readonly field?: string;
}
interface ListOptions extends CanaryOptions {
  readonly tokens?: true;
}

/** `parapet canary plant|list|remove`. */
export const register: RegisterCommand = (program, io) => {
  const canary = program
    .command('canary')
    .description('plant tokens that nobody has reason to say, and list and remove them');

  canary
    .command('plant')
    .description('make a token that every gateway of this installation looks for, and print it or put it into a file')
    .addOption(
      new Option('-k, --kind <kind>', 'what it is planted in')
        .choices(['prompt', 'dataset', 'document'])
        .default('prompt'),
    )
    .option('-n, --note <text>', 'where it is, for whoever reads the finding')
    .option('-i, --into <file>', 'put it into this text, Markdown, HTML, JSONL, CSV or TSV file')
    .addOption(
      new Option('--form <form>', 'in a file: a line that is read, or a comment (Markdown, HTML)')
        .choices(['line', 'comment'])
        .default('line'),
    )
    .option('--field <name>', 'in JSONL and CSV: the member or column that takes it (default: the longest text)')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('--json', 'print as JSON')
    .action(async (options: PlantOptions) => {
      const [{ withCanaries }, { insertCanary, referenceLine }, { openTextFile }] = await Promise.all([
        import('../open-canaries.ts'),
        import('../canary-insertion.ts'),
        import('../replace-file.ts'),
      ]);
      const { into, form, field } = options;
      const path = into === undefined ? null : resolve(io.cwd, into);
      const planted = await withCanaries(options.config, io, async (service) => {
        const file = path === null ? null : await openTextFile(path, `--into ${into}`);
        // What cannot be put in is known before anything is written down.
        if (file !== null) insertCanary(file.text, extensionOf(path!), { token: 'x', form, field });
        const made = await service.plant({ kind: options.kind, note: options.note, place: into });
        if (file === null) return made;
        try {
          await file.replace(insertCanary(file.text, extensionOf(path!), { token: made.token, form, field }));
        } catch (error) {
          await service.remove(made.id);
          throw error;
        }
        return made;
      });
      const { id, kind, note, place, token } = planted;
      if (options.json) {
        io.out(JSON.stringify({ id, kind, note, place, token, line: referenceLine(token) }, null, 2));
        return;
      }
      if (path === null) {
        io.err(`Canary ${id}, looked for from now on. Put this line where it is to be found again:`);
        io.out(referenceLine(token));
      } else io.out(`Canary ${id} is in ${into}, and looked for from now on.`);
    });

  canary
    .command('list')
    .description('list the canaries, oldest first')
    .option('--tokens', 'show the tokens too')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('--json', 'print as JSON')
    .action(async (options: ListOptions) => {
      const { withCanaries } = await import('../open-canaries.ts');
      const rows = await withCanaries(options.config, io, (service) => service.list());
      const shown = rows.map(({ id, kind, note, place, createdAt, token }) => ({
        id,
        kind,
        note,
        place,
        createdAt: new Date(createdAt).toISOString(),
        ...(options.tokens ? { token } : {}),
      }));
      if (options.json) return io.out(JSON.stringify(shown, null, 2));
      if (rows.length === 0) return io.out('There are no canaries. Plant one: parapet canary plant --note WHERE');
      io.out(
        formatTable(
          ['id', 'kind', 'planted', 'file', 'note', ...(options.tokens ? ['token'] : [])],
          shown.map(({ id, kind, note, place, createdAt, token }) => [
            id,
            kind,
            createdAt.slice(0, 10),
            place ?? '-',
            note ?? '',
            ...(token === undefined ? [] : [token]),
          ]),
        ),
      );
    });

  canary
    .command('remove')
    .description('stop looking for a canary; what it was put into stays as it is')
    .argument('<id>', 'id of the canary')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .action(async (id: string, options: CanaryOptions) => {
      const { withCanaries } = await import('../open-canaries.ts');
      await withCanaries(options.config, io, (service) => service.remove(id));
      io.out(`The canary ${id} is looked for no longer.`);
    });
};

function extensionOf(path: string): string {
  return extname(path).toLowerCase();
}
