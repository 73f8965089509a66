import { Fault } from '../../core/fault.ts';
import { fromHalf } from '../../formats/npy/read-npy.ts';
import type { Cell } from '../canonical-row.ts';
import { timeFrom } from '../exact-time.ts';

/** Type of an array's elements (numpy.lib.format, `descr`). */
export type ElementType =
  | {
      readonly kind: 'scalar';
      readonly code: string;
      readonly big: boolean;
      readonly unit: string;
      readonly size: number;
    }
  | { readonly kind: 'record'; readonly fields: readonly ElementField[]; readonly size: number };

export interface ElementField {
  readonly name: string;
  readonly type: ElementType;
  /** Of a field that is an array itself. */
  readonly shape: readonly number[];
  /** Bytes from the beginning of the record. */
  readonly offset: number;
}

const MOST_FIELDS = 10_000;
const MOST_DEPTH = 16;
const MOST_SIZE = 256 << 20;

/**
 * Reads `descr`: a name such as `<f4`, or the Python list of a record, of which nothing is evaluated.
 * @throws Fault `ERR_DATA` for Python objects, and for what NumPy does not write
 */
export function parseElementType(descr: string): ElementType {
  if (!descr.startsWith('[')) return scalarType(descr);
  let at = 0;
  let fields = 0;
  const bad = (): Fault => new Fault('ERR_DATA', 'The type of the array is not one that NumPy writes.');
  const space = (): void => {
    while (' \t\r\n'.includes(descr[at] ?? 'x')) at++;
  };
  const take = (token: string): boolean => {
    space();
    if (!descr.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const expect = (token: string): void => {
    if (!take(token)) throw bad();
  };
  const quoted = (): string => {
    space();
    const quote = descr[at];
    const end = quote === "'" || quote === '"' ? descr.indexOf(quote, at + 1) : -1;
    if (end === -1) throw bad();
    const text = descr.slice(at + 1, end);
    at = end + 1;
    return text;
  };
  const whole = (): number => {
    space();
    const digits = /^\d{1,9}/.exec(descr.slice(at, at + 10))?.[0];
    if (digits === undefined) throw bad();
    at += digits.length;
    return Number(digits);
  };
  const shapeOf = (): number[] => {
    if (!take('(')) return [whole()];
    const shape: number[] = [];
    while (!take(')')) {
      if (shape.length === 32) throw bad();
      shape.push(whole());
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  };
  const record = (depth: number): ElementType => {
    if (depth > MOST_DEPTH) throw bad();
    const list: ElementField[] = [];
    const names = new Set<string>();
    let offset = 0;
    expect('[');
    while (!take(']')) {
      if (++fields > MOST_FIELDS) throw bad();
      expect('(');
      let name: string;
      if (take('(')) {
        // A title and the name.
        quoted();
        expect(',');
        name = quoted();
        expect(')');
      } else name = quoted();
      expect(',');
      space();
      const type = descr[at] === '[' ? record(depth + 1) : scalarType(quoted());
      const shape = take(',') ? shapeOf() : [];
      expect(')');
      const size = shape.reduce((product, one) => product * one, type.size);
      // Unnamed bytes fill up to where the next field may begin.
      if (name !== '') {
        if (names.has(name)) throw bad();
        names.add(name);
        list.push({ name, type, shape, offset });
      }
      offset += size;
      if (offset > MOST_SIZE) throw bad();
      if (!take(',')) {
        expect(']');
        break;
      }
    }
    return { kind: 'record', fields: list, size: offset };
  };
  const type = record(0);
  space();
  if (at !== descr.length) throw bad();
  return type;
}

const SIZES: Readonly<Record<string, readonly number[]>> = {
  b: [1],
  '?': [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8, 12, 16],
  c: [8, 16, 24, 32],
  m: [8],
  M: [8],
};

function scalarType(descr: string): ElementType {
  const match = /^([<>|=]?)([a-zA-Z?])(\d{0,9})(?:\[([^\]]{1,20})\])?$/.exec(descr);
  if (match === null) throw new Fault('ERR_DATA', 'The array has a type that is not known.');
  const [, order, code, digits, unit = ''] = match;
  if (code === 'O') {
    throw new Fault('ERR_DATA', 'The array holds Python objects, not numbers or texts.', {
      hint: 'Objects are a pickle, which runs code when it is loaded: look at it with "parapet scan".',
    });
  }
  const count = digits === '' ? 1 : Number(digits);
  const size = code === 'U' ? count * 4 : count;
  const known = code === 'U' || code === 'S' || code === 'V' || code === 'a' || SIZES[code!]?.includes(size) === true;
  if (!known || size > MOST_SIZE) throw new Fault('ERR_DATA', 'The array has a type that is not known.');
  return { kind: 'scalar', code: code!, big: order === '>', unit, size };
}

/** One element as a cell: numbers, moments and texts as such, and as bytes what JavaScript has no number for. */
export function elementReader(type: ElementType): (bytes: Buffer) => Cell {
  if (type.kind === 'record') {
    const fields = type.fields.map((field) => ({ ...field, read: fieldReader(field) }));
    return (bytes) =>
      Object.fromEntries(fields.map(({ name, offset, read }) => [name, read(bytes.subarray(offset))] as const));
  }
  const { code, big, size, unit } = type;
  switch (`${code}${size}`) {
    case 'b1':
    case '?1':
      return (bytes) => bytes[0] !== 0;
    case 'u1':
      return (bytes) => bytes[0]!;
    case 'i1':
      return (bytes) => bytes.readInt8();
    case 'u2':
      return (bytes) => (big ? bytes.readUInt16BE() : bytes.readUInt16LE());
    case 'i2':
      return (bytes) => (big ? bytes.readInt16BE() : bytes.readInt16LE());
    case 'u4':
      return (bytes) => (big ? bytes.readUInt32BE() : bytes.readUInt32LE());
    case 'i4':
      return (bytes) => (big ? bytes.readInt32BE() : bytes.readInt32LE());
    case 'u8':
      return (bytes) => (big ? bytes.readBigUInt64BE() : bytes.readBigUInt64LE());
    case 'i8':
    case 'm8':
      return (bytes) => int64(bytes, big);
    case 'M8':
      return (bytes) => momentOf(int64(bytes, big), unit);
    case 'f2':
      return (bytes) => fromHalf(big ? bytes.readUInt16BE() : bytes.readUInt16LE());
    case 'f4':
      return (bytes) => float(bytes, 0, 4, big);
    case 'f8':
      return (bytes) => float(bytes, 0, 8, big);
    case 'c8':
      return (bytes) => [float(bytes, 0, 4, big), float(bytes, 4, 4, big)];
    case 'c16':
      return (bytes) => [float(bytes, 0, 8, big), float(bytes, 8, 8, big)];
    default:
  }
  if (code === 'U') return (bytes) => utf32(bytes.subarray(0, size), big);
  if (code === 'S' || code === 'a') return (bytes) => textOrBytes(bytes.subarray(0, size));
  return (bytes) => bytes.subarray(0, size);
}

/** True where elements are text, of which each is a cell: checks read it. */
export function isText(type: ElementType): boolean {
  return type.kind === 'scalar' && (type.code === 'U' || type.code === 'S' || type.code === 'a');
}

function fieldReader({ type, shape }: ElementField): (bytes: Buffer) => Cell {
  const read = elementReader(type);
  const count = shape.reduce((product, one) => product * one, 1);
  if (shape.length === 0) return (bytes) => read(bytes.subarray(0, type.size));
  if (type.kind === 'scalar' && !isText(type)) return (bytes) => bytes.subarray(0, count * type.size);
  return (bytes) => listOf(bytes, count, type.size, read);
}

/** Elements side by side. */
export function listOf(bytes: Buffer, count: number, size: number, read: (bytes: Buffer) => Cell): readonly Cell[] {
  return Array.from({ length: count }, (_, index) => read(bytes.subarray(index * size, (index + 1) * size)));
}

function int64(bytes: Buffer, big: boolean): bigint {
  return big ? bytes.readBigInt64BE() : bytes.readBigInt64LE();
}

function float(bytes: Buffer, at: number, size: 4 | 8, big: boolean): number {
  if (size === 4) return big ? bytes.readFloatBE(at) : bytes.readFloatLE(at);
  return big ? bytes.readDoubleBE(at) : bytes.readDoubleLE(at);
}

const NOT_A_TIME = -(2n ** 63n);
const MILLISECONDS: Readonly<Record<string, bigint>> = {
  W: 604_800_000n,
  D: 86_400_000n,
  h: 3_600_000n,
  m: 60_000n,
  s: 1000n,
  ms: 1n,
};

/** A moment of NumPy (`datetime64`), null where it is none; what is finer than nanoseconds, or too far away, stays the count. */
function momentOf(count: bigint, unit: string): Cell {
  if (count === NOT_A_TIME) return null;
  const [, digits, name] = /^(\d{0,9})([a-zA-Z]{1,2})$/.exec(unit) ?? [];
  const value = count * BigInt(digits === undefined || digits === '' ? 1 : digits);
  if (name === 'us') return timeFrom(value, 3);
  if (name === 'ns') return timeFrom(value, 6);
  const scale = MILLISECONDS[name ?? ''];
  if (scale !== undefined) return timeFrom(value * scale, 0);
  if ((name === 'Y' || name === 'M') && value > -100_000n && value < 100_000n) {
    const months = Number(value) * (name === 'Y' ? 12 : 1);
    return new Date(Date.UTC(1970, months, 1));
  }
  return count;
}

/** Text of four bytes a character, without the zeros that fill it up; bytes where a character does not exist. */
function utf32(bytes: Buffer, big: boolean): Cell {
  let end = bytes.length;
  while (end >= 4 && (big ? bytes.readUInt32BE(end - 4) : bytes.readUInt32LE(end - 4)) === 0) end -= 4;
  let text = '';
  for (let at = 0; at < end; at += 4) {
    const code = big ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    if (code > 0x10ffff) return bytes;
    text += String.fromCodePoint(code);
  }
  return text;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOrBytes(bytes: Buffer): Cell {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  try {
    return UTF8.decode(bytes.subarray(0, end));
  } catch {
    return bytes.subarray(0, end);
  }
}
