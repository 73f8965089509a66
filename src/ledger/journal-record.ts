import { crc32 } from 'node:zlib';
import { Fault } from '../core/fault.ts';

/**
 * The records of the journal: `u32 length, u32 CRC-32, u8 kind, u48 ticket` and what the kind adds, all big-endian.
 * The length counts what follows the CRC, which is over the same bytes.
 *
 * | kind | adds |
 * |---|---|
 * | `E` | `u48 index`, a zero byte, the entry; a ticket that is not 0 closes that note |
 * | `N` | the note |
 * | `C` | nothing: the note is closed |
 */
const HEADER_BYTES = 8;
const BODY_BYTES = 7;
const ENTRY_BYTES = BODY_BYTES + 7;

const ENTRY = 0x45;
const NOTE = 0x4e;
const NOTE_CLOSED = 0x43;

/** No note: tickets begin at 1. */
export const NO_TICKET = 0;

/** A note as the journal keeps it. */
export interface OpenNote {
  readonly ticket: number;
  readonly note: Buffer;
}

/** What segments hold: entries in order, and notes that nobody closed by their ticket. */
export interface Replayed {
  readonly entries: { readonly index: number; readonly leafInput: Buffer }[];
  readonly notes: Map<number, OpenNote>;
}

export function emptyReplay(): Replayed {
  return { entries: [], notes: new Map() };
}

/** `leafInput` is a part of the record: the zero byte before the entry is the one that RFC 6962 hashes with it. */
export function encodeEntry(
  index: number,
  entry: Uint8Array,
  closes: number,
): { readonly record: Buffer; readonly leafInput: Buffer } {
  const record = Buffer.allocUnsafe(HEADER_BYTES + ENTRY_BYTES + entry.length);
  record.writeUIntBE(index, HEADER_BYTES + BODY_BYTES, 6);
  record[HEADER_BYTES + ENTRY_BYTES - 1] = 0;
  record.set(entry, HEADER_BYTES + ENTRY_BYTES);
  return { record: seal(record, ENTRY, closes), leafInput: record.subarray(HEADER_BYTES + ENTRY_BYTES - 1) };
}

export function encodeNote(ticket: number, note: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(HEADER_BYTES + BODY_BYTES + note.length);
  record.set(note, HEADER_BYTES + BODY_BYTES);
  return seal(record, NOTE, ticket);
}

export function encodeNoteClosed(ticket: number): Buffer {
  return seal(Buffer.allocUnsafe(HEADER_BYTES + BODY_BYTES), NOTE_CLOSED, ticket);
}

/**
 * Adds what one segment holds. What follows a record that is cut short or does not match its checksum is dropped:
 * nothing of it was promised to survive more than the process, and the process did not write half records.
 * @throws Fault `ERR_LEDGER_INVALID` when a record is whole and not one that this version knows.
 */
export function replayInto({ entries, notes }: Replayed, bytes: Buffer, path: string): void {
  for (let at = 0; at + HEADER_BYTES + BODY_BYTES <= bytes.length;) {
    const body = at + HEADER_BYTES;
    const end = body + bytes.readUInt32BE(at);
    if (end < body + BODY_BYTES || end > bytes.length) return;
    if (crc32(bytes.subarray(body, end)) !== bytes.readUInt32BE(at + 4)) return;
    const kind = bytes[body]!;
    const ticket = bytes.readUIntBE(body + 1, 6);
    if (kind === ENTRY && end >= body + ENTRY_BYTES && bytes[body + ENTRY_BYTES - 1] === 0) {
      entries.push({
        index: bytes.readUIntBE(body + BODY_BYTES, 6),
        leafInput: bytes.subarray(body + ENTRY_BYTES - 1, end),
      });
      notes.delete(ticket);
    } else if (kind === NOTE && ticket !== NO_TICKET) {
      notes.set(ticket, { ticket, note: bytes.subarray(body + BODY_BYTES, end) });
    } else if (kind === NOTE_CLOSED) {
      notes.delete(ticket);
    } else {
      throw new Fault('ERR_LEDGER_INVALID', "The ledger's journal holds a record that this version does not know.", {
        where: `${path}, byte ${at}`,
        hint: 'It was written by another version of Parapet, or changed.',
      });
    }
    at = end;
  }
}

function seal(record: Buffer, kind: number, ticket: number): Buffer {
  record.writeUInt32BE(record.length - HEADER_BYTES, 0);
  record[HEADER_BYTES] = kind;
  record.writeUIntBE(ticket, HEADER_BYTES + 1, 6);
  record.writeUInt32BE(crc32(record.subarray(HEADER_BYTES)), 4);
  return record;
}
