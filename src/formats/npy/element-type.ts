import { Fault } from '../../core/fault.ts';

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

/** True where elements are text, of which each is a cell: checks read it. */
export function isText(type: ElementType): boolean {
  return type.kind === 'scalar' && (type.code === 'U' || type.code === 'S' || type.code === 'a');
}
