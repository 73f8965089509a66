import { closeSync, ftruncateSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { Fault } from '../core/fault.ts';

const SEGMENT = /^journal\.(\d{12})$/;
const HEADER_BYTES = 9;
const ENTRY = 1;
const NOTE = 2;
const NOTE_CLOSED = 3;

/** What a dead process left: entries in order, and notes that nobody closed. */
export interface Replayed {
  readonly entries: readonly { readonly index: number; readonly bytes: Buffer }[];
  readonly notes: readonly Buffer[];
}

/**
 * Where entries wait until they are in the tree. Each record is one `write(2)` of
 * `u32 length, u32 CRC-32, u8 kind, payload`, so that it survives the death of the process once `append` returned;
 * a torn record at the end is what a power loss may leave and is dropped.
 *
 * The journal is a row of segments. `rotate` begins a new one, so that the old ones can be deleted when their entries
 * are in the tree, without a pause.
 */
export class Journal {
  readonly #directory: string;
  readonly #notes = new Map<number, Buffer>();
  #segment: number;
  #fd: number;
  #length = 0;
  #ticket = 0;

  private constructor(directory: string, segment: number) {
    this.#directory = directory;
    this.#segment = segment;
    this.#fd = openSync(this.#path(segment), 'ax', 0o600);
  }

  /** Reads what is there and opens a new segment behind it. Nothing is deleted before `drop`. */
  static open(directory: string): { readonly journal: Journal; readonly replayed: Replayed } {
    const segments = segmentsOf(directory);
    const entries: { index: number; bytes: Buffer }[] = [];
    const notes = new Map<number, Buffer>();
    for (const segment of segments) replay(readFileSync(join(directory, nameOf(segment))), entries, notes);
    const journal = new Journal(directory, (segments.at(-1) ?? 0) + 1);
    journal.#ticket = Math.max(0, ...notes.keys()) + 1;
    // Notes that were left open stay on disk until the caller has made records of them.
    for (const [ticket, note] of notes) journal.#write(NOTE, ticketed(ticket, note));
    for (const [ticket, note] of notes) journal.#notes.set(ticket, note);
    return { journal, replayed: { entries, notes: [...notes.values()] } };
  }

  get leftOpen(): readonly number[] {
    return [...this.#notes.keys()];
  }

  /** @throws Fault `ERR_LEDGER`: the entry is not in the journal, and nothing of it is. */
  append(index: number, entry: Uint8Array): void {
    const payload = Buffer.allocUnsafe(6 + entry.length);
    payload.writeUIntBE(index, 0, 6);
    payload.set(entry, 6);
    this.#write(ENTRY, payload);
  }

  openNote(note: Uint8Array): number {
    const ticket = (this.#ticket += 1);
    const bytes = Buffer.from(note);
    this.#write(NOTE, ticketed(ticket, bytes));
    this.#notes.set(ticket, bytes);
    return ticket;
  }

  closeNote(ticket: number): void {
    if (this.#notes.delete(ticket)) this.#write(NOTE_CLOSED, ticketed(ticket, Buffer.alloc(0)));
  }

  /** Begins a new segment with the open notes in it. @returns the segments that are now closed. */
  rotate(): readonly number[] {
    const next = this.#segment + 1;
    const fd = openSync(this.#path(next), 'ax', 0o600);
    const old = this.#fd;
    this.#fd = fd;
    this.#segment = next;
    this.#length = 0;
    try {
      for (const [ticket, note] of this.#notes) this.#write(NOTE, ticketed(ticket, note));
    } finally {
      closeSync(old);
    }
    return segmentsOf(this.#directory).filter((segment) => segment < next);
  }

  /** Makes everything appended so far survive a power loss. */
  async sync(): Promise<void> {
    let file: FileHandle | null = null;
    try {
      file = await open(this.#path(this.#segment), 'r+');
      await file.datasync();
    } catch (cause) {
      throw new Fault('ERR_LEDGER', "The ledger's journal cannot be made durable.", { where: this.#directory, cause });
    } finally {
      await file?.close();
    }
  }

  /** Deletes segments whose entries are in the tree. */
  drop(segments: readonly number[]): void {
    for (const segment of segments) rmSync(this.#path(segment), { force: true });
  }

  close(): void {
    closeSync(this.#fd);
  }

  #path(segment: number): string {
    return join(this.#directory, nameOf(segment));
  }

  #write(kind: number, payload: Buffer): void {
    const record = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
    record.writeUInt32BE(payload.length, 0);
    record.writeUInt8(kind, 8);
    record.set(payload, HEADER_BYTES);
    record.writeUInt32BE(crc32(record.subarray(8)), 4);
    let written = 0;
    try {
      while (written < record.length) written += writeSync(this.#fd, record, written, record.length - written);
      this.#length += record.length;
    } catch (cause) {
      // Half a record would hide what follows it.
      if (written > 0) ftruncateSync(this.#fd, this.#length);
      throw new Fault('ERR_LEDGER', "The ledger's journal cannot be written.", {
        where: this.#path(this.#segment),
        hint: 'Look at the free space and the state of the disk.',
        cause,
      });
    }
  }
}

function replay(bytes: Buffer, entries: { index: number; bytes: Buffer }[], notes: Map<number, Buffer>): void {
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const end = at + HEADER_BYTES + length;
    if (end > bytes.length || crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32BE(at + 4)) return;
    const payload = bytes.subarray(at + HEADER_BYTES, end);
    switch (bytes.readUInt8(at + 8)) {
      case ENTRY:
        entries.push({ index: payload.readUIntBE(0, 6), bytes: payload.subarray(6) });
        break;
      case NOTE:
        notes.set(payload.readUIntBE(0, 6), payload.subarray(6));
        break;
      case NOTE_CLOSED:
        notes.delete(payload.readUIntBE(0, 6));
        break;
    }
    at = end;
  }
}

function ticketed(ticket: number, note: Uint8Array): Buffer {
  const payload = Buffer.allocUnsafe(6 + note.length);
  payload.writeUIntBE(ticket, 0, 6);
  payload.set(note, 6);
  return payload;
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
