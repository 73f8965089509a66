import { closeSync, ftruncateSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../core/fault.ts';
import {
  type Replayed,
  NO_TICKET,
  emptyReplay,
  encodeEntry,
  encodeNote,
  encodeNoteClosed,
  replayInto,
} from './journal-record.ts';

const SEGMENT = /^journal\.(\d{12})$/;

/**
 * Where entries wait until they are in the tree. Each record is one `write(2)`, so that it survives the death of the
 * process once `append` returned; a torn record at the end is what a power loss may leave and is dropped.
 *
 * The journal is a row of segments. `rotate` begins a new one, so that the old ones can be deleted when their entries
 * are in the tree, without a pause.
 */
export class Journal {
  readonly #directory: string;
  readonly #notes = new Map<number, Buffer>();
  #segment: number;
  /** -1 when closed: the number of a closed descriptor may be that of another file by now. */
  #fd: number;
  /** Bytes of whole records in the current segment. */
  #length = 0;
  /** Entries in the current segment. */
  #entries = 0;
  /** Half a record stands behind `#length`. */
  #torn = false;
  /** The current segment does not hold all open notes yet. */
  #carry = false;
  #ticket = NO_TICKET;
  /** Segments before the current one, oldest first. */
  #older: readonly number[];
  /** Segments with records that may not be on the disk. */
  readonly #unsynced = new Set<number>();
  /** Segments whose fsync failed. */
  readonly #doubtful = new Set<number>();
  /** The directory may not name the current segment yet. */
  #unlisted = true;
  #turn: Promise<void> = Promise.resolve();

  private constructor(directory: string, older: readonly number[]) {
    this.#directory = directory;
    this.#older = older;
    this.#segment = (older.at(-1) ?? 0) + 1;
    this.#fd = openSync(this.#path(this.#segment), 'ax', 0o600);
  }

  /** Reads what is there and opens a new segment behind it. Nothing is deleted before `drop`. */
  static open(directory: string): { readonly journal: Journal; readonly replayed: Replayed } {
    const older = segmentsOf(directory);
    const replayed = readJournal(directory);
    const journal = new Journal(directory, older);
    try {
      for (const { ticket, note } of replayed.notes.values()) {
        journal.#notes.set(ticket, note);
        journal.#ticket = Math.max(journal.#ticket, ticket);
      }
      journal.#carry = true;
      journal.#carryNotes();
    } catch (error) {
      journal.close();
      throw error;
    }
    return { journal, replayed };
  }

  get hasNotes(): boolean {
    return this.#notes.size > 0;
  }

  /**
   * Writes an entry and, with it, that the note `closes` is closed: both or neither.
   * @returns a zero byte and the entry: what RFC 6962 §2.1 hashes as its leaf.
   * @throws Fault `ERR_LEDGER`: the entry is not in the journal, and nothing of it is.
   */
  append(index: number, entry: Uint8Array, closes: number = NO_TICKET): Buffer {
    const { record, leafInput } = encodeEntry(index, entry, closes);
    this.#write(record);
    this.#entries += 1;
    if (closes !== NO_TICKET) this.#notes.delete(closes);
    return leafInput;
  }

  openNote(note: Uint8Array): number {
    const ticket = this.#ticket + 1;
    const bytes = Buffer.from(note);
    this.#write(encodeNote(ticket, bytes));
    this.#ticket = ticket;
    this.#notes.set(ticket, bytes);
    return ticket;
  }

  closeNote(ticket: number): void {
    if (!this.#notes.has(ticket)) return;
    this.#write(encodeNoteClosed(ticket));
    this.#notes.delete(ticket);
  }

  /** Begins a new segment with the open notes in it, if there are entries in this one. @returns the closed segments. */
  rotate(): readonly number[] {
    if (this.#entries > 0 || this.#doubtful.has(this.#segment)) {
      const next = this.#segment + 1;
      const fd = openSync(this.#path(next), 'ax', 0o600);
      closeSync(this.#fd);
      this.#fd = fd;
      this.#older = [...this.#older, this.#segment];
      this.#segment = next;
      this.#length = 0;
      this.#entries = 0;
      this.#torn = false;
      this.#carry = true;
      this.#unlisted = true;
    }
    this.#carryNotes();
    return this.#older;
  }

  /**
   * Makes everything written so far survive a power loss. After a failure it fails until the segment is dropped: the
   * kernel may have forgotten what it could not write, and the next fsync would not say so (fsync(2), "EIO").
   * @throws Fault `ERR_LEDGER`.
   */
  sync(): Promise<void> {
    return this.#syncInTurn(() => [...this.#unsynced]);
  }

  /** The same for the current segment alone. */
  syncCurrent(): Promise<void> {
    return this.#syncInTurn(() => [...this.#unsynced].filter((segment) => segment === this.#segment));
  }

  /** One after the other: what another call is about to make durable is not durable yet. */
  #syncInTurn(which: () => readonly number[]): Promise<void> {
    const turn = this.#turn.then(() => this.#syncSegments(which()));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #syncSegments(segments: readonly number[]): Promise<void> {
    const unlisted = this.#unlisted;
    for (const segment of segments) this.#unsynced.delete(segment);
    this.#unlisted = false;
    try {
      for (const segment of segments) {
        if (this.#doubtful.has(segment)) throw new Error('an earlier fsync failed');
        await syncFile(this.#path(segment), 'r+');
      }
      if (unlisted) await syncFile(this.#directory, 'r');
    } catch (cause) {
      for (const segment of segments) {
        this.#unsynced.add(segment);
        this.#doubtful.add(segment);
      }
      this.#unlisted ||= unlisted;
      throw new Fault('ERR_LEDGER', "The ledger's journal cannot be made durable.", {
        where: this.#directory,
        hint: 'Look at the state of the disk.',
        cause,
      });
    }
  }

  /** Deletes segments whose entries are in the tree. */
  drop(segments: readonly number[]): void {
    for (const segment of segments) {
      rmSync(this.#path(segment), { force: true });
      this.#unsynced.delete(segment);
      this.#doubtful.delete(segment);
    }
    this.#older = this.#older.filter((segment) => !segments.includes(segment));
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  #path(segment: number): string {
    return join(this.#directory, nameOf(segment));
  }

  #carryNotes(): void {
    if (!this.#carry) return;
    for (const [ticket, note] of this.#notes) this.#write(encodeNote(ticket, note));
    this.#carry = false;
  }

  #write(record: Buffer): void {
    if (this.#fd < 0) throw new Fault('ERR_LEDGER', 'The ledger is closed.');
    let written = 0;
    try {
      if (this.#torn) this.#cutTorn();
      while (written < record.length) {
        const bytes = writeSync(this.#fd, record, written, record.length - written);
        if (bytes === 0) throw new Error('write(2) took no bytes');
        written += bytes;
      }
    } catch (cause) {
      // Half a record would hide what follows it: it goes now, or before anything else is written.
      if (written > 0) {
        this.#torn = true;
        try {
          this.#cutTorn();
        } catch {
          // The disk refuses this too; `#torn` stands.
        }
      }
      throw new Fault('ERR_LEDGER', "The ledger's journal cannot be written.", {
        where: this.#path(this.#segment),
        hint: 'Look at the free space and the state of the disk.',
        cause,
      });
    }
    this.#length += record.length;
    this.#unsynced.add(this.#segment);
  }

  #cutTorn(): void {
    ftruncateSync(this.#fd, this.#length);
    this.#torn = false;
  }
}

/** What the journal of a directory holds, also while a process writes it. */
export function readJournal(directory: string): Replayed {
  const replayed = emptyReplay();
  for (const segment of segmentsOf(directory)) {
    const path = join(directory, nameOf(segment));
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch (cause) {
      // Its entries came into the tree between the listing and now.
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw new Fault('ERR_LEDGER', "The ledger's journal cannot be read.", { where: path, cause });
    }
    replayInto(replayed, bytes, path);
  }
  return replayed;
}

async function syncFile(path: string, flags: 'r' | 'r+'): Promise<void> {
  let file;
  try {
    file = await open(path, flags);
  } catch (error) {
    // A segment that was dropped: its entries are durable in the tree.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    await (flags === 'r' ? file.sync() : file.datasync());
  } finally {
    await file.close();
  }
}

function nameOf(segment: number): string {
  return `journal.${String(segment).padStart(12, '0')}`;
}

function segmentsOf(directory: string): number[] {
  return readdirSync(directory)
    .flatMap((name) => {
      const match = SEGMENT.exec(name);
      return match === null ? [] : [Number(match[1])];
    })
    .sort((a, b) => a - b);
}
