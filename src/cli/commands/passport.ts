import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { basename, relative, resolve } from 'node:path';
import type { KeyObject } from 'node:crypto';
import { Fault } from '../../core/fault.ts';
import type { PassportEntry } from '../../passport/passport.ts';
import type { PassportRecord } from '../passport-ledger.ts';
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
        const { sha256, files, bytes } = await digestModel(resolve(io.cwd, model), output);
        const subject = { name: basename(resolve(io.cwd, model)), sha256 };
        const line = writeEntry(subject, 'model', { files, bytes }, new Date(), key);
        await assertAbsent(output, options.output);
        await record(options.state, { action: 'create', model: subject, statement: 'model' }, line, io);
        await create(output, line, options.output);
        io.out(`${options.output}: ${files} files, sha256:${sha256}`);
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
      'the statement as JSON, or what "parapet scan --format json" printed, or assessment.json of "parapet assess"',
    )
    .requiredOption('--key <file>', 'private key in PEM that signs')
    .option('--state <folder>', LEDGER)
    .action(
      async (
        path: string,
        options: { readonly type: string; readonly from: string; readonly key: string; readonly state?: string },
      ) => {
        const { privateKeyFrom } = await import('../../passport/dsse.ts');
        const { readPassport, writeEntry } = await import('../../passport/passport.ts');
        const { PREDICATE_NAMES } = await import('../../passport/predicates.ts');
        const type = PREDICATE_NAMES.find((name) => name === options.type && name !== 'model');
        if (type === undefined)
          throw new Fault('ERR_USAGE', `There is no type "${options.type}".`, {
            hint: PREDICATE_NAMES.filter((name) => name !== 'model').join(', '),
          });
        const entries = readPassport(await text(path, io), path);
        const about = modelOf(entries, path);
        const { subject } = about;
        let value: unknown;
        try {
          value = JSON.parse(await text(options.from, io));
        } catch (cause) {
          if (cause instanceof Fault) throw cause;
          throw new Fault('ERR_USAGE', 'The statement is no JSON.', { where: options.from, cause });
        }
        const { statementFrom } = await import('../passport-statements.ts');
        const statement = statementFrom(
          type,
          value,
          { sha256: subject.sha256, files: Number((about.value as { readonly files?: unknown }).files) },
          packageVersion(),
          options.from,
        );
        const key = privateKeyFrom(await text(options.key, io), options.key);
        const line = writeEntry(subject, type, statement, new Date(), key);
        await record(options.state, { action: 'add', model: subject, statement: type }, line, io);
        await appendFile(resolve(io.cwd, path), line);
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
      io.out(`${subject.name} sha256:${subject.sha256}\n\n${formatTable(['statement', 'made', 'key', 'says'], rows)}`);
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
      const model = modelOf(entries, path);
      const problems = entries.flatMap((entry) => [
        ...(signersOf(entry, keys).length > 0
          ? []
          : [`line ${entry.line} (${entry.predicate ?? entry.predicateType}) is signed by no trusted key`]),
        ...(entry.subject.sha256 === model.subject.sha256 ? [] : [`line ${entry.line} is about another model`]),
      ]);
      if (options.model !== undefined) problems.push(...(await otherModel(model, options.model, path, io)));
      if (problems.length === 0) io.out(`Verified: ${entries.length} statements about sha256:${model.subject.sha256}`);
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
        const entries = readPassport(await text(path, io), path);
        const keys = await trusted(options.key, io);
        const model = modelOf(entries, path);
        const problems = options.model === undefined ? [] : await otherModel(model, options.model, path, io);
        if (signersOf(model, keys).length === 0) problems.push('which files the model is, no trusted key has signed');
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
        }
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
      const model = modelOf(entries, path);
      const keys = options.key === undefined ? null : await trusted(options.key, io);
      if (keys !== null && signersOf(model, keys).length === 0)
        throw new Fault('ERR_DATA', 'Which files the model is, no trusted key has signed.', { where: path });
      const bom = toMlBom(entries, {
        version: packageVersion(),
        now: new Date(),
        keys,
        passport: { name: basename(path), bytes: Buffer.from(content) },
      });
      if (options.output === undefined) io.out(bom.trimEnd());
      else await writeFile(resolve(io.cwd, options.output), bom);
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

async function assertAbsent(path: string, shown: string): Promise<void> {
  const { existsSync } = await import('node:fs');
  if (existsSync(path)) throw new Fault('ERR_USAGE', 'A passport that is there is not overwritten.', { where: shown });
}

function modelOf(entries: readonly PassportEntry[], where: string): PassportEntry {
  const found = entries.find(({ predicate }) => predicate === 'model');
  if (found === undefined)
    throw new Fault('ERR_DATA', 'The passport does not say which model it is about.', {
      where,
      hint: 'Begin it with "parapet passport create".',
    });
  return found;
}

async function otherModel(entry: PassportEntry, model: string, passport: string, io: Io): Promise<string[]> {
  const { sha256 } = await digestModel(resolve(io.cwd, model), resolve(io.cwd, passport));
  return sha256 === entry.subject.sha256 ? [] : [`${model} is another model: sha256:${sha256}`];
}

/** The digest of all files but the passport and signatures, which change without the model changing. */
async function digestModel(
  model: string,
  passport: string,
): Promise<{ readonly sha256: string; readonly files: number; readonly bytes: number }> {
  const { DEFAULT_IGNORE, hashModel, listModel, rootDigest } = await import('../../passport/hash-model.ts');
  const { stat } = await import('node:fs/promises');
  const own = relative(model, passport).replaceAll('\\', '/');
  const ignore = [...DEFAULT_IGNORE, 'model.sig', ...(own === '' || own.startsWith('..') ? [] : [own])];
  const listed = await listModel(model, { allowSymlinks: false, ignore });
  let bytes = 0;
  for (const { path } of listed) bytes += (await stat(path)).size;
  const resources = await hashModel(model, {
    method: 'files',
    hashType: 'sha256',
    shardSize: 0,
    allowSymlinks: false,
    ignore,
  });
  return { sha256: rootDigest(resources), files: resources.length, bytes };
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

async function create(path: string, line: string, shown: string): Promise<void> {
  try {
    await writeFile(path, line, { flag: 'wx' });
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The passport cannot be written; a passport that is there is not overwritten.', {
      where: shown,
      cause,
    });
  }
}

async function text(path: string, io: Io): Promise<string> {
  try {
    return await readFile(resolve(io.cwd, path), 'utf8');
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The file cannot be read.', { where: path, cause });
  }
}
