import { Fault } from '../../core/fault.ts';
import { viewOf } from '../format.ts';

export type UbjsonNumbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array
  | readonly number[];
export type Ubjson =
  | null
  | boolean
  | number
  | string
  | UbjsonNumbers
  | readonly Ubjson[]
  | { readonly [key: string]: Ubjson };

const DEPTH = 64;
const SIZES: Readonly<Record<string, number>> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

/**
 * Universal Binary JSON, draft 12, as XGBoost writes it: everything but high-precision numbers. Arrays that declare a number type
 * become typed arrays (int64 becomes numbers).
 * @throws Fault `ERR_MODEL_MALFORMED` where the bytes are not UBJSON, end early, or nest deeper than 64.
 */
export function readUbjson(bytes: Uint8Array): Ubjson {
  const view = viewOf(bytes);
  let at = 0;

  const broken = (what: string): Fault =>
    new Fault('ERR_MODEL_MALFORMED', `The model is not valid UBJSON: ${what}.`, { where: `byte ${at}` });
  const take = (length: number): number => {
    if (length > bytes.length - at) throw broken('it ends early');
    const start = at;
    at += length;
    return start;
  };
  const marker = (): string => String.fromCharCode(bytes[take(1)]!);
  const number = (type: string): number => {
    const start = take(SIZES[type]!);
    switch (type) {
      case 'i':
        return view.getInt8(start);
      case 'U':
        return bytes[start]!;
      case 'I':
        return view.getInt16(start);
      case 'l':
        return view.getInt32(start);
      case 'L': {
        const value = Number(view.getBigInt64(start));
        if (!Number.isSafeInteger(value)) throw broken('a number is too large');
        return value;
      }
      case 'd':
        return view.getFloat32(start);
      default:
        return view.getFloat64(start);
    }
  };
  const length = (): number => {
    const type = marker();
    if (!'iUIlL'.includes(type)) throw broken('a length is not a whole number');
    const value = number(type);
    if (value < 0 || value > bytes.length) throw broken('a length is longer than the file');
    return value;
  };
  const text = (size: number): string => {
    const start = take(size);
    return Buffer.from(bytes.buffer, bytes.byteOffset + start, size).toString('utf8');
  };
  const numbers = (type: string, count: number): UbjsonNumbers => {
    if (count * SIZES[type]! > bytes.length - at) throw broken('it ends early');
    const list =
      type === 'd'
        ? new Float32Array(count)
        : type === 'l'
          ? new Int32Array(count)
          : type === 'U'
            ? new Uint8Array(count)
            : new Float64Array(count);
    for (let index = 0; index < count; index++) list[index] = number(type);
    return list;
  };

  const container = (): { type: string | null; count: number | null } => {
    let type: string | null = null;
    let count: number | null = null;
    if (bytes[at] === 36) {
      at++;
      type = marker();
      if (bytes[at] !== 35) throw broken('a type without a count');
    }
    if (bytes[at] === 35) {
      at++;
      count = length();
    }
    // Elements that take no bytes could be claimed in any number.
    if (type !== null && 'ZTFN'.includes(type)) throw broken('a list of values without bytes');
    return { type, count };
  };
  const ends = (mark: number): boolean => {
    if (at >= bytes.length) throw broken('it ends early');
    if (bytes[at] !== mark) return false;
    at++;
    return true;
  };

  const value = (type: string, depth: number): Ubjson => {
    if (depth > DEPTH) throw broken('it nests too deep');
    if (type in SIZES) return number(type);
    switch (type) {
      case 'Z':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      case 'S':
        return text(length());
      case 'C':
        return text(1);
      case '[': {
        const { type: of, count } = container();
        if (of !== null && of in SIZES) return numbers(of, count!);
        const list: Ubjson[] = [];
        for (let index = 0; count === null ? !ends(93) : index < count; index++)
          list.push(value(of ?? marker(), depth + 1));
        return list;
      }
      case '{': {
        const { type: of, count } = container();
        const object: Record<string, Ubjson> = Object.create(null) as Record<string, Ubjson>;
        for (let index = 0; count === null ? !ends(125) : index < count; index++) {
          const key = text(length());
          object[key] = value(of ?? marker(), depth + 1);
        }
        return object;
      }
      default:
        throw broken('an unknown marker');
    }
  };
  const result = value(marker(), 0);
  if (at !== bytes.length) throw broken('bytes follow the end');
  return result;
}
