import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Fault } from '../core/fault.ts';
import { DEFAULT_IGNORE, listModel } from '../passport/hash-model.ts';
import { type DataManifest, manifestRoot, rowLeaf, type SealedFile } from './data-manifest.ts';
import { MerkleRoot } from './merkle-root.ts';
import { openDataFile, type ReadOptions } from './open-data-file.ts';

export interface SealOptions extends ReadOptions {
  /** Paths below the folder that do not belong to it. */
  readonly ignore?: readonly string[];
  /** Told of every row's leaf hash, file by file in the order of the manifest. */
  readonly onRow?: (leaf: Buffer) => void;
  readonly onFile?: (path: string) => void;
}

/**
 * Digests of all files of a data set and of all their rows.
 * @param path a folder, or one file
 * @throws Fault `ERR_DATA` with file and line for data that cannot be read: what cannot be read cannot be sealed row by row
 */
export async function sealData(path: string, options: SealOptions = {}): Promise<DataManifest> {
  const files: SealedFile[] = [];
  let rows = 0;
  for (const { name, path: file } of await listDataFiles(path, options.ignore ?? [])) {
    options.onFile?.(name);
    const sealed = await sealFile(file, name, options);
    files.push(sealed);
    rows += sealed.rows;
  }
  const { separator, header } = options;
  const reading = {
    ...(separator === undefined ? {} : { separator }),
    ...(header === undefined ? {} : { header }),
  };
  return { name: basename(path), reading, files, rows, root: manifestRoot(files) };
}

/** Files of a data set in the order of their paths' code points; a file by itself has its own name. */
export async function listDataFiles(
  path: string,
  ignore: readonly string[],
): Promise<readonly { readonly name: string; readonly path: string }[]> {
  const listed = await listModel(path, { allowSymlinks: false, ignore: [...DEFAULT_IGNORE, ...ignore] });
  return listed.map((one) => (one.name === '.' ? { name: basename(path), path: one.path } : one));
}

export async function sealFile(file: string, name: string, options: SealOptions): Promise<SealedFile> {
  const { size } = await stat(file);
  const sha256 = await digestOf(file);
  const data = openDataFile(file, { ...options, name });
  if (data === null) return { path: name, size, sha256, format: null, rows: 0, root: null };
  const tree = new MerkleRoot();
  try {
    for await (const batch of data.rows()) {
      for (const { row } of batch) {
        const leaf = rowLeaf(row);
        tree.addLeaf(leaf);
        options.onRow?.(leaf);
      }
    }
  } catch (error) {
    throw inFile(error, name);
  }
  return {
    path: name,
    size,
    sha256,
    format: data.format,
    rows: tree.count,
    root: Buffer.from(tree.root()).toString('hex'),
  };
}

/** The same fault with the file's name in front of the place. */
export function inFile(error: unknown, name: string): unknown {
  if (!(error instanceof Fault)) return error;
  const { code, message, where, hint, cause } = error;
  const place = where === undefined || where.includes(name) ? name : `${name}: ${where}`;
  return new Fault(code, message, { where: place, ...(hint === undefined ? {} : { hint }), cause });
}

/** SHA-256 of a file, in hexadecimal. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
