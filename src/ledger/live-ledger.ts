import { Fault } from '../core/fault.ts';
import { signCheckpoint } from './checkpoint.ts';
import { type LogEnd, type Pending, growTree } from './grow-tree.ts';
import type { Journal } from './journal.ts';
import type { Appended, Checkpoint, LeftOpen, Ledger } from './ledger.ts';
import type { LogFiles } from './log-files.ts';
import { consistencyRanges, hashLeafInput, inclusionRanges } from './merkle.ts';
import type { SignerKey } from './note-key.ts';
import { MAX_ENTRY_BYTES, TILE_WIDTH, tooLong } from './tiles.ts';
import { formatTlogProof } from './tlog-proof.ts';

export interface LedgerOptions {
  readonly directory: string;
  readonly origin: string;
  /** `batch`: `append` is synchronous and durable against the death of the process; `always`: also against power loss. */
  readonly sync: 'batch' | 'always';
  /** Milliseconds between two integrations: fsync, tiles, checkpoint. */
  readonly syncMillis: number;
}

/** This many entries are integrated without waiting for the timer. */
const EAGER = 2048;
/** A failed integration is tried again after this time, or `syncMillis` when that is longer. */
const RETRY_MILLIS = 250;

export interface LedgerParts {
  readonly options: LedgerOptions;
  readonly files: LogFiles;
  readonly signer: SignerKey;
  /** Its note is empty when nothing was signed yet. */
  readonly checkpoint: Checkpoint;
  readonly end: LogEnd;
  readonly journal: Journal;
  readonly unlock: () => void;
  readonly interrupted: readonly LeftOpen[];
}

/** The log while a process holds it. Made by `openLedger`. */
export class LiveLedger implements Ledger {
  readonly origin: string;
  readonly verifierKey: string;
  readonly interrupted: readonly LeftOpen[];
  readonly #parts: LedgerParts;
  #end: LogEnd;
  #checkpoint: Checkpoint;
  /** Entries behind the checkpoint, in order. */
  #pending: Pending[] = [];
  #timer: NodeJS.Timeout | null = null;
  #integrating: Promise<void> | null = null;
  #syncing: Promise<void> | null = null;
  #syncNext: Promise<void> | null = null;
  /** Why entries are refused: the last integration, or fsync, failed. */
  #broken: unknown = null;
  #closing: Promise<void> | null = null;
  /** The full bundle that was read last: entries are often read in order. */
  #recent: { readonly bundle: number; readonly entries: readonly Buffer[] } | null = null;
  /** Files that the current checkpoint has no use for; the one before it may still be read. */
  #superseded: readonly string[] = [];

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.origin = parts.options.origin;
    this.verifierKey = parts.signer.verifier.text;
    this.interrupted = parts.interrupted;
    this.#end = parts.end;
    this.#checkpoint = parts.checkpoint;
  }

  get size(): number {
    return this.#checkpoint.size + this.#pending.length;
  }

  /** Takes an entry from the journal of a dead process. */
  recover(index: number, leafInput: Buffer): void {
    if (index < this.size) return;
    if (index > this.size) {
      throw new Fault('ERR_LEDGER_INVALID', `The journal jumps from entry ${this.size - 1} to entry ${index}.`, {
        where: this.#parts.options.directory,
        hint: 'A part of the journal is missing or damaged; restore the ledger from a backup.',
      });
    }
    this.#pending.push({ entry: leafInput.subarray(1), leaf: hashLeafInput(leafInput) });
  }

  append(entry: Uint8Array, closes?: number): Appended | Promise<Appended> {
    this.#assertOpen();
    if (entry.length > MAX_ENTRY_BYTES) throw new Fault('ERR_LEDGER', tooLong(entry.length));
    if (this.#broken !== null) {
      throw new Fault('ERR_LEDGER', 'The ledger could not be written and takes no entries until it can.', {
        where: this.#parts.options.directory,
        hint: 'Look at the free space and the state of the disk.',
        retryAfter: 1,
        cause: this.#broken,
      });
    }
    const index = this.size;
    const leafInput = this.#parts.journal.append(index, entry, closes);
    const leaf = hashLeafInput(leafInput);
    this.#pending.push({ entry: leafInput.subarray(1), leaf });
    this.#schedule();
    const appended = { index, leaf: leaf.toString('hex') };
    return this.#parts.options.sync === 'batch' ? appended : this.#synced().then(() => appended);
  }

  open(note: Uint8Array): number {
    this.#assertOpen();
    return this.#parts.journal.openNote(note);
  }

  closeNote(ticket: number): void {
    this.#assertOpen();
    this.#parts.journal.closeNote(ticket);
  }

  async flush(): Promise<Checkpoint> {
    // Only what was there at the call: under load there is always more.
    const size = this.size;
    while (this.#checkpoint.size < size || this.#checkpoint.note === '') {
      const joined = this.#integrating !== null;
      try {
        await this.#integrate();
      } catch (error) {
        // One that began earlier says nothing about now.
        if (!joined) throw error;
      }
    }
    return this.#checkpoint;
  }

  checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  async entry(index: number): Promise<Uint8Array> {
    this.#assertIndex(index);
    const { size } = this.#checkpoint;
    if (index >= size) return this.#pending[index - size]!.entry;
    const bundle = Math.floor(index / TILE_WIDTH);
    const within = index % TILE_WIDTH;
    if (bundle === Math.floor(size / TILE_WIDTH)) return this.#end.tail[within]!;
    if (this.#recent?.bundle === bundle) return this.#recent.entries[within]!;
    const entries = await this.#parts.files.entries(bundle, size, TILE_WIDTH);
    this.#recent = { bundle, entries };
    return entries[within]!;
  }

  async inclusionProof(index: number): ReturnType<Ledger['inclusionProof']> {
    this.#assertIndex(index);
    if (index >= this.#checkpoint.size) await this.flush();
    const checkpoint = this.#checkpoint;
    const hashes = await this.#hashes(inclusionRanges(index, checkpoint.size), checkpoint.size);
    return { hashes, checkpoint, text: formatTlogProof({ index, hashes, checkpoint, extra: null }) };
  }

  async consistencyProof(from: number, to: number): Promise<readonly Uint8Array[]> {
    const valid = Number.isSafeInteger(from) && Number.isSafeInteger(to) && 0 <= from && from <= to && to <= this.size;
    if (!valid) {
      throw new Fault(
        'ERR_NOT_FOUND',
        `There is no consistency proof from ${from} to ${to}: the log has ${this.size} entries.`,
      );
    }
    if (to > this.#checkpoint.size) await this.flush();
    return this.#hashes(consistencyRanges(from, to), this.#checkpoint.size);
  }

  /** @throws Fault `ERR_LEDGER` when the last entries could not be integrated: they stay in the journal. */
  close(): Promise<void> {
    this.#closing ??= this.flush().then(
      () => this.#release(),
      async (error: unknown) => {
        await this.#release();
        throw error;
      },
    );
    return this.#closing;
  }

  /** Lets go of the directory and leaves everything in it as it is. */
  abandon(): Promise<void> {
    this.#closing ??= this.#release();
    return this.#closing;
  }

  async #release(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#integrating?.catch(() => {});
    await this.#syncing?.catch(() => {});
    this.#parts.journal.close();
    this.#parts.unlock();
  }

  #hashes(ranges: readonly { from: number; to: number }[], size: number): Promise<Uint8Array[]> {
    return Promise.all(ranges.map((range) => this.#parts.files.hashOf(range, size)));
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw new Fault('ERR_LEDGER', 'The ledger is closed.');
  }

  #assertIndex(index: number): void {
    if (Number.isSafeInteger(index) && index >= 0 && index < this.size) return;
    throw new Fault('ERR_NOT_FOUND', `There is no entry ${index}: the log has ${this.size} entries.`);
  }

  #schedule(): void {
    if (this.#closing !== null) return;
    if (this.#pending.length >= EAGER && this.#integrating === null && this.#broken === null) {
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#timer = null;
      this.#integrate().catch(() => {});
      return;
    }
    if (this.#timer !== null) return;
    const { syncMillis } = this.#parts.options;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        // A failure is kept in `#broken` and schedules the next attempt.
        this.#integrate().catch(() => {});
      },
      this.#broken === null ? syncMillis : Math.max(syncMillis, RETRY_MILLIS),
    );
    this.#timer.unref();
  }

  /** Resolves when everything appended before the call is on the disk; calls share one fsync. */
  #synced(): Promise<void> {
    if (this.#syncing === null) return this.#startSync();
    // The one that runs may have begun before this entry was written.
    this.#syncNext ??= this.#syncing
      .catch(() => {})
      .then(() => {
        this.#syncNext = null;
        return this.#startSync();
      });
    return this.#syncNext;
  }

  #startSync(): Promise<void> {
    const sync = this.#parts.journal.sync().catch((error: unknown) => {
      this.#broken = error;
      this.#schedule();
      throw error;
    });
    const running = sync.finally(() => {
      if (this.#syncing === running) this.#syncing = null;
    });
    this.#syncing = running;
    return running;
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
                hint: 'Look at the free space and the state of the disk.',
                cause: error,
              });
        },
      )
      .finally(() => {
        this.#integrating = null;
        if (this.#pending.length > 0 || this.#broken !== null) this.#schedule();
      });
    return this.#integrating;
  }

  /** Entries, then hashes, then the checkpoint that vouches for both, each durable before the next. */
  async #bringIn(): Promise<void> {
    const { files, journal, signer } = this.#parts;
    const batch = [...this.#pending];
    const closed = journal.rotate();
    const { edge, tail, superseded } = await growTree(files, this.#end, batch);
    const checkpoint = signCheckpoint(this.origin, edge.size, edge.root(), signer);
    await files.write([{ name: 'checkpoint', bytes: checkpoint.note }]);
    this.#end = { edge, tail };
    this.#checkpoint = checkpoint;
    this.#pending = this.#pending.slice(batch.length);

    // The notes that were carried into the new segment must be as durable as those that go.
    if (journal.hasNotes) await journal.syncCurrent();
    journal.drop(closed);
    const gone = this.#superseded;
    this.#superseded = superseded;
    for (const name of gone) await files.remove(name);
  }
}
