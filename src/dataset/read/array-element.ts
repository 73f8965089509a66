import { type ElementField, type ElementType, isText } from '../../formats/npy/element-type.ts';
import { fromHalf } from '../../formats/npy/read-npy.ts';
import type { Cell } from '../canonical-row.ts';
import { timeFrom } from '../exact-time.ts';

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
