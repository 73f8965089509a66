import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Fault } from '../../core/fault.ts';
import type { HashOptions, KnownDigests } from '../../passport/hash-model.ts';
import type { Trust } from '../../passport/verify-signature.ts';
import type { Io, RegisterCommand } from '../command.ts';
import { count } from '../count.ts';
import { writeWholeFile } from '../write-whole-file.ts';

interface SignOptions {
  readonly key: string;
  readonly certificates?: string;
  readonly output?: string;
  readonly ignore: readonly string[];
  readonly shardSize?: string;
  readonly allowSymlinks?: true;
  readonly cache?: string;
}

interface VerifyOptions {
  readonly signature?: string;
  readonly key?: string;
  readonly roots?: string;
  readonly identity?: string;
  readonly issuer?: string;
  readonly trustedRoot?: string;
  readonly only: readonly string[];
  readonly ignore: readonly string[];
  readonly ignoreUnsigned?: true;
  readonly cache?: string;
  readonly json?: true;
}

/** `parapet sign` and `parapet verify`: models and data sets as OpenSSF Model Signing v1.0. */
export const register: RegisterCommand = (program, io) => {
  program
    .command('sign')
    .description('sign a model or data set (OpenSSF Model Signing v1.0)')
    .argument('<path>', 'folder, or a single file')
    .requiredOption('--key <file>', 'private key in PEM: an elliptic curve')
    .option(
      '--certificates <file>',
      'certificates in PEM, from the signer upwards: sign with them instead of a bare key',
    )
    .option('-o, --output <file>', 'where the signature goes (default: model.sig in the folder, or beside the file)')
    .option('--ignore <path>', 'path below the folder that is not signed; may be repeated', collect, [])
    .option('--shard-size <bytes>', 'sign shards of this size instead of whole files')
    .option('--allow-symlinks', 'follow links that stay inside the folder')
    .option('--cache <file>', 'remember digests there, and read only what has changed')
    .action(async (path: string, options: SignOptions) => {
      const { privateKeyFrom } = await import('../../passport/dsse.ts');
      const { DEFAULT_IGNORE } = await import('../../passport/hash-model.ts');
      const { signModel } = await import('../../passport/sign-model.ts');
      const model = resolve(io.cwd, path);
      const output = await outputOf(model, options.output, io);
      const key = privateKeyFrom(await text(options.key, io), options.key);
      const chain =
        options.certificates === undefined
          ? null
          : certificates(await text(options.certificates, io), options.certificates);
      const shardSize = options.shardSize === undefined ? 0 : Number(options.shardSize);
      if (options.shardSize !== undefined && !(Number.isSafeInteger(shardSize) && shardSize >= 1024)) {
        throw new Fault('ERR_USAGE', '--shard-size takes a number of bytes, 1024 or more.');
      }
      const cache = options.cache === undefined ? null : await openCache(resolve(io.cwd, options.cache));
      const hash: HashOptions = {
        method: options.shardSize === undefined ? 'files' : 'shards',
        hashType: 'sha256',
        shardSize,
        allowSymlinks: options.allowSymlinks === true,
        ignore: [...DEFAULT_IGNORE, ...options.ignore, ...inside(model, output)],
        ...(cache === null ? {} : { known: cache.known }),
      };
      const bundle = await signModel(model, key, chain, hash);
      await writeWholeFile(output, bundle, relative(io.cwd, output));
      await cache?.save();
      io.out(`Signed ${path}: ${relative(io.cwd, output) || output}`);
    });

  program
    .command('verify')
    .description('verify a signed model or data set: who signed it, and that nothing was changed, added or left out')
    .argument('<path>', 'folder, or a single file')
    .option('--signature <file>', 'the signature (default: model.sig in the folder, or beside the file)')
    .option('--key <file>', 'public key in PEM of who must have signed')
    .option('--roots <file>', 'certificates in PEM of authorities that are trusted')
    .option('--identity <name>', 'Sigstore: the address or workflow of who must have signed')
    .option('--issuer <url>', 'Sigstore: who must have vouched for it')
    .option('--trusted-root <file>', 'Sigstore: another trust root than that of the public instance')
    .option('--only <path>', 'look at this file only; may be repeated', collect, [])
    .option('--ignore <path>', 'path that is neither signed nor looked at; may be repeated', collect, [])
    .option('--ignore-unsigned', 'files that were not signed are no problem')
    .option('--cache <file>', 'take digests from there for files that did not change; only you may be able to write it')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExit codes: 0 verified, 1 not, 2 wrong usage.')
    .action(async (path: string, options: VerifyOptions) => {
      const { readBundle } = await import('../../passport/model-bundle.ts');
      const { verifyModel } = await import('../../passport/verify-model.ts');
      const model = resolve(io.cwd, path);
      const file = await outputOf(model, options.signature, io);
      const bundle = readBundle(
        await signatureText(file, options.signature, io),
        options.signature ?? relative(io.cwd, file),
      );
      const trust = await trustOf(options, io);
      const cache = options.cache === undefined ? null : await openCache(resolve(io.cwd, options.cache));
      const found = await verifyModel(model, bundle, trust, {
        where: options.signature ?? basename(file),
        ignore: [...options.ignore, ...inside(model, file)],
        allowUnsigned: options.ignoreUnsigned === true,
        ...(options.only.length === 0 ? {} : { only: options.only }),
        ...(cache === null ? {} : { known: cache.known }),
      });
      await cache?.save();
      if (options.json === true)
        io.out(
          JSON.stringify({ ok: found.ok, problems: found.problems, files: found.files, name: found.statement.name }),
        );
      else if (found.ok) io.out(verifiedLine(found, path, options.only));
      else {
        for (const problem of found.problems.slice(0, 100)) io.err(problem);
        if (found.problems.length > 100) io.err(`… and ${count(found.problems.length - 100, 'problem')} more`);
      }
      if (!found.ok) io.exitCode = 1;
    });
};

async function trustOf(options: VerifyOptions, io: Io): Promise<Trust> {
  const ways = [options.key, options.roots, options.identity].filter((one) => one !== undefined);
  if (ways.length !== 1) {
    throw new Fault('ERR_USAGE', 'Say in one way who must have signed.', {
      hint: 'Use --key, or --roots, or --identity with --issuer.',
    });
  }
  if (options.key !== undefined) {
    const { publicKeyFrom } = await import('../../passport/dsse.ts');
    return { kind: 'key', key: publicKeyFrom(await text(options.key, io), options.key) };
  }
  if (options.roots !== undefined) {
    return { kind: 'certificate', roots: certificates(await text(options.roots, io), options.roots), at: new Date() };
  }
  if (options.issuer === undefined)
    throw new Fault('ERR_USAGE', 'An identity means nothing without who vouches for it.', { hint: 'Add --issuer.' });
  const trust = { kind: 'sigstore', identity: options.identity!, issuer: options.issuer } as const;
  if (options.trustedRoot === undefined) return trust;
  try {
    return { ...trust, trustedRoot: JSON.parse(await text(options.trustedRoot, io)) as object };
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The trust root is no JSON.', { where: options.trustedRoot, cause });
  }
}

async function outputOf(model: string, given: string | undefined, io: Io): Promise<string> {
  if (given !== undefined) return resolve(io.cwd, given);
  const { stat } = await import('node:fs/promises');
  let folder;
  try {
    folder = (await stat(model)).isDirectory();
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'There is no such file or folder.', { where: model, cause });
  }
  return folder ? join(model, 'model.sig') : join(dirname(model), `${basename(model)}.sig`);
}

/** The signature itself, where it lies in the folder. */
function inside(model: string, file: string): readonly string[] {
  const path = relative(model, file).replaceAll('\\', '/');
  return path === '' || path.startsWith('..') ? [] : [path];
}

async function signatureText(file: string, given: string | undefined, io: Io): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'There is no signature that can be read.', {
      where: given ?? (relative(io.cwd, file) || file),
      hint: 'Make one with "parapet sign", or name it with --signature.',
      cause,
    });
  }
}

function verifiedLine({ files }: { readonly files: number }, path: string, only: readonly string[]): string {
  const those = `${count(files, 'file')} of ${path} ${files === 1 ? 'is as it was' : 'are as they were'} signed`;
  return `Verified: ${those}${only.length === 0 ? '.' : '; no others were looked at.'}`;
}

async function text(path: string, io: Io): Promise<string> {
  try {
    return await readFile(resolve(io.cwd, path), 'utf8');
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The file cannot be read.', { where: path, cause });
  }
}

function certificates(pem: string, where: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Fault('ERR_USAGE', 'There is no certificate in PEM.', { where });
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new Fault('ERR_USAGE', 'A certificate is damaged.', { where, cause });
    }
  });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Digests by the state of files, in a file of JSON. Whoever can write it decides what is verified: keep it where only you can. */
async function openCache(path: string): Promise<{ readonly known: KnownDigests; save(): Promise<void> }> {
  let entries = new Map<string, string>();
  try {
    entries = new Map(Object.entries(JSON.parse(await readFile(path, 'utf8')) as Record<string, string>));
  } catch {
    // A cache that is not there, or is damaged, is an empty one.
  }
  return {
    known: {
      get: (state) => {
        const digest = entries.get(state);
        return typeof digest === 'string' && /^(?:[0-9a-f]{2})+$/.test(digest) ? digest : undefined;
      },
      set: (state, digest) => void entries.set(state, digest),
    },
    save: () => writeWholeFile(path, JSON.stringify(Object.fromEntries(entries))),
  };
}
