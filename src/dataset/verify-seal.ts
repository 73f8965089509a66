import { HASH_BYTES } from '../ledger/merkle.ts';
import type { DataManifest, SealedFile } from './data-manifest.ts';
import { rowLeaf } from './data-manifest.ts';
import { ExternalSort } from './external-sort.ts';
import { openDataFile } from './open-data-file.ts';
import { RecordFile } from './record-file.ts';
import type { RowDigests } from './row-digests.ts';
import { inFile, listDataFiles, sealFile } from './seal-data.ts';

/** Rows of one file that are not as they were sealed; numbers count rows from 1. */
export interface RowDifferences {
  /** Rows where another stands now. */
  readonly changed: number;
  readonly missing: number;
  readonly added: number;
  /** Every row is there, and in another order. */
  readonly reordered: boolean;
  /** The first of them, by their number now (changed, added) or when sealed (missing). */
  readonly first: {
    readonly changed: readonly number[];
    readonly missing: readonly number[];
    readonly added: readonly number[];
  };
}

export interface FileDifference {
  readonly path: string;
  readonly state: 'changed' | 'missing' | 'added';
  /** True where the bytes differ and every row is the same: another compression, other quotes. */
  readonly sameRows?: true;
  readonly rows?: RowDifferences;
  /** Why rows were not compared. */
  readonly reason?: string;
}

const SHOWN = 20;

/**
 * Compares a data set with its manifest.
 * @param digests the row digests of the time of sealing, where they are there: without them, changed files are named and not their rows
 */
export async function verifySeal(
  path: string,
  manifest: DataManifest,
  options: { readonly digests: RowDigests | null; readonly ignore?: readonly string[] },
): Promise<readonly FileDifference[]> {
  const differences: FileDifference[] = [];
  const present = new Map((await listDataFiles(path, options.ignore ?? [])).map((one) => [one.name, one.path]));
  for (const sealed of manifest.files) {
    const file = present.get(sealed.path);
    present.delete(sealed.path);
    if (file === undefined) differences.push({ path: sealed.path, state: 'missing' });
    else {
      const difference = await compareFile(file, sealed, manifest, options.digests);
      if (difference !== null) differences.push(difference);
    }
  }
  for (const name of present.keys()) differences.push({ path: name, state: 'added' });
  return differences;
}

async function compareFile(
  file: string,
  sealed: SealedFile,
  manifest: DataManifest,
  digests: RowDigests | null,
): Promise<FileDifference | null> {
  let now: SealedFile;
  try {
    now = await sealFile(file, sealed.path, manifest.reading);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it cannot be read';
    return { path: sealed.path, state: 'changed', reason };
  }
  if (now.sha256 === sealed.sha256 && now.root === sealed.root) return null;
  const changed: FileDifference = { path: sealed.path, state: 'changed' };
  if (now.sha256 === sealed.sha256) {
    const reason =
      'the bytes are the same, and its rows are not read as when it was sealed: seal it again with this version';
    return { ...changed, reason };
  }
  if (now.root !== null && now.root === sealed.root) return { ...changed, sameRows: true };
  if (sealed.root === null || now.root === null) return changed;
  if (digests === null) return { ...changed, reason: 'the row digests of the seal are not there' };
  return { ...changed, rows: await compareRows(file, sealed, manifest, digests) };
}

/** Width of a record: leaf hash, number of the row, side. */
const WIDTH = HASH_BYTES + 6 + 1;

/** A multiset difference by sorted leaf hashes; where a missing row's place holds an added one, the row was changed. */
async function compareRows(
  file: string,
  sealed: SealedFile,
  manifest: DataManifest,
  digests: RowDigests,
): Promise<RowDifferences> {
  const sort = new ExternalSort(WIDTH);
  const places = new ExternalSort(8);
  const open = new RecordFile(6);
  try {
    const record = Buffer.alloc(WIDTH);
    const add = (leaf: Uint8Array, number: number, side: number): void => {
      record.set(leaf);
      record.writeUIntBE(number, HASH_BYTES, 6);
      record[WIDTH - 1] = side;
      sort.add(record);
    };
    let before = 0;
    for (const leaf of digests.of(sealed.path)) add(leaf, ++before, 0);
    let now = 0;
    try {
      for await (const batch of openDataFile(file, { ...manifest.reading, name: sealed.path })!.rows()) {
        for (const { row } of batch) add(rowLeaf(row), ++now, 1);
      }
    } catch (error) {
      throw inFile(error, sealed.path);
    }
    // Per group of equal rows: those of one side that find no partner on the other.
    const place = Buffer.alloc(8);
    const leaf = Buffer.alloc(HASH_BYTES);
    let openSide = 0;
    const settle = (): void => {
      for (let at = 0; at < open.count; at++) {
        open.read(at).copy(place);
        place[6] = openSide;
        places.add(place);
      }
      open.clear();
    };
    for (const one of sort.sorted()) {
      if (one.compare(leaf, 0, HASH_BYTES, 0, HASH_BYTES) !== 0) {
        settle();
        one.copy(leaf, 0, 0, HASH_BYTES);
      }
      const side = one[WIDTH - 1]!;
      if (open.count > 0 && openSide !== side) {
        open.dropLast();
        continue;
      }
      openSide = side;
      open.append(one.subarray(HASH_BYTES, HASH_BYTES + 6));
    }
    settle();
    return tell(places);
  } finally {
    sort.close();
    places.close();
    open.close();
  }
}

function tell(places: ExternalSort): RowDifferences {
  const counts = { changed: 0, missing: 0, added: 0 };
  const first = { changed: [] as number[], missing: [] as number[], added: [] as number[] };
  const count = (kind: keyof typeof counts, number: number): void => {
    if (counts[kind]++ < SHOWN) first[kind].push(number);
  };
  let waiting: { readonly number: number; readonly side: number } | null = null;
  for (const one of places.sorted()) {
    const number = one.readUIntBE(0, 6);
    const side = one[6]!;
    if (waiting !== null && waiting.number === number && waiting.side !== side) {
      count('changed', number);
      waiting = null;
      continue;
    }
    if (waiting !== null) count(waiting.side === 0 ? 'missing' : 'added', waiting.number);
    waiting = { number, side };
  }
  if (waiting !== null) count(waiting.side === 0 ? 'missing' : 'added', waiting.number);
  return { ...counts, reordered: counts.changed + counts.missing + counts.added === 0, first };
}
