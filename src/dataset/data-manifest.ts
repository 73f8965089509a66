import { hash } from 'node:crypto';
import { z } from 'zod';
import { leafHash } from '../ledger/merkle.ts';
import { canonicalRow } from './canonical-row.ts';
import { MerkleRoot } from './merkle-root.ts';
import { DATA_FORMATS } from './open-data-file.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits in lower case');
const count = z.int().nonnegative();

/** One file of a sealed data set. */
export const SEALED_FILE = z.strictObject({
  /** Below the folder, with `/`; the file's own name where a single file is sealed. */
  path: z.string().min(1).max(4096),
  /** Bytes. */
  size: count,
  /** Of the bytes. */
  sha256,
  /** Null for a file that has no rows. */
  format: z.enum(DATA_FORMATS).nullable(),
  rows: count,
  /** Merkle root over the rows in their order (RFC 6962 §2.1), leaves as `rowLeaf` has them; null where there are no rows to read. */
  root: sha256.nullable(),
});
export type SealedFile = z.infer<typeof SEALED_FILE>;

/** What a data set consists of. */
export const DATA_MANIFEST = z.strictObject({
  name: z.string().min(1),
  /** How rows were read: `separator` and `header` of CSV, where they were given. */
  reading: z.strictObject({ separator: z.string().optional(), header: z.boolean().optional() }),
  files: z.array(SEALED_FILE).max(2_000_000),
  rows: count,
  /** Merkle root over the files in the order of their paths, leaves as `fileLeaf` has them. */
  root: sha256,
});
export type DataManifest = z.infer<typeof DATA_MANIFEST>;

/** Hash of a row: RFC 6962's leaf hash of its canonical text in UTF-8. */
export function rowLeaf(row: Parameters<typeof canonicalRow>[0]): Buffer {
  // RFC 6962 §2.1: SHA-256(0x00, entry). As a string a digest costs a third of what it costs as a buffer.
  return Buffer.from(hash('sha256', `\0${canonicalRow(row)}`, 'binary'), 'latin1');
}

/** Hash of a file in the tree of the data set: of its entry as canonical JSON. */
export function fileLeaf(file: SealedFile): Buffer {
  return leafHash(Buffer.from(canonicalRow({ ...file })));
}

/** Root over the files, in hexadecimal. */
export function manifestRoot(files: readonly SealedFile[]): string {
  const tree = new MerkleRoot();
  for (const file of files) tree.addLeaf(fileLeaf(file));
  return Buffer.from(tree.root()).toString('hex');
}
