import type { ByteSource } from '../../bytes/byte-source.ts';
import { parseElementType } from './element-type.ts';

export interface NpyHeader {
  readonly version: number;
  /** The type as written: `<f4`, or the whole list of a structured type. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  readonly dataOffset: number;
  /** True where elements are Python objects: the data is a pickle. */
  readonly objects: boolean;
  /** Length of the data, or null where the type is not one that NumPy writes. */
  readonly bytes: number | null;
}

const MAX_HEADER = 1 << 20;

/**
 * The header of a .npy file, versions 1 to 3 (NEP 1, numpy.lib.format). The dictionary is Python text and is read as such, with
 * keys in any order, never evaluated.
 * @returns null where it is damaged.
 */
export function readNpyHeader(source: ByteSource): NpyHeader | null {
  const head = Buffer.from(source.read(0, 12));
  if (head.length < 10) return null;
  const version = head[6]!;
  const wide = version >= 2;
  if (version < 1 || version > 3 || (wide && head.length < 12)) return null;
  const length = wide ? head.readUInt32LE(8) : head.readUInt16LE(8);
  const start = wide ? 12 : 10;
  if (length > MAX_HEADER || start + length > source.size) return null;
  const text = Buffer.from(source.read(start, length)).toString(version === 3 ? 'utf8' : 'latin1');
  const descr = descriptionIn(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) return null;
  const lengths = shape
    .split(',')
    .map((one) => one.trim().replace(/L$/, ''))
    .filter((one) => one !== '');
  if (!lengths.every((one) => /^\d{1,15}$/.test(one))) return null;
  const sizes = lengths.map(Number);
  const plain = /^['"](.*)['"]$/.exec(descr)?.[1];
  const code = plain === undefined ? null : /^[<>|=]?([a-zA-Z?])(\d*)(?:\[.*\])?$/.exec(plain);
  // Python reads escapes, joins strings, and takes the last of two keys: an O wherever it stands may be the type, and so may what is written in escapes.
  const objects = text.includes('\\') || /(?<![A-Za-z_])O\d{0,3}(?![A-Za-z_])/.test(text) || text.includes('object');
  const width = objects
    ? null
    : code === null
      ? recordSize(descr)
      : code[1] === 'U'
        ? Number(code[2]) * 4
        : code[2] === ''
          ? 1
          : Number(code[2]);
  const count = sizes.reduce((product, one) => product * one, 1);
  const bytes = width === null ? null : width * count;
  return {
    version,
    descr: plain ?? descr,
    fortranOrder: order === 'True',
    shape: sizes,
    dataOffset: start + length,
    objects,
    bytes: bytes !== null && Number.isSafeInteger(bytes) ? bytes : null,
  };
}

function recordSize(descr: string): number | null {
  try {
    return parseElementType(descr).size;
  } catch {
    return null;
  }
}

/** The value of `descr`: a quoted string, or a list with its brackets matched. */
function descriptionIn(text: string): string | undefined {
  const key = /['"]descr['"]\s*:\s*/.exec(text);
  if (key === null) return undefined;
  const start = key.index + key[0].length;
  const first = text[start];
  if (first === "'" || first === '"') {
    const end = text.indexOf(first, start + 1);
    return end === -1 ? undefined : text.slice(start, end + 1);
  }
  if (first !== '[') return undefined;
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '[') depth++;
    else if (text[at] === ']' && --depth === 0) return text.slice(start, at + 1);
  }
  return undefined;
}
