import { bufferedSource } from '../../bytes/buffered-source.ts';
import type { ByteSource } from '../../bytes/byte-source.ts';

export interface GgufIssue {
  readonly issue: string;
  readonly overflow: boolean;
  readonly offset: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly tensors: number;
  /** Metadata that are strings, cut at 1 MB, with their offsets. */
  readonly strings: readonly { readonly key: string; readonly value: string; readonly offset: number }[];
  readonly issues: readonly GgufIssue[];
  /** False where the header could not be read to its end. */
  readonly complete: boolean;
}

const WIDTH = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const [STRING, ARRAY] = [8, 9];
const MAX_PAIRS = 100_000;
const MAX_TENSORS = 1_000_000;
const MAX_ELEMENTS = 16_000_000;
const MAX_KEY = 65_535;
const MAX_DIMENSIONS = 8;
/** Elements and bytes of one block, by ggml type (ggml.h); absent where types were removed. */
const BLOCKS: Readonly<Record<number, readonly [elements: number, bytes: number]>> = {
  0: [1, 4], 1: [1, 2], 2: [32, 18], 3: [32, 20], 6: [32, 22], 7: [32, 24], 8: [32, 34], 9: [32, 36], 10: [256, 84], 11: [256, 110],
  12: [256, 144], 13: [256, 176], 14: [256, 210], 15: [256, 292], 16: [256, 66], 17: [256, 74], 18: [256, 98], 19: [256, 50], 20: [32, 18],
  21: [256, 110], 22: [256, 82], 23: [256, 136], 24: [1, 1], 25: [1, 2], 26: [1, 4], 27: [1, 8], 28: [1, 8], 29: [256, 56], 30: [1, 2],
  34: [256, 54], 35: [256, 66], 39: [32, 17],
}; // prettier-ignore

class Damage extends Error {
  readonly overflow: boolean;
  constructor(message: string, overflow: boolean) {
    super(message);
    this.overflow = overflow;
  }
}

/**
 * Reads the header of a GGUF file, versions 1 to 3, of either byte order (ggml `docs/gguf.md`), with every count and length held against the bytes that
 * are there. Tensors are not read. Never throws.
 */
export function readGgufHeader(whole: ByteSource): GgufHeader {
  const source = bufferedSource(whole);
  const issues: GgufIssue[] = [];
  const strings: { key: string; value: string; offset: number }[] = [];
  let at = 4;
  const version32 = Buffer.from(source.read(4, 4));
  const big = version32.length === 4 && version32.readUInt32LE(0) > 0xffff;
  const version = version32.length < 4 ? 0 : big ? version32.readUInt32BE(0) : version32.readUInt32LE(0);
  const number = (length: number): number => {
    const bytes = Buffer.from(source.read(at, length));
    if (bytes.length < length) throw new Damage('the header is cut off', true);
    at += length;
    if (length === 8) return Number(big ? bytes.readBigUInt64BE(0) : bytes.readBigUInt64LE(0));
    return big ? bytes.readUIntBE(0, length) : bytes.readUIntLE(0, length);
  };
  const size = version === 1 ? 4 : 8;
  const add = (issue: string, overflow: boolean, offset: number): void => {
    if (issues.length < 50) issues.push({ issue, overflow, offset });
  };
  const text = (limit: number): string => {
    const length = number(size);
    if (length > source.size - at) throw new Damage('a string is longer than the file', true);
    const value = Buffer.from(source.read(at, Math.min(length, limit))).toString('utf8');
    at += length;
    return value;
  };
  const skipValue = (type: number, depth: number): void => {
    if (type === STRING) text(0);
    else if (type === ARRAY) {
      if (depth >= 4) throw new Damage('arrays inside arrays', true);
      const inner = number(4);
      const count = number(size);
      if (count > MAX_ELEMENTS) throw new Damage(`an array of ${count} elements`, true);
      const width = WIDTH[inner];
      if (width === undefined) throw new Damage('a value of a type that is not known', false);
      if (width > 0) {
        if (count * width > source.size - at) throw new Damage('an array is longer than the file', true);
        at += count * width;
      } else for (let index = 0; index < count; index++) skipValue(inner, depth + 1);
    } else {
      const width = WIDTH[type];
      if (width === undefined) throw new Damage('a value of a type that is not known', false);
      if (width > source.size - at) throw new Damage('the header is cut off', true);
      at += width;
    }
  };
  let tensors = 0;
  let alignment = 32;
  try {
    if (version < 1 || version > 3) throw new Damage(`version ${version} is not known`, false);
    at = 8;
    tensors = number(size);
    const pairs = number(size);
    if (tensors > MAX_TENSORS) add(`${tensors} tensors are announced`, true, 8);
    if (pairs > MAX_PAIRS) throw new Damage(`${pairs} metadata are announced`, true);
    const keys = new Set<string>();
    for (let index = 0; index < pairs; index++) {
      const place = at;
      const key = text(MAX_KEY);
      if (keys.has(key)) add(`a key is there twice: readers choose differently`, false, place);
      keys.add(key);
      const type = number(4);
      if (type === STRING) {
        const offset = at;
        const value = text(1 << 20);
        strings.push({ key, value, offset });
      } else if (key === 'general.alignment' && WIDTH[type] !== undefined && WIDTH[type]! <= 8 && type !== ARRAY) {
        alignment = number(WIDTH[type]!);
        if (alignment === 0 || (alignment & (alignment - 1)) !== 0) add(`an alignment of ${alignment}`, true, place);
      } else skipValue(type, 0);
    }
    if (tensors > MAX_TENSORS) throw new Damage(`${tensors} tensors are announced`, true);
    const names = new Set<string>();
    const ends: { readonly offset: number; readonly end: number; readonly place: number }[] = [];
    for (let index = 0; index < tensors; index++) {
      const place = at;
      const name = text(MAX_KEY);
      if (names.has(name)) add('a tensor is there twice', false, place);
      names.add(name);
      const dimensions = number(4);
      if (dimensions > MAX_DIMENSIONS) throw new Damage(`a tensor of ${dimensions} dimensions`, true);
      if (dimensions > 4) add(`a tensor of ${dimensions} dimensions`, true, place);
      let elements = 1;
      for (let axis = 0; axis < dimensions; axis++) elements *= number(size);
      const block = BLOCKS[number(4)];
      const offset = number(8);
      if (!Number.isSafeInteger(elements)) add('a shape that overflows', true, place);
      else if (block === undefined) add('a tensor of a type that is not known', false, place);
      else ends.push({ offset, end: offset + Math.ceil(elements / block[0]) * block[1], place });
    }
    if (alignment > 0) {
      const start = Math.ceil(at / alignment) * alignment;
      for (const { offset, end, place } of ends) {
        if (start + end > source.size) add('a tensor goes beyond the end', true, place);
        else if (offset % alignment !== 0) add('a tensor that is not aligned', false, place);
      }
    }
    return { version, tensors, strings, issues, complete: true };
  } catch (damage) {
    if (!(damage instanceof Damage)) throw damage;
    add(damage.message, damage.overflow, at);
    return { version, tensors, strings, issues, complete: false };
  }
}
