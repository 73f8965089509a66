import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { KeyObject } from 'node:crypto';
import { Fault } from '../../core/fault.ts';
import type { PassportEntry } from '../../passport/passport.ts';
import { count } from '../count.ts';
import { appendToPassport, assertAbsent, createPassport, earlier, manifestIn } from '../passport-file.ts';
import type { PassportRecord } from '../passport-ledger.ts';
import { printable } from '../printable.ts';
import { writeWholeFile } from '../write-whole-file.ts';
import type { PredicateName } from '../../passport/predicates.ts';
import type { Io, RegisterCommand } from '../command.ts';
import { formatTable } from '../format-table.ts';
import { packageVersion } from '../version.ts';

/** `parapet passport`: what is proven about a model, signed, in one file that grows along its life. */
export const register: RegisterCommand = (program, io) => {
  const passport = program
    .command('passport')
    .description('what is proven about a model, signed: create, add, show, verify, require');

  passport
    .command('create')
    .description('begin the passport of a model: which files it is')
    .argument('<model>', 'folder or file')
    .requiredOption('--key <file>', 'private key in PEM that signs')
    .requiredOption('-o, --output <file>', 'the passport, a file of JSON Lines')
    .option('--state <folder>', LEDGER)
    .action(
      async (model: string, options: { readonly key: string; readonly output: string; readonly state?: string }) => {
        const { privateKeyFrom } = await import('../../passport/dsse.ts');
        const { writeEntry } = await import('../../passport/passport.ts');
        const output = resolve(io.cwd, options.output);
        const key = privateKeyFrom(await text(options.key, io), options.key);
        await assertAbsent(output, options.output);
        const { manifestOf } = await import('../../passport/model-manifest.ts');
        const { sha256, value } = await manifestOf(resolve(io.cwd, model), output);
        if (value.files === 0)
          throw new Fault('ERR_USAGE', 'The model has no files.', {
            where: model,
            hint: 'Name the folder that it is in.',
          });
        const subject = { name: basename(resolve(io.cwd, model)), sha256 };
        const line = writeEntry(subject, 'model', value, new Date(), key);
        await record(options.state, { action: 'create', model: subject, statement: 'model' }, line, io);
        await createPassport(output, line, options.output);
        io.out(`${options.output}: ${count(value.files, 'file')}, sha256:${sha256}`);
      },
    );

  passport
    .command('add')
    .description(
      'add a signed statement: a scan, a training run, robustness, privacy, tests for backdoors, thresholds, data',
    )
    .argument('<passport>')
    .requiredOption('--type <type>', 'data, scan, training, robustness, privacy, backdoor or thresholds')
    .requiredOption(
      '--from <file>',
      'the statement as JSON, or what "parapet scan --format json" printed, a seal of "parapet data seal", assessment.json of "parapet assess", thresholds of "parapet detector calibrate"',
    )
    .option('--role <role>', 'with a seal: what the data was used for: training, validation or test', 'training')
    .requiredOption('--key <file>', 'private key in PEM that signs')
    .option('--state <folder>', LEDGER)
    .action(
      async (
        path: string,
        options: {
          readonly type: string;
          readonly from: string;
          readonly key: string;
          readonly role: string;
          readonly state?: string;
        },
      ) => {
        const { privateKeyFrom } = await import('../../passport/dsse.ts');
        const { readPassport, writeEntry } = await import('../../passport/passport.ts');
        const { PREDICATE_NAMES } = await import('../../passport/predicates.ts');
        const types = PREDICATE_NAMES.filter((name) => name !== 'model' && name !== 'data-sealed');
        const type = types.find((name) => name === options.type);
        if (type === undefined)
          throw new Fault('ERR_USAGE', `There is no type "${options.type}".`, {
            hint: `There is ${types.join(', ')}.`,
          });
        const content = await text(path, io);
        const about = manifestIn(modelOf(readPassport(content, path), path), path);
        const { subject } = about;
        const from = await text(options.from, io);
        let value: unknown;
        try {
          value = JSON.parse(from);
        } catch (cause) {
          throw new Fault('ERR_USAGE', 'The statement is no JSON.', { where: options.from, cause });
        }
        const { statementFrom } = await import('../passport-statements.ts');
        const { mtime } = await stat(resolve(io.cwd, options.from));
        const source = { value, text: from, where: options.from, role: options.role, written: earlier(mtime) };
        const statement = statementFrom(type, source, about.manifest, packageVersion());
        const key = privateKeyFrom(await text(options.key, io), options.key);
        const line = writeEntry(subject, type, statement, new Date(), key);
        await record(options.state, { action: 'add', model: subject, statement: type }, line, io);
        await appendToPassport(resolve(io.cwd, path), line, path);
        io.out(`${path}: ${type} added`);
      },
    );

  passport
    .command('show')
    .description('say what a passport holds')
    .argument('<passport>')
    .option('--json', 'print the statements as JSON')
    .action(async (path: string, options: { readonly json?: true }) => {
      const { readPassport } = await import('../../passport/passport.ts');
      const entries = readPassport(await text(path, io), path);
      if (options.json === true) {
        io.out(
          JSON.stringify(
            entries.map(({ subject, predicateType, value, time }) => ({
              subject,
              predicateType,
              predicate: value,
              createdAt: iso(time),
            })),
            null,
            2,
          ),
        );
        return;
      }
      const rows = entries.map(({ predicate, predicateType, time, envelope, value }) => [
        predicate ?? predicateType,
        iso(time)?.slice(0, 16) ?? '?',
        envelope.signatures.map(({ keyid }) => (keyid ?? '').slice(0, 12)).join(' '),
        summary(predicate, value),
      ]);
      const { subject } = modelOf(entries, path);
      io.out(
        `${printable(subject.name)} sha256:${subject.sha256}\n\n${formatTable(['statement', 'made', 'key', 'says'], rows)}\n\nNo signature was checked: "parapet passport verify" does that.`,
      );
    });

  passport
    .command('verify')
    .description('check that every statement is signed by a trusted key and is about the model')
    .argument('<passport>')
    .requiredOption('--key <file...>', 'public keys in PEM that are trusted')
    .option('--model <path>', 'the model itself: its files must be those of the passport')
    .action(async (path: string, options: { readonly key: readonly string[]; readonly model?: string }) => {
      const { readPassport, signersOf } = await import('../../passport/passport.ts');
      const entries = readPassport(await text(path, io), path);
      const keys = await trusted(options.key, io);
      const model = modelOf(entries, path, (entry) => signersOf(entry, keys).length > 0);
      const problems = entries.flatMap((entry) => [
        ...(signersOf(entry, keys).length > 0
          ? []
          : [`line ${entry.line} (${named(entry)}) is signed by no trusted key`]),
        ...(entry.subject.sha256 === model.subject.sha256
          ? []
          : [`line ${entry.line} (${named(entry)}) is about another model, sha256:${entry.subject.sha256}`]),
      ]);
      if (options.model !== undefined) problems.push(...(await otherModel(model, options.model, path, io)));
      for (const note of unknownTypes(entries)) io.err(`note: ${path}: ${note}`);
      if (problems.length === 0)
        io.out(
          `Verified: ${count(entries.length, 'statement')} about ${printable(model.subject.name)}, sha256:${model.subject.sha256}${options.model === undefined ? '; its files were not looked at (--model)' : ''}`,
        );
      for (const problem of problems) io.err(`${path}: ${problem}`);
      if (problems.length > 0) io.exitCode = 1;
    });

  passport
    .command('require')
    .description('ask a Cedar policy whether the model may be used; exit code 0 admitted, 1 not')
    .argument('<passport>')
    .requiredOption('--policy <file>', 'Cedar policies over what the passport proves')
    .requiredOption('--key <file...>', 'public keys in PEM that are trusted; statements by others do not count')
    .option('--model <path>', 'the model itself: its files must be those of the passport')
    .option('--json', 'print JSON')
    .option('--state <folder>', LEDGER)
    .action(
      async (
        path: string,
        options: {
          readonly state?: string;
          readonly policy: string;
          readonly key: readonly string[];
          readonly model?: string;
          readonly json?: true;
        },
      ) => {
        const { admissionContext, admit } = await import('../../passport/admit.ts');
        const { readPassport, signersOf } = await import('../../passport/passport.ts');
        const content = await text(path, io);
        const entries = readPassport(content, path);
        const keys = await trusted(options.key, io);
        const isTrusted = (entry: PassportEntry): boolean => signersOf(entry, keys).length > 0;
        const model = modelOf(entries, path, isTrusted);
        const problems = options.model === undefined ? [] : await otherModel(model, options.model, path, io);
        if (!isTrusted(model)) problems.push('which files the model is, no trusted key has signed');
        problems.push(...(await dropped(options.state, content, model, io)));
        const context = admissionContext(entries, model.subject.sha256, keys, Date.now());
        const policy = await text(options.policy, io);
        const answer = admit(policy, model.subject.sha256, context, options.policy);
        const admitted = answer.admitted && problems.length === 0;
        await record(
          options.state,
          { action: 'require', model: model.subject, admitted, policies: answer.policies },
          policy,
          io,
        );
        if (options.json === true)
          io.out(JSON.stringify({ admitted, policies: answer.policies, errors: [...answer.errors, ...problems] }));
        else {
          io.out(
            admitted
              ? `Admitted: ${answer.policies.join(', ')}`
              : `Not admitted${answer.policies.length > 0 ? `: ${answer.policies.join(', ')}` : ': no policy permits it'}`,
          );
          for (const error of [...answer.errors, ...problems]) io.err(error);
          if (!admitted) for (const line of toldOf(context)) io.err(line);
        }
        for (const entry of entries) {
          if (!isTrusted(entry))
            io.err(`note: line ${entry.line} (${named(entry)}) is signed by no trusted key and does not count`);
          else if (entry.subject.sha256 !== model.subject.sha256)
            io.err(`note: line ${entry.line} (${named(entry)}) is about another model and does not count`);
        }
        for (const note of unknownTypes(entries)) io.err(`note: ${note} and does not count`);
        if (options.model === undefined && admitted)
          io.err('note: whether the files are those of the passport was not looked at (--model)');
        if (!admitted) io.exitCode = 1;
      },
    );

  passport
    .command('bom')
    .description('write what a passport proves as a CycloneDX bill of materials with a model card')
    .argument('<passport>')
    .option('--key <file...>', 'public keys in PEM that are trusted; statements by others are left out')
    .option('-o, --output <file>', 'file to write (default: standard output)')
    .action(async (path: string, options: { readonly key?: readonly string[]; readonly output?: string }) => {
      const { readPassport, signersOf } = await import('../../passport/passport.ts');
      const { toMlBom } = await import('../../passport/to-ml-bom.ts');
      const content = await text(path, io);
      const entries = readPassport(content, path);
      const keys = options.key === undefined ? null : await trusted(options.key, io);
      const model = modelOf(entries, path, (entry) => keys !== null && signersOf(entry, keys).length > 0);
      if (keys !== null && signersOf(model, keys).length === 0)
        throw new Fault('ERR_DATA', 'Which files the model is, no trusted key has signed.', { where: path });
      const bom = toMlBom(entries, {
        version: packageVersion(),
        now: new Date(),
        keys,
        passport: { name: basename(path), bytes: Buffer.from(content) },
      });
      if (options.output === undefined) io.out(bom.trimEnd());
      else await writeWholeFile(resolve(io.cwd, options.output), bom, options.output);
    });
};

const LEDGER = 'also record it in the ledger of this folder, made at first use; see parapet audit verify --state';

/** Before the passport is written: what cannot be recorded is not done. */
async function record(
  state: string | undefined,
  entry: Omit<PassportRecord, 'digest'>,
  content: string,
  io: Io,
): Promise<void> {
  if (state === undefined) return;
  const { digestOfText, recordInLedger } = await import('../passport-ledger.ts');
  await recordInLedger(resolve(io.cwd, state, 'ledger'), { ...entry, digest: digestOfText(content) }, new Date());
}

/** The statement that says which model it is: the first that is trusted, otherwise the first. */
function modelOf(
  entries: readonly PassportEntry[],
  where: string,
  isTrusted: (entry: PassportEntry) => boolean = () => false,
): PassportEntry {
  const all = entries.filter(({ predicate }) => predicate === 'model');
  const found = all.find(isTrusted) ?? all[0];
  if (found === undefined)
    throw new Fault('ERR_DATA', 'The passport does not say which model it is about.', {
      where,
      hint: 'Begin it with "parapet passport create".',
    });
  return found;
}

async function otherModel(entry: PassportEntry, model: string, passport: string, io: Io): Promise<string[]> {
  const { differences, manifestOf } = await import('../../passport/model-manifest.ts');
  const actual = await manifestOf(resolve(io.cwd, model), resolve(io.cwd, passport));
  const found = differences(manifestIn(entry, passport).manifest, actual);
  if (found.length === 0) return [];
  const more = found.length > 20 ? [`${model} differs in ${found.length - 20} files more`] : [];
  return [
    `${model} is another model than that of the passport, sha256:${entry.subject.sha256}`,
    ...found.slice(0, 20).map((what) => `${model}: ${what}`),
    ...more,
  ];
}

/** Statements that the ledger knows, and the passport does not have. */
async function dropped(
  state: string | undefined,
  content: string,
  { subject }: PassportEntry,
  io: Io,
): Promise<readonly string[]> {
  if (state === undefined) return [];
  const { digestOfText, recordedStatements } = await import('../passport-ledger.ts');
  const lines = new Set(content.split('\n').map((line) => digestOfText(`${line}\n`)));
  const recorded = await recordedStatements(resolve(io.cwd, state, 'ledger'), subject.sha256);
  return recorded
    .filter(({ digest }) => !lines.has(digest))
    .map(
      ({ statement, time }) =>
        `a statement of type ${statement} that the ledger recorded at ${time} is not in the passport`,
    );
}

function named({ predicate, predicateType }: PassportEntry): string {
  return predicate ?? printable(predicateType);
}

function unknownTypes(entries: readonly PassportEntry[]): readonly string[] {
  return entries
    .filter(({ predicate }) => predicate === null)
    .map((entry) => `line ${entry.line} is of a type that this version does not know (${named(entry)})`);
}

/** What policies saw, for people who have to find out why they did not permit it. */
function toldOf(context: Readonly<Record<string, unknown>>): readonly string[] {
  const seen = Object.entries(context).filter(([name]) => name !== 'signers');
  if (seen.length === 0) return ['The policies saw no statement that a trusted key signed.'];
  return ['The policies saw:', ...seen.map(([name, value]) => `  ${name} ${JSON.stringify(value)}`)];
}

function summary(predicate: PredicateName | null, value: object): string {
  const one = value as Readonly<Record<string, unknown>>;
  switch (predicate) {
    case 'model':
      return `${String(one['files'])} files, ${String(one['bytes'])} bytes`;
    case 'scan': {
      const findings = one['findings'] as Readonly<Record<string, number>>;
      return `${findings['critical']} critical, ${findings['high']} high, ${findings['medium']} medium; ${String(one['incomplete'])} files not wholly looked at`;
    }
    case 'robustness':
      return (one['claims'] as readonly { norm: string; eps: string; robustAccuracy: number; attack: string }[])
        .map((claim) => `${(claim.robustAccuracy * 100).toFixed(1)} % at ${claim.norm}:${claim.eps} (${claim.attack})`)
        .join(', ');
    default:
      return JSON.stringify(value).slice(0, 100);
  }
}

function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

async function trusted(paths: readonly string[], io: Io): Promise<readonly KeyObject[]> {
  const { publicKeyFrom } = await import('../../passport/dsse.ts');
  return Promise.all(paths.map(async (path) => publicKeyFrom(await text(path, io), path)));
}

async function text(path: string, io: Io): Promise<string> {
  try {
    return await readFile(resolve(io.cwd, path), 'utf8');
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The file cannot be read.', { where: path, cause });
  }
}
