import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFault } from '../core/fault.ts';
import { parseCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './ledger.ts';
import { LogFiles } from './log-files.ts';
import { HASH_BYTES, consistencyRanges, equalHashes, leafHash, verifyConsistency } from './merkle.ts';
import { parseVerifierKey } from './note-key.ts';
import { TILE_WIDTH, decodeBundle, levelCount, levelWidth, tilePath, tileWidth } from './tiles.ts';
import { TreeEdge, subtreeRoot } from './tree-edge.ts';

export const LEDGER_PROBLEMS = [
  'checkpoint-missing',
  'checkpoint-malformed',
  'checkpoint-signature',
  'entry-changed', // the entry is not the one that its hash, or the store's, speaks of
  'entry-removed', // the store knows it, the log does not, or at another place
  'entry-moved', // it stands at another place than the store remembers
  'bundle-missing',
  'bundle-damaged',
  'tile-missing',
  'tile-wrong', // a tile is not the hash of what is below it
  'root-wrong', // entries and tiles agree, and the signed root is another
  'rolled-back', // shorter than a checkpoint that was saved earlier
  'forked', // not an extension of a checkpoint that was saved earlier
] as const;
export type LedgerProblemKind = (typeof LEDGER_PROBLEMS)[number];

export interface LedgerProblem {
  readonly kind: LedgerProblemKind;
  /** Of the entry concerned, where it is one. */
  readonly index: number | null;
  /** The exchange's id, where it can be told. */
  readonly id: string | null;
  /** The file concerned, relative to the ledger's directory. */
  readonly file: string | null;
  readonly message: string;
}

/** What the store remembers of one entry. */
export interface RememberedLeaf {
  readonly index: number;
  readonly leaf: string;
  readonly id: string;
}

export interface VerifyOptions {
  readonly directory: string;
  /** The log's verifier key; default: `key.pub` beside the log, which whoever changed the log could have changed too. */
  readonly verifierKey?: string;
  /** The store's memory of leaves, in the order of their index. */
  readonly against?: AsyncIterable<RememberedLeaf>;
  /** A checkpoint saved earlier, as a signed note: the log must be an extension of it. */
  readonly since?: string;
  readonly onProgress?: (entries: number, of: number) => void;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly size: number;
  readonly checkpoint: Checkpoint | null;
  readonly problems: readonly LedgerProblem[];
  /** Entries that were held against the store's memory. */
  readonly compared: number;
}

/** A list of problems longer than this says no more. */
const MAX_PROBLEMS = 1000;

/**
 * Recomputes everything that a log claims: every leaf from its entry, every tile from what is below it, the root and
 * its signature; and holds the leaves against what the store remembers, which names the record also when entries,
 * tiles and checkpoint were rewritten together. Reads bundle by bundle: memory does not grow with the log.
 */
export async function verifyLedger(options: VerifyOptions): Promise<VerifyReport> {
  const files = new LogFiles(options.directory);
  const problems: LedgerProblem[] = [];
  const report = (kind: LedgerProblemKind, message: string, at: Partial<LedgerProblem> = {}): void => {
    if (problems.length < MAX_PROBLEMS) problems.push({ kind, index: null, id: null, file: null, ...at, message });
  };
  const end = (checkpoint: Checkpoint | null, compared: number): VerifyReport => ({
    ok: problems.length === 0,
    size: checkpoint?.size ?? 0,
    checkpoint,
    problems,
    compared,
  });

  let checkpoint: Checkpoint | null;
  try {
    checkpoint = await files.checkpoint();
  } catch (error) {
    report('checkpoint-malformed', isFault(error) ? error.line : 'The checkpoint cannot be read.', {
      file: 'checkpoint',
    });
    return end(null, 0);
  }
  if (checkpoint === null) {
    report('checkpoint-missing', 'There is no checkpoint: nothing vouches for this log.', { file: 'checkpoint' });
    return end(null, 0);
  }
  await checkSignature(options, checkpoint, report);

  const { size } = checkpoint;
  const remembered = remember(options.against);
  const edge = new TreeEdge();
  let compared = 0;
  for (let bundle = 0; bundle * TILE_WIDTH < size; bundle += 1) {
    const first = bundle * TILE_WIDTH;
    const width = tileWidth(size, 0, bundle);
    const entries = await readEntries(files, bundle, width, size, report);
    const claimed = await readTile(files, 0, bundle, size, report);
    const leaves = entries.map((entry) => (entry === null ? null : leafHash(entry)));
    for (let offset = 0; offset < width; offset += 1) {
      const index = first + offset;
      const entry = entries[offset] ?? null;
      const leaf = leaves[offset] ?? null;
      const stated = claimed === null ? null : claimed.subarray(offset * HASH_BYTES, (offset + 1) * HASH_BYTES);
      const memory = await remembered.at(index);
      if (memory !== null) compared += 1;
      judgeEntry(index, entry, leaf, stated, memory, report);
      // Where the entry is gone its stated hash stands in, so that one loss is not reported for the whole tree.
      edge.append(leaf ?? (stated === null || stated.length !== HASH_BYTES ? Buffer.alloc(HASH_BYTES) : stated));
    }
    options.onProgress?.(Math.min(size, first + width), size);
  }
  for (const memory of await remembered.rest(size)) {
    report('entry-removed', 'The store knows this record; the log ends before it.', {
      index: memory.index,
      id: memory.id,
    });
  }
  await checkUpperTiles(files, size, report);
  const stated = problems.length > 0;
  if (!equalHashes(edge.root(), checkpoint.root)) {
    report(
      'root-wrong',
      stated
        ? 'The root of the entries as they are is not the signed one.'
        : 'The signed root is not that of the entries: the log was rewritten after it was signed.',
      { file: 'checkpoint' },
    );
  }
  if (options.since !== undefined) await checkSince(options.since, checkpoint, files, options, report);
  return end(checkpoint, compared);
}

type Report = (kind: LedgerProblemKind, message: string, at?: Partial<LedgerProblem>) => void;

async function checkSignature(options: VerifyOptions, checkpoint: Checkpoint, report: Report): Promise<void> {
  try {
    const text = options.verifierKey ?? (await readFile(join(options.directory, 'key.pub'), 'utf8'));
    const verdict = verifyCheckpoint(checkpoint, [parseVerifierKey(text.trim())]);
    if (verdict.status === 'failed')
      report('checkpoint-signature', `The checkpoint is not signed by the log's key: ${verdict.reason}.`, {
        file: 'checkpoint',
      });
  } catch (error) {
    report(
      'checkpoint-signature',
      `The log's key cannot be used: ${isFault(error) ? error.line : 'key.pub cannot be read'}.`,
      { file: 'key.pub' },
    );
  }
}

function judgeEntry(
  index: number,
  entry: Buffer | null,
  leaf: Buffer | null,
  stated: Uint8Array | null,
  memory: RememberedLeaf | null,
  report: Report,
): void {
  if (entry === null || leaf === null) return;
  const id = idOf(entry);
  const at = { index, id: memory?.id ?? id };
  if (memory !== null && memory.leaf !== leaf.toString('hex')) {
    if (id !== null && id !== memory.id) {
      report(
        'entry-moved',
        `The store has the record ${memory.id} at this place; the log has ${id}: records were removed, added or put in another order.`,
        at,
      );
    } else {
      report('entry-changed', 'The entry is not the one that the store remembers.', at);
    }
  } else if (stated !== null && !equalHashes(leaf, stated)) {
    report('entry-changed', 'The entry does not match its hash in the tree.', at);
  }
}

async function readEntries(
  files: LogFiles,
  bundle: number,
  width: number,
  size: number,
  report: Report,
): Promise<(Buffer | null)[]> {
  const file = tilePath('entries', bundle, width);
  const first = bundle * TILE_WIDTH;
  let bytes: Buffer;
  try {
    bytes = await files.tile('entries', bundle, size);
  } catch (error) {
    report(
      'bundle-missing',
      `The entries ${first} to ${first + width - 1} are missing${isFault(error) ? '' : ' or cannot be read'}.`,
      { index: first, file },
    );
    return Array.from({ length: width }, () => null);
  }
  const decoded = decodeBundle(bytes, width);
  if (!decoded.ok) {
    const index = first + decoded.entries.length;
    report('bundle-damaged', `The bundle ends inside entry ${index} (byte ${decoded.offset}).`, { index, file });
  } else if (decoded.end !== bytes.length && width === TILE_WIDTH) {
    report('bundle-damaged', `The bundle has ${bytes.length - decoded.end} bytes behind its last entry.`, {
      index: first + width - 1,
      file,
    });
  }
  return Array.from({ length: width }, (_, offset) => decoded.entries[offset] ?? null);
}

async function readTile(
  files: LogFiles,
  level: number,
  index: number,
  size: number,
  report: Report,
): Promise<Buffer | null> {
  const file = tilePath(level, index, tileWidth(size, level, index));
  try {
    const tile = await files.tile(level, index, size);
    if (tile.length === tileWidth(size, level, index) * HASH_BYTES) return tile;
    report('tile-wrong', `The tile has ${tile.length} bytes and not ${tileWidth(size, level, index) * HASH_BYTES}.`, {
      file,
    });
  } catch {
    report('tile-missing', 'The tile is missing or cannot be read.', { file });
  }
  return null;
}

/** Every hash of a tile above the lowest is the root of one full tile below it. */
async function checkUpperTiles(files: LogFiles, size: number, report: Report): Promise<void> {
  for (let level = 1; level < levelCount(size); level += 1) {
    const width = levelWidth(size, level);
    for (let index = 0; index * TILE_WIDTH < width; index += 1) {
      const tile = await readTile(files, level, index, size, report);
      if (tile === null) continue;
      for (let offset = 0; offset * HASH_BYTES < tile.length; offset += 1) {
        const below = index * TILE_WIDTH + offset;
        const lower = await files.tile(level - 1, below, size).catch(() => null);
        if (lower === null || lower.length !== TILE_WIDTH * HASH_BYTES) continue;
        const hashes = Array.from({ length: TILE_WIDTH }, (_, at) =>
          lower.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
        );
        if (
          equalHashes(subtreeRoot(hashes, 0, TILE_WIDTH), tile.subarray(offset * HASH_BYTES, (offset + 1) * HASH_BYTES))
        )
          continue;
        const first = below * TILE_WIDTH ** level;
        report('tile-wrong', `The hash over the entries ${first} to ${first + TILE_WIDTH ** level - 1} is wrong.`, {
          index: first,
          file: tilePath(level, index, tileWidth(size, level, index)),
        });
      }
    }
  }
}

async function checkSince(
  note: string,
  now: Checkpoint,
  files: LogFiles,
  options: VerifyOptions,
  report: Report,
): Promise<void> {
  const then = parseCheckpoint(note);
  const key = parseVerifierKey(
    (options.verifierKey ?? (await readFile(join(options.directory, 'key.pub'), 'utf8'))).trim(),
  );
  const verdict = verifyCheckpoint(then, [key]);
  if (verdict.status === 'failed') {
    report('checkpoint-signature', `The saved checkpoint is not signed by the log's key: ${verdict.reason}.`);
  } else if (then.size > now.size) {
    report('rolled-back', `The saved checkpoint has ${then.size} entries, the log only ${now.size}.`);
  } else {
    const proof = await Promise.all(
      consistencyRanges(then.size, now.size).map((range) => files.hashOf(range, now.size)),
    ).catch(() => null);
    if (proof === null || !verifyConsistency(then.size, now.size, then.root, now.root, proof)) {
      report(
        'forked',
        `The log is not an extension of the saved checkpoint of ${then.size} entries: what came before it was changed.`,
      );
    }
  }
}

/** The store's memory, read along with the log. */
function remember(against: AsyncIterable<RememberedLeaf> | undefined): {
  at(index: number): Promise<RememberedLeaf | null>;
  rest(from: number): Promise<RememberedLeaf[]>;
} {
  const iterator = against?.[Symbol.asyncIterator]();
  let next: RememberedLeaf | null | undefined;
  const advance = async (): Promise<void> => {
    const step = await iterator?.next();
    next = step === undefined || step.done === true ? null : step.value;
  };
  return {
    async at(index) {
      if (iterator === undefined) return null;
      if (next === undefined) await advance();
      while (next != null && next.index < index) await advance();
      return next != null && next.index === index ? next : null;
    },
    async rest(from) {
      const rows: RememberedLeaf[] = [];
      if (iterator === undefined) return rows;
      if (next === undefined) await advance();
      for (; next != null && rows.length < MAX_PROBLEMS; await advance()) if (next.index >= from) rows.push(next);
      return rows;
    },
  };
}

function idOf(entry: Buffer): string | null {
  try {
    const value: unknown = JSON.parse(entry.toString('utf8'));
    const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : null;
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}
