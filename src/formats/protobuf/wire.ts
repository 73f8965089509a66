import type { ByteSource } from '../../bytes/byte-source.ts';

/** One field of a protobuf message (protobuf.dev, "Encoding"): its value where it is a number, its place where it is bytes. */
export interface WireField {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wire: number;
  /** The varint, or NaN. Beyond 2^53 it is rounded. */
  readonly value: number;
  /** Of the payload. */
  readonly offset: number;
  readonly length: number;
}

/** A message that breaks the encoding. */
export class WireError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = 'WireError';
    this.offset = offset;
  }
}

/**
 * Walks over the fields of one message without reading payloads: a tensor of gigabytes is one step.
 * @throws WireError where the bytes are no message, or groups are used.
 */
export function* wireFields(source: ByteSource, from = 0, to = source.size): Generator<WireField> {
  let at = from;
  while (at < to) {
    const head = source.read(at, Math.min(20, to - at));
    const tag = varint(head, 0, at);
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    if (number === 0 || number > 536_870_911) throw new WireError('a field has no number', at);
    const place = at + tag.next;
    let field: WireField;
    if (wire === 0) {
      const value = varint(head, tag.next, at);
      field = { number, wire, value: value.value, offset: place, length: value.next - tag.next };
    } else if (wire === 1) field = { number, wire, value: Number.NaN, offset: place, length: 8 };
    else if (wire === 5) field = { number, wire, value: Number.NaN, offset: place, length: 4 };
    else if (wire === 2) {
      const length = varint(head, tag.next, at);
      field = { number, wire, value: Number.NaN, offset: at + length.next, length: length.value };
    } else throw new WireError(`wire type ${wire} is not used`, at);
    if (field.offset + field.length > to) throw new WireError('a field goes beyond the end of its message', at);
    yield field;
    at = field.offset + field.length;
  }
}

function varint(bytes: Uint8Array, at: number, base: number): { readonly value: number; readonly next: number } {
  let value = 0;
  let scale = 1;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) throw new WireError('a number is cut off', base + at);
    value += (byte & 0x7f) * scale;
    if (byte < 128) return { value, next: at + index + 1 };
    scale *= 128;
  }
  throw new WireError('a number is too long', base + at);
}

/** A field's payload as text, at most `limit` bytes of it. */
export function wireText(source: ByteSource, field: WireField, limit = 4096): string {
  return Buffer.from(source.read(field.offset, Math.min(field.length, limit))).toString('utf8');
}
