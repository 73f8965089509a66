import { Fault } from '../../core/fault.ts';
import type { Cell } from '../canonical-row.ts';
import { timeFrom } from '../exact-time.ts';
import { trimEndOf } from '../../text/trim-end-of.ts';

/** What is needed of an element of a Parquet schema (parquet.thrift, `SchemaElement`). */
export interface ParquetElement {
  readonly name: string;
  readonly type?: string | undefined;
  readonly repetition_type?: string | undefined;
  readonly scale?: number | undefined;
  converted_type?: string | undefined;
  logical_type?: { readonly type: string } | undefined;
}

export interface ParquetNode {
  readonly element: ParquetElement;
  readonly children: readonly ParquetNode[];
}

type Convert = (cell: unknown) => Cell;

const MOST_DEPTH = 64;
const MOST_SCALE = 10_000;

/**
 * How values come out of the decoder so that different ones stay different: moments to the nanosecond, text without a replacement
 * character and with its byte order mark, what is not UTF-8 as bytes, and JSON as it is written.
 */
export const EXACT_PARSERS = {
  timestampFromMilliseconds: (count: bigint) => timeFrom(count, 0),
  timestampFromMicroseconds: (count: bigint) => timeFrom(count, 3),
  timestampFromNanoseconds: (count: bigint) => timeFrom(count, 6),
  dateFromDays: (days: number) => timeFrom(BigInt(days) * 86_400_000n, 0),
  stringFromBytes: textOrBytes,
  jsonFromBytes: textOrBytes,
  geometryFromBytes: (bytes: Uint8Array) => bytes,
  geographyFromBytes: (bytes: Uint8Array) => bytes,
};

/**
 * Takes out of a schema what the decoder would round or lose (decimals become doubles, maps keep the last of equal keys, intervals are not
 * read at all), so that it gives these values raw, and says how each column's cells become exact ones.
 * @param root of the schema; its elements are changed
 * @returns by column; columns whose cells are right as they come are not in it
 * @throws Fault `ERR_DATA` for columns that no row can hold: two of one name
 */
export function exactCells(root: ParquetNode): ReadonlyMap<string, Convert> {
  checkNames(root, 0);
  const converts = new Map<string, Convert>();
  for (const child of root.children) {
    const convert = converterOf(child);
    if (convert !== null) converts.set(child.element.name, convert);
  }
  return converts;
}

function checkNames({ children }: ParquetNode, depth: number): void {
  if (depth > MOST_DEPTH) throw new Fault('ERR_DATA', `A column is nested deeper than ${MOST_DEPTH} levels.`);
  const names = new Set<string>();
  for (const child of children) {
    const { name } = child.element;
    if (names.has(name)) {
      throw new Fault('ERR_DATA', 'Two columns have the same name.', { where: `column ${name.slice(0, 100)}` });
    }
    // The decoder builds rows as plain objects, which cannot have it.
    if (name === '__proto__') throw new Fault('ERR_DATA', 'A column is named __proto__, which is not read.');
    names.add(name);
    checkNames(child, depth + 1);
  }
}

function converterOf(node: ParquetNode): Convert | null {
  const { element, children } = node;
  if (children.length === 0) return each(leafConverter(element));
  if (isMap(node)) {
    element.converted_type = undefined;
    const [key, value] = node.children[0]!.children.map((one) => converterOf(one));
    return each(mapConverter(node.children[0]!.element.name, key ?? null, value ?? null));
  }
  if (element.converted_type === 'LIST' && children.length === 1 && isPlainList(children[0]!)) {
    return each(converterOf(children[0]!.children[0] ?? children[0]!));
  }
  const members = children.flatMap((child) => {
    const convert = converterOf(child);
    return convert === null ? [] : [[child.element.name, convert] as const];
  });
  if (members.length === 0) return null;
  return each((cell) => {
    const own = cell as Record<string, Cell>;
    for (const [name, convert] of members) own[name] = convert(own[name]);
    return own;
  });
}

/** Applies a conversion through the lists that a value may stand in, and leaves out what is not there. */
function each(convert: Convert | null): Convert | null {
  if (convert === null) return null;
  const through: Convert = (cell) => {
    if (cell === null || cell === undefined) return cell;
    return Array.isArray(cell) ? cell.map(through) : convert(cell);
  };
  return through;
}

/** The shape that the decoder takes for a list, whose levels it leaves out. */
function isPlainList({ element, children }: ParquetNode): boolean {
  return element.repetition_type === 'REPEATED' && children.length <= 1;
}

/** The shape that the decoder takes for a map. */
function isMap({ element, children }: ParquetNode): boolean {
  const pair = children[0];
  return (
    element.converted_type === 'MAP' &&
    children.length === 1 &&
    pair?.children.length === 2 &&
    pair.element.repetition_type === 'REPEATED' &&
    pair.children[0]!.element.name === 'key' &&
    pair.children[1]!.element.name === 'value'
  );
}

/** An object, where every key is a scalar and stands once; else a list of pairs. */
function mapConverter(pairs: string, key: Convert | null, value: Convert | null): Convert {
  return (cell) => {
    const entries = ((cell as Record<string, unknown>)[pairs] ?? []) as readonly { key: Cell; value: Cell }[];
    const members = entries.map((one): readonly [Cell, Cell] => [
      key === null ? one.key : key(one.key),
      (value === null ? one.value : value(one.value)) ?? null,
    ]);
    const names = new Set(members.map(([name]) => String(name)));
    const scalars = members.every(([name]) => typeof name !== 'object' && name !== '__proto__');
    if (scalars && names.size === members.length)
      return Object.fromEntries(members as unknown as Iterable<readonly [string, Cell]>);
    return members.map(([name, own]) => [name, own]);
  };
}

function leafConverter(element: ParquetElement): Convert | null {
  const { type, converted_type: converted, logical_type: logical, scale } = element;
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    element.converted_type = undefined;
    element.logical_type = undefined;
    const places = scale ?? 0;
    if (!(Number.isSafeInteger(places) && places >= 0 && places <= MOST_SCALE)) {
      throw new Fault('ERR_DATA', 'A decimal column has a scale that is not read.', {
        where: `column ${element.name}`,
      });
    }
    return (cell) => decimalCell(cell as number | bigint | Uint8Array, places);
  }
  if (converted === 'INTERVAL' || converted === 'BSON') {
    element.converted_type = undefined;
    element.logical_type = undefined;
    return converted === 'BSON' ? null : asBytes;
  }
  // Bytes that nobody said are text: old writers leave it out for text, too.
  if (type === 'BYTE_ARRAY' && logical?.type !== 'GEOMETRY' && logical?.type !== 'GEOGRAPHY') {
    return (cell) => (cell instanceof Uint8Array ? textOrBytes(cell) : (cell as Cell));
  }
  return null;
}

const asBytes: Convert = (cell) => cell as Uint8Array;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  if (bytes === undefined) return bytes;
  try {
    return UTF8.decode(bytes);
  } catch {
    return bytes;
  }
}

/** A decimal as a number where a double holds it to the last digit, else as its text. */
export function decimalCell(unscaled: number | bigint | Uint8Array, scale: number): number | string {
  const whole = unscaled instanceof Uint8Array ? signedOf(unscaled) : BigInt(unscaled);
  const digits = (whole < 0n ? -whole : whole).toString().padStart(scale + 1, '0');
  const fraction = scale === 0 ? '' : trimEndOf(digits.slice(-scale), '0');
  const text = `${whole < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${fraction === '' ? '' : `.${fraction}`}`;
  const value = Number(text);
  return plainText(value) === text ? value : text;
}

/** The shortest decimal of a double without an exponent, or '' where it has one. */
function plainText(value: number): string {
  const text = String(value);
  return text.includes('e') || !(Math.abs(value) <= Number.MAX_SAFE_INTEGER) ? '' : text;
}

/** Two's complement, largest byte first. */
function signedOf(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}
