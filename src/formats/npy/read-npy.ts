import { Fault } from '../../core/fault.ts';
import type { NpyArray, NpyData, NpyType } from './npy-array.ts';
import { parseNpyHeader } from './npy-header.ts';

const MAX_HEADER = 65_536;
const MAX_TEXT = 4096;
const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const KINDS: Readonly<Record<string, NpyType>> = {
  b1: 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

const ARRAYS = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** True when the bytes begin as a `.npy` file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && bytes[0] === 0x93 && String.fromCharCode(...bytes.subarray(1, 6)) === 'NUMPY';
}

/**
 * Reads a NumPy array (format versions 1 to 3, NEP 1): numbers of either byte order, truth values, and texts (`S`, `U`), in C or
 * Fortran order. Arrays of Python objects are refused: they are pickles, and nothing here unpickles.
 * @throws Fault `ERR_DATA` when the bytes are damaged, too short for the shape that they claim, or of another type.
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  if (!isNpy(bytes)) throw new Fault('ERR_DATA', 'This is not a NumPy array: it does not begin with \\x93NUMPY.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6]!;
  if (major < 1 || major > 3) throw new Fault('ERR_DATA', `Version ${major} of the NumPy format is not known.`);
  const lengthBytes = major === 1 ? 2 : 4;
  if (bytes.length < 8 + lengthBytes) throw tooShort();
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = 8 + lengthBytes + length;
  if (length > MAX_HEADER || start > bytes.length) throw tooShort();
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(8 + lengthBytes, start));
  const { descr, fortranOrder, shape } = parseNpyHeader(text);

  let count = 1;
  for (const dimension of shape) count *= dimension;
  if (!Number.isSafeInteger(count)) throw tooShort();
  const body = bytes.subarray(start);
  const letters = /^([<>|=]?)([a-zA-Z])(\d{1,4})$/.exec(descr);
  if (letters === null || letters[2] === 'O') throw unsupported(descr);
  const [, order, letter, digits] = letters;
  const little = order === '<' || order === '|' || (order !== '>' && LITTLE);
  if (letter === 'U' || letter === 'S') {
    const data = readTexts(body, count, Number(digits), letter, little);
    return { type: 'text', shape, data: fortranOrder ? toRowMajor(data, shape) : data };
  }
  const type = KINDS[`${letter}${digits}`];
  if (type === undefined) throw unsupported(descr);
  const kept = readNumbers(body, count, type as Exclude<NpyType, 'text'>, little);
  return { type, shape, data: fortranOrder ? toRowMajor(kept, shape) : kept };
}

function readNumbers(body: Uint8Array, count: number, type: Exclude<NpyType, 'text'>, little: boolean): NpyData {
  const Kind = ARRAYS[type];
  const width = Kind.BYTES_PER_ELEMENT;
  if (body.length < count * width) throw tooShort();
  const copy = new Uint8Array(body.subarray(0, count * width)); // aligned, and its own; slice() of a Buffer shares
  if (little !== LITTLE && width > 1) swapBytes(copy, width);
  const data = new Kind(copy.buffer, 0, count);
  return type === 'float16' ? Float32Array.from(data as Uint16Array, fromHalf) : data;
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

/** `U`: four bytes a character, `S`: one; padded with zeros. */
function readTexts(body: Uint8Array, count: number, width: number, letter: string, little: boolean): readonly string[] {
  const size = letter === 'U' ? 4 * width : width;
  if (width > MAX_TEXT) throw new Fault('ERR_DATA', `The array has texts longer than ${MAX_TEXT} characters.`);
  if (body.length < count * size || (size === 0 && count > body.length)) throw tooShort();
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const texts: string[] = [];
  for (let index = 0; index < count; index++) {
    let text = '';
    for (let at = index * size; at < (index + 1) * size; at += letter === 'U' ? 4 : 1) {
      const code = letter === 'U' ? view.getUint32(at, little) : body[at]!;
      if (code > 0x10ffff) throw new Fault('ERR_DATA', 'A text of the array has a character that does not exist.');
      text += String.fromCodePoint(code);
    }
    let end = text.length;
    while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
    texts.push(text.slice(0, end));
  }
  return texts;
}

/** Column-major to row-major: walks the result in order and keeps the place in the source. */
function toRowMajor(data: NpyData, shape: readonly number[]): NpyData {
  if (shape.length < 2) return data;
  const strides: number[] = [];
  let stride = 1;
  for (const length of shape) {
    strides.push(stride);
    stride *= length;
  }
  const source = data as { readonly length: number; readonly [index: number]: unknown };
  const target = (Array.isArray(data) ? new Array<string>(data.length) : data.slice()) as { [index: number]: unknown };
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < source.length; to++) {
    target[to] = source[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return target as unknown as NpyData;
}

/** IEEE 754 binary16 to a number. */
export function fromHalf(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function tooShort(): Fault {
  return new Fault('ERR_DATA', 'The NumPy array is cut off: there are fewer bytes than its header says.', {
    hint: 'Copy or download the file again.',
  });
}

function unsupported(descr: string): Fault {
  const object = /O/.test(descr);
  return new Fault(
    'ERR_DATA',
    object
      ? 'The array holds Python objects (a pickle), which are never loaded.'
      : 'The array has a type that is no plain number, truth value or text.',
    {
      hint: object
        ? 'Save it with allow_pickle=False, as an array of numbers.'
        : 'Convert it to float32 or int64 before saving.',
    },
  );
}
