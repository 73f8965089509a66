import { constants, existsSync } from 'node:fs';
import { access, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import { isAtLeast, SEVERITIES, type Severity } from '../core/severity.ts';
import { type Split, SPLITS } from '../dataset/check.ts';
import { checkOnThreads, threadsFor } from '../dataset/check-on-threads.ts';
import { readSeal, writeSeal } from '../dataset/data-seal.ts';
import { checkRowProof, proveRow, ROW_PROOF } from '../dataset/prove-row.ts';
import type { DataFileResult, DataReport } from '../dataset/run-checks.ts';
import { runDataOrder } from '../dataset/run-data-order.ts';
import { privateKeyFrom, publicKeyFrom } from '../passport/dsse.ts';
import { toHtml } from '../report/to-html.ts';
import { toJunit } from '../report/to-junit.ts';
import { toSarif } from '../report/to-sarif.ts';
import type { Report } from '../report/reported.ts';
import { fingerprint } from '../scan/baseline.ts';
import { walkPaths } from '../scan/walk-paths.ts';
import type { Io } from './command.ts';
import { formatTable } from './format-table.ts';
import { parseNumber, parseWhole } from './parse-number.ts';
import { packageVersion } from './version.ts';
import { notWritten, writeWholeFile } from './write-whole-file.ts';

interface ReadingArguments {
  readonly separator?: string;
  /** False with `--no-header`. */
  readonly header: boolean;
}

export interface CheckArguments extends ReadingArguments {
  readonly schema?: string;
  readonly label?: string;
  readonly split?: readonly string[];
  readonly similarity: string;
  readonly format: string;
  readonly output?: string;
  readonly failOn: string;
  readonly exclude?: readonly string[];
  readonly threads?: string;
}

export interface SealArguments extends ReadingArguments {
  readonly key?: string;
  readonly out: string;
}

export interface VerifyArguments {
  readonly seal: string;
  readonly key?: readonly string[];
  readonly json?: true;
}

export interface DiffArguments extends ReadingArguments {
  readonly key?: readonly string[];
  readonly show: string;
  readonly json?: true;
}

export interface ProveArguments {
  readonly row?: string;
  readonly name?: string;
  readonly seal?: string;
  readonly check?: true;
}

const FORMATS = ['table', 'json', 'jsonl', 'sarif', 'junit', 'html'] as const;

export async function runCheck(paths: readonly string[], options: CheckArguments, io: Io): Promise<void> {
  const format = FORMATS.find((one) => one === options.format);
  if (format === undefined)
    throw new Fault('ERR_USAGE', `There is no format "${options.format}".`, { hint: FORMATS.join(', ') });
  const failOn = SEVERITIES.find((one) => one === options.failOn);
  if (failOn === undefined)
    throw new Fault('ERR_USAGE', `There is no severity "${options.failOn}".`, { hint: SEVERITIES.join(', ') });
  const similarity = parseNumber(options.similarity, '--similarity');
  if (!(similarity >= 0.5 && similarity <= 1)) throw new Fault('ERR_USAGE', '--similarity is a share from 0.5 to 1.');
  const schema = options.schema === undefined ? null : await text(options.schema, io);
  const wanted = options.threads === undefined ? null : parseWhole(options.threads, '--threads');
  if (wanted !== null && wanted > 64) throw new Fault('ERR_USAGE', '--threads takes a number from 1 to 64.');
  const tasks = [];
  const links: string[] = [];
  const walk = { exclude: options.exclude ?? [], onLink: (link: string): void => void links.push(link) };
  for await (const task of walkPaths(paths, io.cwd, walk)) tasks.push(task);
  const report = await checkOnThreads(
    tasks,
    { ...reading(options), schema, similarity, label: options.label ?? null, splits: splitsOf(options.split ?? []) },
    { threads: wanted ?? (await threadsFor(tasks)), signal: io.signal, ...progressOf(io) },
  );
  const output = await rendered(report, format, failOn);
  if (options.output === undefined) io.out(output.replace(/\n$/, ''));
  else await writeWholeFile(resolve(io.cwd, options.output), output);
  if (links.length > 0)
    io.err(`note: ${links.length} symbolic links were not followed: ${links.slice(0, 5).join(', ')}`);
  if (format !== 'table')
    for (const { check, reason } of report.notRun) io.err(`note: nothing to do for ${check}: ${reason}`);
  const { files } = report;
  if (files.some(({ findings }) => findings.some(({ severity }) => isAtLeast(severity, failOn)))) io.exitCode = 1;
  else if (files.some(({ verdict }) => verdict === 'error')) io.exitCode = 2;
  else if (links.length > 0 || files.some(({ gaps }) => gaps.length > 0)) io.exitCode = 3;
}

/** Progress on a terminal, every five seconds. */
function progressOf(io: Io): { readonly onProgress?: (file: string, rows: number | null) => void } {
  if (!io.terminal) return {};
  let last = performance.now();
  return {
    onProgress: (file, rows) => {
      if (performance.now() - last < 5000) return;
      last = performance.now();
      io.err(rows === null ? file : `${file}: ${rows} rows`);
    },
  };
}

function splitsOf(pairs: readonly string[]): ReadonlyMap<string, Split> {
  return new Map(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=');
      const split = SPLITS.find((one) => one === pair.slice(at + 1));
      if (at <= 0 || split === undefined)
        throw new Fault('ERR_USAGE', '--split takes FILE=train, FILE=test or FILE=validation.');
      return [pair.slice(0, at), split];
    }),
  );
}

async function rendered(report: DataReport, format: (typeof FORMATS)[number], failOn: Severity): Promise<string> {
  const rows = report.files.map((file) => JSON.stringify(file));
  switch (format) {
    case 'jsonl':
      return rows.map((row) => `${row}\n`).join('');
    case 'json':
      return rows.length === 0 ? '[]\n' : `[\n${rows.join(',\n')}\n]\n`;
    case 'sarif':
      return toSarif(await reported(report));
    case 'junit':
      return toJunit(await reported(report), failOn);
    case 'html':
      return toHtml(await reported(report));
    default:
      return table(report);
  }
}

function placeOf({ where }: DataFileResult['findings'][number]): string {
  const parts = [];
  if (where.line !== undefined) parts.push(`line ${where.line}`);
  else if (where.row !== undefined) parts.push(`row ${where.row}`);
  if (where.field !== undefined) parts.push(`column ${where.field}`);
  if (where.member !== null) parts.push(where.member);
  return parts.join(', ');
}

function table({ files, notRun }: DataReport): string {
  const rows = files.flatMap((file) => [
    ...file.findings.map((finding) => [
      finding.severity,
      finding.rule,
      `${file.file}${placeOf(finding) === '' ? '' : `: ${placeOf(finding)}`}`,
      finding.message,
    ]),
    ...file.gaps.map(({ reason, where }) => [
      '?',
      'not-looked-at',
      `${file.file}${where.line === undefined ? '' : `: line ${where.line}`}`,
      reason,
    ]),
    ...(file.error === undefined ? [] : [['!', 'error', file.file, file.error]]),
  ]);
  const total = files.reduce((sum, { rows: own }) => sum + (own ?? 0), 0);
  const clean = files.filter(({ verdict }) => verdict === 'clean').length;
  const last = `${files.length} files, ${total} rows, ${clean} clean${notRun.length === 0 ? '' : `\nNothing to do for ${notRun.map(({ check, reason }) => `${check} (${reason})`).join(', ')}`}\n`;
  return rows.length === 0 ? last : `${formatTable(['severity', 'check', 'where', 'what'], rows)}\n\n${last}`;
}

async function reported({ files }: DataReport): Promise<Report> {
  const [{ CHECKS }, { RULES }] = await Promise.all([import('../dataset/registry.ts'), import('../scan/registry.ts')]);
  return {
    version: packageVersion(),
    command: 'parapet data check',
    time: Date.now(),
    rules: [...CHECKS, ...RULES].map(({ meta }) => meta),
    findings: files.flatMap((file) =>
      file.findings.map((finding) => ({
        rule: finding.rule,
        severity: finding.severity,
        message:
          finding.where.field === undefined ? finding.message : `${finding.message} (column ${finding.where.field})`,
        file: file.file,
        member: finding.where.member,
        offset: finding.where.offset,
        ...(finding.where.line === undefined ? {} : { line: finding.where.line }),
        fingerprint: fingerprint(file.file, finding),
      })),
    ),
    gaps: files.flatMap((file) => [
      ...file.gaps.map(({ reason, where }) => ({ file: file.file, member: where.member, reason })),
      ...(file.error === undefined ? [] : [{ file: file.file, member: null, reason: file.error }]),
    ]),
    files: files.map(({ file, verdict, formats, size }) => ({ file, verdict, formats, size })),
  };
}

export async function runSeal(path: string, options: SealArguments, io: Io): Promise<void> {
  const out = resolve(io.cwd, options.out);
  const key = options.key === undefined ? null : privateKeyFrom(await text(options.key, io), options.key);
  await assertWritable(out, options.out);
  let manifest;
  try {
    manifest = await runDataOrder(
      {
        work: 'seal',
        path: resolve(io.cwd, path),
        reading: reading(options),
        ignore: inside(resolve(io.cwd, path), [out, `${out}.new`, `${out}.rows`, `${out}.rows.new`]),
        rowsTo: `${out}.rows.new`,
      },
      { signal: io.signal, ...progressOf(io) },
    );
  } catch (error) {
    await rm(`${out}.rows.new`, { force: true });
    throw error;
  }
  // The digests first: without the seal that they belong to they say nothing, and a seal without its own would be taken for damaged.
  await rename(`${out}.rows.new`, `${out}.rows`);
  await writeWholeFile(out, writeSeal(manifest, new Date(), key));
  io.out(
    `${options.out}: ${manifest.files.length} files, ${manifest.rows} rows, root sha256:${manifest.root}${key === null ? ', not signed' : ''}`,
  );
}

/** Before hours of reading: a seal is two files side by side, so that a pipe or device cannot take it. */
async function assertWritable(out: string, shown: string): Promise<void> {
  try {
    await access(dirname(out), constants.W_OK);
    if (!(await stat(dirname(out))).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  } catch (cause) {
    throw notWritten(cause, shown);
  }
  const there = await stat(out).catch(() => null);
  if (there !== null && !there.isFile())
    throw new Fault('ERR_USAGE', 'A seal is a file; this is none.', { where: shown });
}

/** Names below a folder of those of these files that lie in it: a file elsewhere hides none that has its name. */
function inside(folder: string, files: readonly string[]): readonly string[] {
  return files
    .map((file) => relative(folder, file).replaceAll('\\', '/'))
    .filter((name) => name !== '' && name !== '..' && !name.startsWith('../'));
}

export async function runVerify(path: string, options: VerifyArguments, io: Io): Promise<void> {
  const seal = readSeal(await text(options.seal, io), options.seal);
  const problems: string[] = [];
  if (options.key !== undefined) {
    const keys = await Promise.all(options.key.map(async (one) => publicKeyFrom(await text(one, io), one)));
    if (!keys.some((key) => seal.isSignedBy(key))) problems.push('The seal is signed by no trusted key.');
  }
  const rowFile = `${resolve(io.cwd, options.seal)}.rows`;
  const differences = await runDataOrder(
    {
      work: 'verify',
      path: resolve(io.cwd, path),
      manifest: seal.manifest,
      rowsFrom: existsSync(rowFile) ? { path: rowFile, shown: `${options.seal}.rows` } : null,
      ignore: inside(resolve(io.cwd, path), [resolve(io.cwd, options.seal), rowFile]),
    },
    { signal: io.signal },
  );
  const { manifest, createdAt, signed } = seal;
  if (options.json === true) {
    io.out(
      JSON.stringify({
        same: differences.length === 0 && problems.length === 0,
        root: manifest.root,
        createdAt,
        signed,
        problems,
        differences,
      }),
    );
  } else if (differences.length === 0 && problems.length === 0) {
    io.out(
      `As it was sealed${createdAt === null ? '' : ` on ${createdAt}`}: ${manifest.files.length} files, ${manifest.rows} rows${options.key === undefined ? '; no key was given, so nobody vouches for the seal' : ''}.`,
    );
  } else {
    for (const problem of problems) io.err(problem);
    for (const { path: file, state, sameRows, rows, reason } of differences) {
      const told =
        sameRows === true
          ? 'bytes differ, every row is the same'
          : rows === undefined
            ? (reason ?? '')
            : rows.reordered
              ? 'the same rows in another order'
              : `${rows.changed} rows changed${named(rows.first.changed)}, ${rows.missing} missing${named(rows.first.missing)}, ${rows.added} added${named(rows.first.added)}`;
      io.out(`${state.padEnd(8)} ${file}${told === '' ? '' : `: ${told}`}`);
    }
  }
  if (differences.length > 0 || problems.length > 0) io.exitCode = 1;
}

function named(numbers: readonly number[]): string {
  return numbers.length === 0 ? '' : ` (${numbers.slice(0, 10).join(', ')}${numbers.length > 10 ? ' …' : ''})`;
}

export async function runDiff(before: string, after: string, options: DiffArguments, io: Io): Promise<void> {
  const shown = parseWhole(options.show, '--show');
  const diff = await runDataOrder(
    {
      work: 'diff',
      old: resolve(io.cwd, before),
      new: resolve(io.cwd, after),
      options: { ...reading(options), key: options.key ?? [], shown },
    },
    { signal: io.signal },
  );
  if (options.json === true) io.out(JSON.stringify(diff));
  else {
    io.out(
      formatTable(
        ['', 'rows'],
        [
          ['old', String(diff.rows.old)],
          ['new', String(diff.rows.new)],
          ['same', String(diff.same)],
          ['added', String(diff.added)],
          ['removed', String(diff.removed)],
          ...(options.key === undefined ? [] : [['changed', String(diff.changed)]]),
        ],
      ),
    );
    const columns = Object.entries(diff.columns);
    if (columns.length > 0)
      io.out(`\nChanged columns: ${columns.map(([name, count]) => `${name} (${count})`).join(', ')}`);
    if (diff.columnsAdded.length > 0) io.out(`Columns added: ${diff.columnsAdded.join(', ')}`);
    if (diff.columnsRemoved.length > 0) io.out(`Columns removed: ${diff.columnsRemoved.join(', ')}`);
    const place = ({
      file,
      row,
      line,
    }: {
      readonly file: string;
      readonly row: number;
      readonly line?: number;
    }): string => `${file} ${line === undefined ? `row ${row}` : `line ${line}`}`;
    for (const one of diff.examples.changed)
      io.out(`changed  ${place(one.old)} → ${place(one.new)}: ${one.columns.join(', ')}`);
    for (const one of diff.examples.added) io.out(`added    ${place(one)}`);
    for (const one of diff.examples.removed) io.out(`removed  ${place(one)}`);
    if (diff.compared === 'texts')
      io.err(
        'note: one side is CSV, which has no types: cells were compared as text, so that 1, 1.0 and "1" are the same',
      );
    if (diff.columnsCut) io.err('note: there are more than 65536 columns; not all that differ are named');
    for (const file of diff.files.skipped) io.err(`note: ${file} is no data that is read`);
  }
  if (diff.added + diff.removed + diff.changed > 0 || diff.columnsAdded.length + diff.columnsRemoved.length > 0)
    io.exitCode = 1;
}

export async function runProve(file: string, options: ProveArguments, io: Io): Promise<void> {
  if (options.seal === undefined) throw new Fault('ERR_USAGE', 'Name the seal (--seal).');
  const { manifest } = readSeal(await text(options.seal, io), options.seal);
  if (options.check === true) {
    let value: unknown;
    try {
      value = JSON.parse(await text(file, io));
    } catch (cause) {
      if (cause instanceof Fault) throw cause;
      throw new Fault('ERR_DATA', 'The proof is no JSON.', { where: file, cause });
    }
    const parsed = ROW_PROOF.safeParse(value);
    if (!parsed.success)
      throw new Fault('ERR_DATA', 'This is no proof of a row.', {
        where: file,
        hint: 'Make one with "parapet data prove FILE --row N --seal SEAL".',
      });
    const holds = parsed.data.root === manifest.root && checkRowProof(parsed.data);
    io.out(
      holds
        ? `Row ${parsed.data.row} of ${parsed.data.file.path} belongs to sha256:${manifest.root}`
        : 'The proof does not lead to the root of the seal.',
    );
    if (!holds) io.exitCode = 1;
    return;
  }
  if (options.row === undefined) throw new Fault('ERR_USAGE', 'Name the row (--row).');
  const proof = await proveRow(
    resolve(io.cwd, file),
    options.name ?? basename(file),
    parseWhole(options.row, '--row'),
    manifest,
  );
  io.out(JSON.stringify(proof));
}

function reading({ separator, header }: ReadingArguments): { readonly separator?: string; readonly header?: boolean } {
  if (separator !== undefined && separator.length !== 1 && separator !== '\\t')
    throw new Fault('ERR_USAGE', '--separator is one character.');
  return {
    ...(separator === undefined ? {} : { separator: separator === '\\t' ? '\t' : separator }),
    ...(header ? {} : { header: false }),
  };
}

async function text(path: string, io: Io): Promise<string> {
  try {
    return await readFile(resolve(io.cwd, path), 'utf8');
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The file cannot be read.', { where: path, cause });
  }
}
