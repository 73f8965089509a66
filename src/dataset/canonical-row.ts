import { Fault } from '../core/fault.ts';

/** What a cell can hold: JSON, and what Parquet and NumPy know beyond it. */
export type Cell =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly Cell[]
  | { readonly [name: string]: Cell };

/** One row: its cells by column. Arrays put the bytes of an element there. */
export type Row = Readonly<Record<string, Cell>>;

const MOST_DEPTH = 64;

/**
 * A row as the text that is hashed: JSON with members in the order of their names' UTF-16 units (as RFC 8785) and numbers as ECMAScript writes
 * them. What JSON does not know is an object with one member that begins with `$`: `$int` (whole numbers beyond 2^53), `$float` (NaN,
 * infinities, minus zero), `$time` (ISO 8601, as fine as it is), `$bytes` (base64). Members of the data that begin with `$` get a second one, so that nothing
 * reads like another thing.
 * @throws Fault `ERR_DATA` for values nested deeper than 64.
 */
export function canonicalRow(value: Cell, depth = 0): string {
  if (value === null || value === undefined) return 'null';
  switch (typeof value) {
    case 'boolean':
      return value ? 'true' : 'false';
    case 'string':
      return JSON.stringify(value);
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return String(value);
      return `{"$float":"${Object.is(value, -0) ? '-0' : value}"}`;
    case 'bigint':
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? `${value}` : `{"$int":"${value}"}`;
    default:
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? '{"$time":"invalid"}' : `{"$time":"${value.toISOString()}"}`;
  }
  if (value instanceof Uint8Array) {
    const { buffer, byteOffset, byteLength } = value;
    return `{"$bytes":"${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}"}`;
  }
  if (depth === MOST_DEPTH) throw new Fault('ERR_DATA', `A value is nested deeper than ${MOST_DEPTH} levels.`);
  if (ArrayBuffer.isView(value)) return list(Array.from(value as unknown as ArrayLike<Cell>), depth);
  if (Array.isArray(value)) return list(value as readonly Cell[], depth);
  const members = value as { readonly [name: string]: Cell };
  const { names, written } = depth === 0 ? lastShape(members) : shapeOf(Object.keys(members));
  let text = '';
  for (let at = 0; at < names.length; at++) {
    const cell = members[names[at]!];
    if (cell === undefined) continue;
    text += `${text === '' ? '' : ','}${written[at]}:${canonicalRow(cell, depth + 1)}`;
  }
  return `{${text}}`;
}

/** Names of members in the order of the text, and as they are written there. */
interface Shape {
  readonly names: readonly string[];
  readonly written: readonly string[];
}

function shapeOf(keys: readonly string[]): Shape {
  const names = keys.toSorted();
  return { names, written: names.map((name) => JSON.stringify(name.startsWith('$') ? `$${name}` : name)) };
}

/** The row before nearly always has the same columns. */
let last: { readonly keys: readonly string[]; readonly shape: Shape } = { keys: [], shape: { names: [], written: [] } };

function lastShape(members: object): Shape {
  const keys = Object.keys(members);
  const known = last.keys;
  let same = keys.length === known.length;
  for (let at = 0; same && at < keys.length; at++) same = keys[at] === known[at];
  if (!same) last = { keys, shape: shapeOf(keys) };
  return last.shape;
}

function list(values: readonly Cell[], depth: number): string {
  return `[${values.map((one) => canonicalRow(one, depth + 1)).join(',')}]`;
}
