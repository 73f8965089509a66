import { readFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../core/fault.ts';
import { assertOrigin, signCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { lockDirectory } from './directory-lock.ts';
import { Journal } from './journal.ts';
import type { Appended, Checkpoint, Ledger } from './ledger.ts';
import { LogFiles } from './log-files.ts';
import { EMPTY_ROOT, consistencyRanges, inclusionRanges, leafHash } from './merkle.ts';
import { type SignerKey, generateSignerKey, parseSignerKey } from './note-key.ts';
import {
  MAX_ENTRY_BYTES,
  TILE_WIDTH,
  decodeBundle,
  encodeBundle,
  levelCount,
  tilePath,
  tileWidth,
  tooLong,
} from './tiles.ts';
import { writeTlogProof } from './tlog-proof.ts';
import { TreeEdge } from './tree-edge.ts';

export interface LedgerOptions {
  readonly directory: string;
  readonly origin: string;
  /** `batch`: `append` is synchronous and durable against the death of the process; `always`: also against power loss. */
  readonly sync: 'batch' | 'always';
  /** Milliseconds between two integrations: fsync, tiles, checkpoint. */
  readonly syncMillis: number;
}

/** Entries that are integrated at once without waiting for the timer. */
const EAGER = 2048;

interface Pending {
  readonly entry: Buffer;
  readonly leaf: Buffer;
}

/**
 * Opens the log of a directory, creating it at first use, and brings in what a dead process left in the journal.
 * @throws Fault `ERR_LEDGER` (in use, not writable), `ERR_LEDGER_INVALID` (damaged), `ERR_CONFIG` (another origin).
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  assertOrigin(options.origin);
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(options.directory);
  try {
    const files = new LogFiles(options.directory);
    const signer = await loadKey(files, options);
    const checkpoint = await loadCheckpoint(files, signer, options.origin);
    const edge = await loadEdge(files, checkpoint.size);
    const tail = await loadTail(files, checkpoint.size);
    const { journal, replayed } = Journal.open(options.directory);
    const log = new OpenLedger({
      options,
      files,
      signer,
      checkpoint,
      edge,
      tail,
      journal,
      unlock,
      notes: replayed.notes,
    });
    for (const { index, bytes } of replayed.entries) log.recover(index, bytes);
    await log.flush();
    return log;
  } catch (error) {
    unlock();
    throw error;
  }
}

interface Parts {
  readonly options: LedgerOptions;
  readonly files: LogFiles;
  readonly signer: SignerKey;
  readonly checkpoint: Checkpoint;
  readonly edge: TreeEdge;
  /** Entries of the unfinished bundle. */
  readonly tail: readonly Buffer[];
  readonly journal: Journal;
  readonly unlock: () => void;
  readonly notes: readonly Uint8Array[];
}

class OpenLedger implements Ledger {
  readonly origin: string;
  readonly verifierKey: string;
  readonly interrupted: readonly Uint8Array[];
  readonly #parts: Parts;
  #edge: TreeEdge;
  #tail: Buffer[];
  #checkpoint: Checkpoint;
  /** Entries behind the checkpoint, in order. */
  #pending: Pending[] = [];
  #timer: NodeJS.Timeout | null = null;
  #integrating: Promise<void> | null = null;
  #syncing: Promise<void> | null = null;
  #syncAgain: Promise<void> | null = null;
  /** Why entries are refused: the last integration failed. */
  #broken: unknown = null;
  #closed = false;
  /** Tickets of notes that a dead process left; they go with the first checkpoint after their records were appended. */
  #left: readonly number[];
  #obsolete: string[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.origin = parts.options.origin;
    this.verifierKey = parts.signer.verifier.text;
    this.interrupted = parts.notes;
    this.#edge = parts.edge;
    this.#tail = [...parts.tail];
    this.#checkpoint = parts.checkpoint;
    this.#left = parts.journal.leftOpen;
  }

  get size(): number {
    return this.#checkpoint.size + this.#pending.length;
  }

  /** An entry found in the journal of a dead process. */
  recover(index: number, entry: Buffer): void {
    if (index < this.size) return;
    if (index > this.size) {
      throw new Fault('ERR_LEDGER_INVALID', `The journal jumps from entry ${this.size - 1} to entry ${index}.`, {
        hint: 'A segment of the journal is missing; restore it from a backup.',
      });
    }
    this.#pending.push({ entry, leaf: leafHash(entry) });
  }

  append(entry: Uint8Array): Appended | Promise<Appended> {
    if (this.#closed) throw new Fault('ERR_LEDGER', 'The ledger is closed.');
    if (entry.length > MAX_ENTRY_BYTES) throw new Fault('ERR_LEDGER', tooLong(entry.length));
    if (this.#broken !== null) {
      throw new Fault('ERR_LEDGER', 'The ledger could not be written and takes no entries until it can.', {
        cause: this.#broken,
      });
    }
    const bytes = Buffer.from(entry);
    const index = this.size;
    this.#parts.journal.append(index, bytes);
    const leaf = leafHash(bytes);
    this.#pending.push({ entry: bytes, leaf });
    this.#schedule();
    const appended = { index, leaf: leaf.toString('hex') };
    return this.#parts.options.sync === 'batch' ? appended : this.#synced().then(() => appended);
  }

  open(note: Uint8Array): number {
    return this.#parts.journal.openNote(note);
  }

  closeNote(ticket: number): void {
    this.#parts.journal.closeNote(ticket);
  }

  async flush(): Promise<Checkpoint> {
    // An integration that runs does not see what came after it began.
    while (this.#pending.length > 0 || this.#checkpoint.note === '' || this.#integrating !== null)
      await this.#integrate();
    return this.#checkpoint;
  }

  checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  async entry(index: number): Promise<Uint8Array> {
    this.#assertIndex(index);
    const waiting = this.#pending[index - this.#checkpoint.size];
    return waiting === undefined ? this.#parts.files.entry(index, this.#checkpoint.size) : waiting.entry;
  }

  async inclusionProof(index: number): ReturnType<Ledger['inclusionProof']> {
    this.#assertIndex(index);
    if (index >= this.#checkpoint.size) await this.flush();
    const checkpoint = this.#checkpoint;
    const hashes = await this.#hashes(inclusionRanges(index, checkpoint.size), checkpoint.size);
    return { hashes, checkpoint, text: writeTlogProof({ index, hashes, checkpoint: checkpoint.note }) };
  }

  async consistencyProof(from: number, to: number): Promise<readonly Uint8Array[]> {
    if (to > this.#checkpoint.size) await this.flush();
    if (!Number.isSafeInteger(from) || from < 0 || from > to || to > this.#checkpoint.size) {
      throw new Fault(
        'ERR_NOT_FOUND',
        `There is no consistency proof from ${from} to ${to}: the log has ${this.#checkpoint.size} entries.`,
      );
    }
    return this.#hashes(consistencyRanges(from, to), this.#checkpoint.size);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    try {
      await this.flush();
    } finally {
      this.#parts.journal.close();
      this.#parts.unlock();
    }
  }

  #hashes(ranges: readonly { from: number; to: number }[], size: number): Promise<Uint8Array[]> {
    return Promise.all(ranges.map((range) => this.#parts.files.hashOf(range, size)));
  }

  #assertIndex(index: number): void {
    if (Number.isSafeInteger(index) && index >= 0 && index < this.size) return;
    throw new Fault('ERR_NOT_FOUND', `There is no entry ${index}: the log has ${this.size} entries.`);
  }

  #schedule(): void {
    if (this.#timer !== null) return;
    const soon = this.#pending.length >= EAGER ? 0 : this.#parts.options.syncMillis;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#integrate().catch(() => this.#schedule());
    }, soon);
    this.#timer.unref();
  }

  /** Resolves when everything appended before the call is on the disk; calls share one fsync. */
  #synced(): Promise<void> {
    if (this.#syncing === null) {
      this.#syncing = this.#parts.journal.sync().finally(() => {
        this.#syncing = this.#syncAgain;
        this.#syncAgain = null;
      });
      return this.#syncing;
    }
    // The one that runs may have begun before this entry was written.
    const running = this.#syncing;
    this.#syncAgain ??= running.catch(() => {}).then(() => this.#parts.journal.sync());
    return this.#syncAgain;
  }

  #integrate(): Promise<void> {
    this.#integrating ??= this.#bringIn()
      .then(
        () => {
          this.#broken = null;
        },
        (error: unknown) => {
          this.#broken = error;
          throw error instanceof Fault
            ? error
            : new Fault('ERR_LEDGER', 'The ledger cannot be written.', {
                where: this.#parts.options.directory,
                cause: error,
              });
        },
      )
      .finally(() => {
        this.#integrating = null;
        if (this.#pending.length > 0 && !this.#closed) this.#schedule();
      });
    return this.#integrating;
  }

  /**
   * Entries first, then hashes, then the checkpoint that vouches for both, each durable before the next. A crash in
   * between leaves files of a tree that no checkpoint names yet, which the next integration writes again.
   */
  async #bringIn(): Promise<void> {
    const { files, journal, signer } = this.#parts;
    const batch = [...this.#pending];
    if (batch.length === 0 && this.#checkpoint.note !== '') return;
    const left = this.#left;
    const closed = journal.rotate();

    const edge = this.#edge.clone();
    const from = this.#checkpoint.size;
    let bundle = [...this.#tail];
    let index = Math.floor(from / TILE_WIDTH);
    for (const { entry } of batch) {
      bundle.push(entry);
      if (bundle.length < TILE_WIDTH) continue;
      await files.write(tilePath('entries', index), encodeBundle(bundle));
      this.#obsolete.push(`${tilePath('entries', index)}.p`);
      bundle = [];
      index += 1;
    }
    if (bundle.length > 0) await files.write(tilePath('entries', index, bundle.length), encodeBundle(bundle));

    const full: { level: number; index: number; hashes: Buffer }[] = [];
    for (const { leaf } of batch) edge.append(leaf, (level, tile, hashes) => full.push({ level, index: tile, hashes }));
    for (const tile of full) {
      await files.write(tilePath(tile.level, tile.index), tile.hashes);
      this.#obsolete.push(`${tilePath(tile.level, tile.index)}.p`);
    }
    for (let level = 0; level < levelCount(edge.size); level += 1) {
      const tile = Math.floor(edge.size / TILE_WIDTH ** level / TILE_WIDTH);
      const width = tileWidth(edge.size, level, tile);
      if (width > 0 && width < TILE_WIDTH) await files.write(tilePath(level, tile, width), edge.partialTile(level));
    }

    const checkpoint = signCheckpoint(this.origin, edge.size, edge.root(), signer);
    await files.write('checkpoint', checkpoint.note);

    const superseded = partialsOf(from, edge.size);
    this.#edge = edge;
    this.#tail = bundle;
    this.#checkpoint = checkpoint;
    this.#pending = this.#pending.slice(batch.length);
    // Notes of a dead process: the caller has appended their records by now, or had none to append.
    if (batch.length > 0 && left.length > 0) {
      for (const ticket of left) journal.closeNote(ticket);
      this.#left = [];
    }
    journal.drop(closed);
    // A reader may still hold the last checkpoint: what it names goes one integration later.
    const gone = this.#obsolete;
    this.#obsolete = superseded;
    for (const name of gone) await files.remove(name);
  }
}

/** Names of the partial tiles of a tree of `size` leaves that a tree of `next` leaves has no use for. */
function partialsOf(size: number, next: number): string[] {
  const names: string[] = [];
  for (let level = 0; level < levelCount(size); level += 1) {
    const index = Math.floor(size / TILE_WIDTH ** level / TILE_WIDTH);
    const width = tileWidth(size, level, index);
    if (width === 0 || width === TILE_WIDTH || width === tileWidth(next, level, index)) continue;
    names.push(tilePath(level, index, width));
    if (level === 0) names.push(tilePath('entries', index, width));
  }
  return names;
}

async function loadKey(files: LogFiles, { directory, origin }: LedgerOptions): Promise<SignerKey> {
  let text: string | null = null;
  try {
    text = await readFile(join(directory, 'key'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new Fault('ERR_LEDGER', "The ledger's key cannot be read.", {
        where: join(directory, 'key'),
        cause: error,
      });
    }
  }
  if (text !== null) return parseSignerKey(text.trim());
  const key = generateSignerKey(origin);
  await files.write('key', `${key.text}\n`);
  await files.write('key.pub', `${key.verifier.text}\n`);
  return key;
}

async function loadCheckpoint(files: LogFiles, signer: SignerKey, origin: string): Promise<Checkpoint> {
  const checkpoint = await files.checkpoint();
  if (checkpoint === null) return { origin, size: 0, root: EMPTY_ROOT, note: '' };
  if (checkpoint.origin !== origin) {
    throw new Fault('ERR_CONFIG', `The ledger on the disk is that of "${checkpoint.origin}", not of "${origin}".`, {
      where: 'ledger.origin',
      hint: 'Keep the old origin, or begin a new ledger in another state directory.',
    });
  }
  const verdict = verifyCheckpoint(checkpoint, [signer.verifier]);
  if (verdict.status === 'failed') {
    throw new Fault('ERR_LEDGER_INVALID', `The ledger's checkpoint is not signed by its key: ${verdict.reason}.`, {
      hint: 'Run `parapet audit verify`, and restore the ledger from a backup.',
    });
  }
  return checkpoint;
}

async function loadEdge(files: LogFiles, size: number): Promise<TreeEdge> {
  const partials: Buffer[] = [];
  for (let level = 0; level < levelCount(size); level += 1) {
    const index = Math.floor(size / TILE_WIDTH ** level / TILE_WIDTH);
    partials.push(tileWidth(size, level, index) === 0 ? Buffer.alloc(0) : await files.tile(level, index, size));
  }
  return TreeEdge.fromTiles(size, (level) => partials[level]!);
}

async function loadTail(files: LogFiles, size: number): Promise<readonly Buffer[]> {
  const width = size % TILE_WIDTH;
  if (width === 0) return [];
  const index = Math.floor(size / TILE_WIDTH);
  const decoded = decodeBundle(await files.tile('entries', index, size), width);
  if (!decoded.ok)
    throw new Fault('ERR_LEDGER_INVALID', 'A bundle of entries is cut short.', { where: tilePath('entries', index) });
  return decoded.entries;
}
