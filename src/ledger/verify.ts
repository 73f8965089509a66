import { RecordAligner, type Alignment, type RecordIdentity, type RememberedLeaf } from './align-records.ts';
import { CheckedTree, MANY_MISSING } from './checked-tree.ts';
import { parseCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { type Difference, describeDifferences } from './describe-differences.ts';
import { readJournal } from './journal.ts';
import type { Checkpoint } from './ledger.ts';
import { type LedgerProblem, ProblemList, lineOf } from './ledger-problem.ts';
import { LogFiles } from './log-files.ts';
import { HASH_BYTES, consistencyRanges, equalHashes, hashLeafInput, leafHash, verifyConsistency } from './merkle.ts';
import { type VerifierKey, parseVerifierKey } from './note-key.ts';
import { TILE_WIDTH, tilePath, tileWidth } from './tiles.ts';
import { TreeEdge } from './tree-edge.ts';

export interface VerifyOptions {
  readonly directory: string;
  /** The log's verifier key; default: `key.pub` beside the log, which whoever changed the log could have changed too. */
  readonly verifierKey?: string;
  /** The store's memory of leaves, in the order of their index. It knows exchanges only. */
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
  /** Problems beyond those that are listed. */
  readonly unlisted: number;
  /** Entries that were held against the store's memory and agree with it. */
  readonly compared: number;
  /** Exchanges at the end of the log that the store does not know, or not yet. */
  readonly ahead: number;
}

/**
 * Recomputes everything that a log claims: every leaf from its entry, every tile from what is below it, the root and
 * its signature; and holds the leaves against what the store remembers, which names the record also when entries,
 * tiles and checkpoint were rewritten together. Reads bundle by bundle, so memory does not grow with the log, and takes
 * no lock: a gateway may be writing. Whatever the files are, the answer is a report.
 * @throws Fault `ERR_LEDGER_INVALID` when `since` is not a checkpoint; what `against` throws.
 */
export async function verifyLedger(options: VerifyOptions): Promise<VerifyReport> {
  const since = options.since === undefined ? null : parseCheckpoint(options.since);
  const files = new LogFiles(options.directory);
  const problems = new ProblemList();
  const checkpoint = await readCheckpoint(files, problems);
  if (checkpoint === null) return report(problems, null, 0, 0);
  const key = await readKey(files, options.verifierKey, problems);
  if (key !== null) {
    const verdict = verifyCheckpoint(checkpoint, [key]);
    if (verdict.status === 'failed') {
      problems.add('checkpoint-signature', `The checkpoint is not signed by the log's key. ${verdict.reason}`, {
        file: 'checkpoint',
      });
    }
  }

  const { size } = checkpoint;
  const tree = new CheckedTree(files, size, problems);
  const stated = new RecordAligner(tree.leaves());
  const store = options.against === undefined ? null : new RecordAligner(options.against[Symbol.asyncIterator]());
  const edge = new TreeEdge();
  for (let bundle = 0, gap = 0; bundle * TILE_WIDTH < size; bundle += 1) {
    const entries = await tree.bundle(bundle);
    gap = entries === null ? gap + 1 : 0;
    // A checkpoint can claim any size; what it claims is not gone through one by one.
    if (gap === MANY_MISSING && (await files.lastBundle()) < bundle) {
      const next = (bundle + 1) * TILE_WIDTH;
      if (next < size)
        problems.add('bundle-missing', `So are all entries from ${next} to ${size - 1}.`, { index: next });
      break;
    }
    const first = bundle * TILE_WIDTH;
    for (let at = 0; at < tileWidth(size, 0, bundle); at += 1) {
      const index = first + at;
      const entry = entries?.[at];
      const leaf = entry === undefined ? null : leafHash(entry);
      const record = { index, leaf: leaf?.toString('hex') ?? null, lost: entries === null };
      await stated.push(record, () => ({ id: identify(entry).id, kept: tree.hasTileOf(index) }));
      await store?.push(record, () => identify(entry));
      // Where the entry is gone its stated hash stands in, so that one loss is not reported for the whole tree.
      edge.append(leaf ?? (await tree.statedLeaf(index)) ?? Buffer.alloc(HASH_BYTES));
    }
    options.onProgress?.(Math.min(size, first + TILE_WIDTH), size);
  }
  const whole = edge.size === size;
  const rootHolds = whole && equalHashes(edge.root(), checkpoint.root);

  const byStore = (await store?.finish(size)) ?? null;
  const byTiles = await stated.finish(size);
  reportDifferences(byStore, byTiles, rootHolds, size, problems);
  if (byStore !== null) await reportBeyond(byStore, options.directory, files, problems);
  if (whole) await tree.checkUpperTiles();
  if (!rootHolds) {
    problems.add(
      'root-wrong',
      problems.isEmpty
        ? 'The signed root is not that of the entries: entries and tiles were rewritten together.'
        : 'The root of the entries as they are is not the signed one.',
      { file: 'checkpoint' },
    );
  }
  if (since !== null) await checkSince(since, checkpoint, key, files, problems);
  return report(problems, checkpoint, byStore?.agreed ?? 0, byStore?.ahead ?? 0);
}

function report(problems: ProblemList, checkpoint: Checkpoint | null, compared: number, ahead: number): VerifyReport {
  const { listed, unlisted } = problems;
  return {
    ok: problems.isEmpty,
    size: checkpoint?.size ?? 0,
    checkpoint,
    problems: listed,
    unlisted,
    compared,
    ahead,
  };
}

async function readCheckpoint(files: LogFiles, problems: ProblemList): Promise<Checkpoint | null> {
  try {
    const checkpoint = await files.checkpoint();
    if (checkpoint === null) {
      problems.add('checkpoint-missing', 'There is no checkpoint: nothing vouches for this log.', {
        file: 'checkpoint',
      });
    }
    return checkpoint;
  } catch (error) {
    problems.add('checkpoint-malformed', lineOf(error), { file: 'checkpoint' });
    return null;
  }
}

async function readKey(files: LogFiles, given: string | undefined, problems: ProblemList): Promise<VerifierKey | null> {
  try {
    const text = given ?? (await files.text('key.pub'));
    if (text !== null) return parseVerifierKey(text.trim());
    problems.add('checkpoint-signature', "The log's key is missing, so its signature cannot be checked.", {
      file: 'key.pub',
    });
  } catch (error) {
    problems.add('checkpoint-signature', `The log's key cannot be used. ${lineOf(error)}`, {
      file: given === undefined ? 'key.pub' : null,
    });
  }
  return null;
}

/** What the store names, and of the tree's view what the store does not name already. */
function reportDifferences(
  byStore: Alignment | null,
  byTiles: Alignment,
  rootHolds: boolean,
  size: number,
  problems: ProblemList,
): void {
  const named = new Set<string>();
  const add = ({ kind, index, id, message }: Difference): void => problems.add(kind, message, { index, id });
  for (const difference of describeDifferences(byStore?.stretches ?? [], 'the store')) {
    named.add(`${difference.kind} ${difference.index}`);
    add(difference);
  }
  for (const difference of describeDifferences(byTiles.stretches, 'the tree')) {
    const { kind, index } = difference;
    if (named.has(`${kind} ${index}`)) continue;
    if (!rootHolds) add(difference);
    else {
      // The entries are those that were signed: it is the tile that was changed.
      const tile = Math.floor(index / TILE_WIDTH);
      const file = tilePath(0, tile, tileWidth(size, 0, tile));
      problems.add('tile-wrong', `The hash of entry ${index} is wrong.`, { index, file });
    }
  }
  problems.skip((byStore?.dropped ?? 0) + byTiles.dropped);
}

/**
 * Records that the store knows and that the checkpoint does not cover: while a gateway writes, or after it was killed,
 * they wait in the journal, or have come into the tree since.
 */
async function reportBeyond(
  { beyond }: Alignment,
  directory: string,
  files: LogFiles,
  problems: ProblemList,
): Promise<void> {
  if (beyond.length === 0) return;
  // In this order: an entry leaves the journal only when a checkpoint covers it.
  const waiting = new Map<number, string>();
  try {
    for (const { index, leafInput } of readJournal(directory).entries)
      waiting.set(index, hashLeafInput(leafInput).toString('hex'));
  } catch (error) {
    problems.add('journal-damaged', lineOf(error));
  }
  const now = (await files.checkpoint().catch(() => null))?.size ?? 0;
  for (const { index, id, leaf } of beyond) {
    const found =
      waiting.get(index) ??
      (index < now
        ? await files.entry(index, now).then(
            (entry) => leafHash(entry).toString('hex'),
            () => null,
          )
        : null);
    if (found === leaf) continue;
    if (found === null) {
      problems.add('entry-removed', 'The store knows this record; the log ends before it.', { index, id });
    } else {
      problems.add('entry-changed', 'The record is not the one that the store remembers.', { index, id });
    }
  }
}

async function checkSince(
  then: Checkpoint,
  now: Checkpoint,
  key: VerifierKey | null,
  files: LogFiles,
  problems: ProblemList,
): Promise<void> {
  const verdict = key === null ? null : verifyCheckpoint(then, [key]);
  if (verdict?.status === 'failed') {
    problems.add('checkpoint-signature', `The saved checkpoint is not signed by the log's key. ${verdict.reason}`);
    return;
  }
  if (then.size > now.size) {
    problems.add('rolled-back', `The saved checkpoint has ${then.size} entries, the log only ${now.size}.`, {
      index: now.size,
    });
    return;
  }
  const proof = await Promise.all(
    consistencyRanges(then.size, now.size).map((range) => files.hashOf(range, now.size)),
  ).catch(() => null);
  if (proof === null || !verifyConsistency(then.size, now.size, then.root, now.root, proof)) {
    problems.add(
      'forked',
      `The log is not an extension of the saved checkpoint of ${then.size} entries: what came before it was changed.`,
    );
  }
}

/** What the entry says of itself. An exchange has an id and no type; other records are not in the store. */
function identify(entry: Buffer | undefined): RecordIdentity {
  if (entry === undefined) return { id: null, kept: false };
  try {
    const value: unknown = JSON.parse(entry.toString('utf8'));
    const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : null;
    return typeof id === 'string' ? { id, kept: !Object.hasOwn(Object(value), 'type') } : { id: null, kept: false };
  } catch {
    return { id: null, kept: false };
  }
}
