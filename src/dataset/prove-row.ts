import { z } from 'zod';
import { Fault } from '../core/fault.ts';
import { inclusionRanges, leafHash, type LeafRange, verifyInclusion } from '../ledger/merkle.ts';
import { canonicalRow, type Row } from './canonical-row.ts';
import { type DataManifest, fileLeaf, rowLeaf, SEALED_FILE } from './data-manifest.ts';
import { MerkleRoot } from './merkle-root.ts';
import { openDataFile } from './open-data-file.ts';
import { inFile } from './seal-data.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);

/** Proof that one row belongs to a sealed data set: whoever has it needs the seal's root and nothing else of the data. */
export const ROW_PROOF = z.strictObject({
  /** From 1. */
  row: z.int().positive(),
  /** The row as canonical text; its leaf is hashed from it. */
  text: z.string(),
  /** From the row to the root of its file (RFC 9162 §2.1.3). */
  rowPath: z.array(hex).max(64),
  file: SEALED_FILE,
  /** From 1, in the order of the seal. */
  fileNumber: z.int().positive(),
  files: z.int().positive(),
  /** From the file to the root of the data set. */
  filePath: z.array(hex).max(64),
  root: hex,
});
export type RowProof = z.infer<typeof ROW_PROOF>;

/**
 * @param path the file with the row
 * @param number of the row, from 1
 * @throws Fault `ERR_DATA` where the file is not as it was sealed, `ERR_USAGE` where it has no such row
 */
export async function proveRow(path: string, name: string, number: number, manifest: DataManifest): Promise<RowProof> {
  const at = manifest.files.findIndex((one) => one.path === name);
  const file = manifest.files[at];
  if (file === undefined) throw new Fault('ERR_USAGE', 'The seal has no such file.', { where: name });
  if (!(Number.isSafeInteger(number) && number >= 1 && number <= file.rows)) {
    throw new Fault('ERR_USAGE', `The file has ${file.rows} rows.`, { where: `row ${number}` });
  }
  const data = openDataFile(path, { ...manifest.reading, name });
  if (data === null) throw new Fault('ERR_DATA', 'The file is no data that is read.', { where: name });
  const ranges = inclusionRanges(number - 1, file.rows);
  const trees = ranges.map(() => new MerkleRoot());
  const whole = new MerkleRoot();
  let found: Row | null = null;
  try {
    for await (const batch of data.rows()) {
      for (const { row } of batch) {
        const leaf = rowLeaf(row);
        if (whole.count === number - 1) found = row;
        else trees[ranges.findIndex((range) => within(range, whole.count))]?.addLeaf(leaf);
        whole.addLeaf(leaf);
      }
    }
  } catch (error) {
    throw inFile(error, name);
  }
  if (found === null || toHex(whole.root()) !== file.root) {
    throw new Fault('ERR_DATA', 'The file is not as it was sealed.', {
      where: name,
      hint: '"parapet data verify" says what changed.',
    });
  }
  const leaves = manifest.files.map(fileLeaf);
  const filePath = inclusionRanges(at, leaves.length).map((range) => {
    const tree = new MerkleRoot();
    for (const leaf of leaves.slice(range.from, range.to)) tree.addLeaf(leaf);
    return toHex(tree.root());
  });
  return {
    row: number,
    text: canonicalRow(found),
    rowPath: trees.map((tree) => toHex(tree.root())),
    file,
    fileNumber: at + 1,
    files: leaves.length,
    filePath,
    root: manifest.root,
  };
}

/** True where the proof leads from its row to its root. Whether the root is that of a seal is for the caller to compare. */
export function checkRowProof(proof: RowProof): boolean {
  const { file } = proof;
  if (file.root === null) return false;
  return (
    verifyInclusion(proof.row - 1, file.rows, leafOfText(proof.text), proof.rowPath.map(fromHex), fromHex(file.root)) &&
    verifyInclusion(proof.fileNumber - 1, proof.files, fileLeaf(file), proof.filePath.map(fromHex), fromHex(proof.root))
  );
}

function leafOfText(text: string): Buffer {
  return leafHash(Buffer.from(text));
}

function within(range: LeafRange, index: number): boolean {
  return index >= range.from && index < range.to;
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function fromHex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}
