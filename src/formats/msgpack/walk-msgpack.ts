import { bufferedSource } from '../../bytes/buffered-source.ts';
import type { ByteSource } from '../../bytes/byte-source.ts';

/** One value of MessagePack: where its payload is, for strings, bytes and extensions. */
export interface MsgpackValue {
  readonly kind: 'map' | 'array' | 'string' | 'bytes' | 'extension' | 'other';
  /** Of the payload, in bytes. */
  readonly offset: number;
  /** Bytes, or entries. */
  readonly length: number;
  /** Type of an extension. */
  readonly type: number;
  readonly depth: number;
  /** Stands where a key of a map stands. */
  readonly isKey: boolean;
}

export interface MsgpackWalk {
  readonly values: number;
  /** Offset after what was understood. */
  readonly end: number;
  readonly problem: string | null;
}

const MAX_DEPTH = 128;
const MAX_VALUES = 20_000_000;

class Stop extends Error {}

/**
 * Walks over one object of MessagePack (the specification of 2013, with `str`, `bin` and `ext`). Payloads are passed over. Never throws what is not the
 * visitor's.
 * @param visit told of every value; returns false to end
 * @param most values
 */
export function walkMsgpack(
  source: ByteSource,
  visit: (value: MsgpackValue) => boolean | void,
  most = MAX_VALUES,
): MsgpackWalk {
  const bytes = bufferedSource(source);
  let at = 0;
  let values = 0;
  /** Entries that are left at each level, in values. */
  const left: { count: number; readonly map: boolean }[] = [];
  const need = (length: number): Uint8Array => {
    const part = bytes.read(at, length);
    if (part.length < length) throw new Stop('it is cut off');
    at += length;
    return part;
  };
  const number = (length: 1 | 2 | 4): number => need(length).reduce((sum, byte) => sum * 256 + byte, 0);
  const skip = (length: number): number => {
    if (length > source.size - at) throw new Stop(`a value of ${length} bytes goes beyond the end`);
    const offset = at;
    at += length;
    return offset;
  };
  try {
    do {
      if (++values > most) throw new Stop(`more than ${most} values`);
      const level = left.at(-1);
      const isKey = level?.map === true && level.count % 2 === 0;
      if (level !== undefined) level.count--;
      const depth = left.length;
      const tag = number(1);
      let kind: MsgpackValue['kind'] = 'other';
      let offset = at;
      let length = 0;
      let type = 0;
      const blob = (what: MsgpackValue['kind'], size: number): void => {
        kind = what;
        length = size;
        offset = skip(size);
      };
      const open = (what: 'map' | 'array', count: number): void => {
        kind = what;
        length = count;
        // Every entry has a byte at least.
        if (count * (what === 'map' ? 2 : 1) > source.size - at)
          throw new Stop(`${count} entries are announced, which do not fit`);
        if (left.length >= MAX_DEPTH) throw new Stop(`nested deeper than ${MAX_DEPTH} levels`);
        if (count > 0) left.push({ count: what === 'map' ? count * 2 : count, map: what === 'map' });
      };
      const extension = (size: number): void => {
        type = (need(1)[0]! << 24) >> 24;
        blob('extension', size);
      };
      if (tag >= 0x80 && tag <= 0x8f) open('map', tag & 15);
      else if (tag >= 0x90 && tag <= 0x9f) open('array', tag & 15);
      else if (tag >= 0xa0 && tag <= 0xbf) blob('string', tag & 31);
      else if (tag === 0xc1) throw new Stop('0xc1 is never used');
      else if (tag >= 0xc4 && tag <= 0xc6) blob('bytes', number(WIDTH[tag - 0xc4]!));
      else if (tag >= 0xc7 && tag <= 0xc9) extension(number(WIDTH[tag - 0xc7]!));
      else if (tag === 0xca) skip(4);
      else if (tag === 0xcb) skip(8);
      else if (tag >= 0xcc && tag <= 0xcf) skip(2 ** (tag - 0xcc));
      else if (tag >= 0xd0 && tag <= 0xd3) skip(2 ** (tag - 0xd0));
      else if (tag >= 0xd4 && tag <= 0xd8) extension(2 ** (tag - 0xd4));
      else if (tag >= 0xd9 && tag <= 0xdb) blob('string', number(WIDTH[tag - 0xd9]!));
      else if (tag === 0xdc || tag === 0xdd) open('array', number(tag === 0xdc ? 2 : 4));
      else if (tag === 0xde || tag === 0xdf) open('map', number(tag === 0xde ? 2 : 4));
      if (visit({ kind, offset, length, type, depth, isKey }) === false) return { values, end: at, problem: null };
      while (left.length > 0 && left.at(-1)!.count === 0) left.pop();
    } while (left.length > 0);
    return { values, end: at, problem: null };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { values, end: at, problem: error.message };
  }
}

const WIDTH = [1, 2, 4] as const;
