import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { Fault } from '../core/fault.ts';

/** One file, or one shard of one. */
export interface ModelResource {
  /** Path below the model, with `/`; with `:start:end` behind it where the model is hashed in shards; `.` where the model is one file. */
  readonly name: string;
  /** Hexadecimal. */
  readonly digest: string;
  readonly algorithm: string;
}

export interface HashOptions {
  readonly method: 'files' | 'shards';
  readonly hashType: string;
  /** Bytes, for shards. */
  readonly shardSize: number;
  readonly allowSymlinks: boolean;
  /** Paths below the model that are left out, with everything in them. */
  readonly ignore: readonly string[];
  /** Digests that are known already: only what changed is read again. */
  readonly known?: KnownDigests;
  /** Milliseconds since the Unix epoch; default: now. What changed a moment before is not remembered. */
  readonly now?: number;
}

/** Digests of pieces of files, by what changes when a file does. */
export interface KnownDigests {
  get(state: string): string | undefined;
  set(state: string, digest: string): void;
}

/** Nanoseconds within which a file can change twice without its times telling: clocks of file systems tick coarsely. */
const RECENT = 2_000_000_000n;

export const DEFAULT_IGNORE = ['.git', '.gitattributes', '.github', '.gitignore'];

/** Names of Node's digests by those of OMS. */
const DIGESTS: Readonly<Record<string, string>> = {
  sha256: 'sha256',
  blake2b: 'blake2b512',
  sha384: 'sha384',
  sha512: 'sha512',
};

/**
 * Digests of all files of a model, sorted by name in the order of code points (OMS v1.0, "Manifest"). A file by itself is the one resource `.`.
 * @throws Fault `ERR_DATA` for a link where none are allowed, `ERR_USAGE` for a model that cannot be read or an algorithm that is not there
 */
export async function hashModel(model: string, options: HashOptions): Promise<readonly ModelResource[]> {
  const digest = DIGESTS[options.hashType];
  if (digest === undefined)
    throw new Fault('ERR_USAGE', `Digests of type ${options.hashType} are not there.`, { where: model });
  const names = await listModel(model, options);
  const resources: ModelResource[] = [];
  // The name that OpenSSF's own library writes, without which it does not verify shards.
  const algorithm = options.method === 'files' ? options.hashType : `${options.hashType}-sharded-${options.shardSize}`;
  for (const { name, path } of names) {
    const stats = await stat(path, { bigint: true });
    const size = Number(stats.size);
    // The file itself and the time of its last change of state, which programs cannot set: names, sizes and times of writing are easily the same.
    const state = [digest, stats.dev, stats.ino, size, stats.mtimeNs, stats.ctimeNs].join(' ');
    const settled = BigInt(options.now ?? Date.now()) * 1_000_000n - stats.ctimeNs > RECENT;
    const pieces: { readonly name: string; readonly from: number; readonly to: number }[] = [];
    if (options.method === 'files') pieces.push({ name, from: 0, to: size });
    else {
      for (let from = 0; from < size; from += options.shardSize) {
        const to = Math.min(size, from + options.shardSize);
        pieces.push({ name: `${name}:${from}:${to}`, from, to });
      }
    }
    for (const piece of pieces) {
      const key = `${state} ${piece.from}-${piece.to}`;
      const known = settled ? options.known?.get(key) : undefined;
      const value = known ?? (await hashRange(path, piece.from, piece.to, digest));
      if (known === undefined && settled) options.known?.set(key, value);
      resources.push({ name: piece.name, digest: value, algorithm });
    }
  }
  return resources;
}

/** Files of a model, sorted. */
export async function listModel(
  model: string,
  options: Pick<HashOptions, 'allowSymlinks' | 'ignore'>,
): Promise<readonly { readonly name: string; readonly path: string }[]> {
  let root;
  try {
    root = await stat(model);
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'There is no such file or folder.', { where: model, cause });
  }
  if (root.isFile()) return [{ name: '.', path: model }];
  const ignored = new Set(
    options.ignore.map((path) => path.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '')),
  );
  const found: { name: string; path: string }[] = [];
  const inside = await realpath(model);
  const into = async (folder: string, depth: number): Promise<void> => {
    if (depth > 64)
      throw new Fault('ERR_DATA', 'The model has folders nested deeper than 64 levels.', { where: folder });
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const name = relative(model, path).split(sep).join('/');
      if (ignored.has(name)) continue;
      if (entry.isSymbolicLink()) {
        if (!options.allowSymlinks) {
          throw new Fault('ERR_DATA', 'The model holds a symbolic link.', {
            where: name,
            hint: 'Put the file itself there, or sign with --allow-symlinks.',
          });
        }
        const target = await realpath(path);
        if (target !== inside && !target.startsWith(inside + sep)) {
          throw new Fault('ERR_DATA', 'A symbolic link leaves the model.', { where: name });
        }
      }
      const target = entry.isSymbolicLink() ? await stat(path) : await lstat(path);
      if (target.isDirectory()) await into(path, depth + 1);
      else if (target.isFile()) found.push({ name, path });
      else throw new Fault('ERR_DATA', 'The model holds something that is no file.', { where: name });
    }
  };
  await into(model, 0);
  return found.toSorted((a, b) => compareCodePoints(a.name, b.name));
}

async function hashRange(path: string, from: number, to: number, digest: string): Promise<string> {
  const hash = createHash(digest);
  if (to > from) {
    for await (const chunk of createReadStream(path, { start: from, end: to - 1, highWaterMark: 1 << 20 }))
      hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

/** Order of code points, which UTF-16 order is not. */
export function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** SHA-256 over the digests one after another: what names the model as a whole. */
export function rootDigest(resources: readonly ModelResource[]): string {
  const hash = createHash('sha256');
  for (const { digest } of resources) hash.update(Buffer.from(digest, 'hex'));
  return hash.digest('hex');
}

export function modelName(model: string): string {
  return basename(model) || 'model';
}
