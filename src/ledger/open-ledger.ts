import { mkdirSync } from 'node:fs';
import { Fault, isFault } from '../core/fault.ts';
import { assertOrigin, verifyCheckpoint } from './checkpoint.ts';
import { lockDirectory } from './directory-lock.ts';
import type { LogEnd } from './grow-tree.ts';
import { Journal } from './journal.ts';
import type { Checkpoint, Ledger } from './ledger.ts';
import { type LedgerOptions, LiveLedger } from './live-ledger.ts';
import { LogFiles } from './log-files.ts';
import { loadLogKey } from './log-key.ts';
import { EMPTY_ROOT, HASH_BYTES, equalHashes, leafHash } from './merkle.ts';
import type { SignerKey } from './note-key.ts';
import { TILE_WIDTH, levelCount, tileWidth } from './tiles.ts';
import { TreeEdge } from './tree-edge.ts';

const RESTORE = 'Run `parapet audit verify` to see what is wrong, and restore the ledger from a backup.';

/**
 * Opens the log of a directory, creating it at first use, and brings in what a dead process left in the journal. The
 * end of the log is checked against its signed root, so that a log that was changed there is not continued; everything
 * before it is the matter of `verifyLedger`.
 * @throws Fault `ERR_LEDGER` (in use, not writable), `ERR_LEDGER_INVALID` (damaged), `ERR_CONFIG` (another origin).
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  assertOrigin(options.origin);
  makeDirectory(options.directory);
  const unlock = lockDirectory(options.directory);
  let journal: Journal | null = null;
  let ledger: LiveLedger | null = null;
  try {
    const files = new LogFiles(options.directory);
    const last = await files.checkpoint();
    const signer = await loadLogKey(files, options.directory, options.origin, last === null);
    if (last !== null) assertOwn(last, signer, options.origin);
    const checkpoint = last ?? { origin: options.origin, size: 0, root: EMPTY_ROOT, note: '' };
    const end = await loadEnd(files, checkpoint);
    const opened = Journal.open(options.directory);
    journal = opened.journal;
    const interrupted = [...opened.replayed.notes.values()];
    ledger = new LiveLedger({ options, files, signer, checkpoint, end, journal, unlock, interrupted });
    for (const { index, leafInput } of opened.replayed.entries) ledger.recover(index, leafInput);
    await ledger.flush();
    return ledger;
  } catch (error) {
    // It would try again by itself, and another may hold the directory by then.
    await ledger?.abandon();
    journal?.close();
    unlock();
    throw asFault(error, options.directory);
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw asFault(error, directory);
  }
}

function asFault(error: unknown, where: string): Fault {
  if (isFault(error)) return error;
  return new Fault('ERR_LEDGER', 'The ledger cannot be opened.', {
    where,
    hint: 'Look at the permissions, the free space and the state of the disk.',
    cause: error,
  });
}

function assertOwn(checkpoint: Checkpoint, signer: SignerKey, origin: string): void {
  if (checkpoint.origin !== origin) {
    throw new Fault('ERR_CONFIG', `The ledger on the disk is that of "${checkpoint.origin}", not of "${origin}".`, {
      where: 'ledger.origin',
      hint: 'Keep the old origin, or begin a new ledger in another state directory.',
    });
  }
  const verdict = verifyCheckpoint(checkpoint, [signer.verifier]);
  if (verdict.status === 'verified') return;
  throw new Fault('ERR_LEDGER_INVALID', `The ledger's checkpoint is not signed by its key: ${verdict.reason}`, {
    where: 'checkpoint',
    hint: RESTORE,
  });
}

/** @throws Fault `ERR_LEDGER_INVALID` when it is not the end of the tree that the checkpoint signs. */
async function loadEnd(files: LogFiles, { size, root }: Checkpoint): Promise<LogEnd> {
  const partials: Buffer[] = [];
  for (let level = 0; level < levelCount(size); level += 1) {
    const index = Math.floor(size / TILE_WIDTH ** (level + 1));
    partials.push(tileWidth(size, level, index) === 0 ? Buffer.alloc(0) : await files.hashes(level, index, size));
  }
  const edge = TreeEdge.fromTiles(size, (level) => partials[level]!);
  if (!equalHashes(edge.root(), root)) {
    throw new Fault('ERR_LEDGER_INVALID', 'The end of the ledger is not the one that its checkpoint signs.', {
      where: 'tile/',
      hint: RESTORE,
    });
  }
  const width = size % TILE_WIDTH;
  const tail = width === 0 ? [] : await files.entries(Math.floor(size / TILE_WIDTH), size, width);
  tail.forEach((entry, at) => {
    if (equalHashes(leafHash(entry), partials[0]!.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES))) return;
    throw new Fault('ERR_LEDGER_INVALID', `Entry ${size - width + at} is not the one that was signed.`, {
      where: 'tile/entries/',
      hint: RESTORE,
    });
  });
  return { edge, tail };
}
