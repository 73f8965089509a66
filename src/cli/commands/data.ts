import type { RegisterCommand } from '../command.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import type { CheckArguments, DiffArguments, ProveArguments, SealArguments, VerifyArguments } from '../run-data.ts';

/** `parapet data`: seals, differences and checks of data sets. */
export const register: RegisterCommand = (program, io) => {
  const data = program
    .command('data')
    .description('data sets: seal them, prove what changed, look for what is wrong in them');

  data
    .command('check')
    .description(
      'look at rows: schema, personal data, secrets, hidden text, injections, duplicates, conflicting labels, triggers, leakage, loading scripts',
    )
    .argument('<path...>', 'files and folders: CSV, JSON Lines, JSON, Parquet, npz, npy, IDX, pictures, text; .gz')
    .option('--schema <file>', 'types, ranges, allowed values, uniqueness and relations of columns, in YAML or JSON')
    .option('--label <column>', 'column of the label (default: one of the usual names)')
    .option('--split <file=split...>', 'which file is train, test or validation, where its name does not say it')
    .option('--similarity <share>', 'from which similarity on rows are near duplicates', '0.8')
    .option('--separator <character>', 'separator of CSV')
    .option('--no-header', 'CSV has no line of names')
    .option('--format <format>', 'table, json, jsonl, sarif, junit or html', 'table')
    .option('-o, --output <file>', 'write the report to a file instead of stdout')
    .option('--fail-on <severity>', 'exit with 1 when a finding is at least this severe', 'medium')
    .option('--exclude <pattern...>', 'leave out files or folders')
    .option(
      '--threads <count>',
      'threads that checks and rows are divided among, at most 8 (default: one a core, up to 4, for large data)',
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage or a file that cannot be read, 3 something could not be looked at, 130 and 143 interrupted (SIGINT, SIGTERM).',
    )
    .action(async (paths: readonly string[], options: CheckArguments) => {
      const { runCheck } = await import('../run-data.ts');
      await untilInterrupted(io, () => runCheck(paths, options, io));
    });

  data
    .command('seal')
    .description('write the digests of all files and rows, with a Merkle root over them, signed')
    .argument('<path>', 'folder or file')
    .option(
      '--key <file>',
      'private key in PEM that signs; without it the seal tells only what nobody changed on purpose',
    )
    .requiredOption('-o, --out <file>', 'the seal; row digests go beside it, to FILE.rows')
    .option('--separator <character>', 'separator of CSV')
    .option('--no-header', 'CSV has no line of names')
    .action(async (path: string, options: SealArguments) => {
      const { runSeal } = await import('../run-data.ts');
      await untilInterrupted(io, () => runSeal(path, options, io));
    });

  data
    .command('verify')
    .description('compare a data set with its seal, down to the rows; exit code 1 when it is not the same')
    .argument('<path>', 'folder or file')
    .requiredOption('--seal <file>', 'the seal')
    .option('--key <file...>', 'public keys in PEM that are trusted; the seal must be signed by one of them')
    .option('--json', 'print JSON')
    .action(async (path: string, options: VerifyArguments) => {
      const { runVerify } = await import('../run-data.ts');
      await untilInterrupted(io, () => runVerify(path, options, io));
    });

  data
    .command('diff')
    .description('which rows two versions of a data set have and have not in common, whatever their order')
    .argument('<old>')
    .argument('<new>')
    .option(
      '--key <column...>',
      'columns that tell rows apart: rows with the same key are the same row, changed or not',
    )
    .option('--show <n>', 'rows of each kind that are named', '10')
    .option('--separator <character>', 'separator of CSV')
    .option('--no-header', 'CSV has no line of names')
    .option('--json', 'print JSON')
    .action(async (before: string, after: string, options: DiffArguments) => {
      const { runDiff } = await import('../run-data.ts');
      await untilInterrupted(io, () => runDiff(before, after, options, io));
    });

  data
    .command('prove')
    .description('write the proof that one row belongs to a sealed data set, or check such a proof')
    .argument('<file>', 'file with the row; with --check, the proof')
    .option('--row <n>', 'number of the row, from 1')
    .option('--name <path>', "the file's path in the seal (default: its name)")
    .option('--seal <file>', 'the seal')
    .option('--check', 'check a proof against the seal')
    .action(async (file: string, options: ProveArguments) => {
      const { runProve } = await import('../run-data.ts');
      await runProve(file, options, io);
    });
};
