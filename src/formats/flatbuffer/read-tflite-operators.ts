import type { ByteSource } from '../../bytes/byte-source.ts';

const MAX_OPERATORS = 100_000;
const MAX_NAME = 1024;

/**
 * Names of the custom operators of a TensorFlow Lite model (`schema.fbs`: Model.operator_codes, OperatorCode.custom_code), each once.
 * Every offset is checked.
 * @returns null where the tables are damaged.
 */
export function readTfliteCustomOperators(
  source: ByteSource,
): readonly { readonly name: string; readonly offset: number }[] | null {
  const u32 = (at: number): number => {
    const bytes = at >= 0 ? Buffer.from(source.read(at, 4)) : Buffer.alloc(0);
    return bytes.length === 4 ? bytes.readUInt32LE(0) : Number.NaN;
  };
  /** Absolute place of field `index` of a table, 0 where it is absent. */
  const field = (table: number, index: number): number => {
    const vtable = table - ((u32(table) | 0) >>> 0 === u32(table) ? u32(table) | 0 : Number.NaN);
    const sizes = vtable >= 0 ? Buffer.from(source.read(vtable, 4)) : Buffer.alloc(0);
    if (sizes.length < 4) return Number.NaN;
    const length = sizes.readUInt16LE(0);
    if (4 + index * 2 + 2 > length) return 0;
    const entry = Buffer.from(source.read(vtable + 4 + index * 2, 2));
    if (entry.length < 2) return Number.NaN;
    const offset = entry.readUInt16LE(0);
    return offset === 0 ? 0 : table + offset;
  };
  const root = u32(0);
  const operators = field(root, 1);
  if (Number.isNaN(operators) || !(root < source.size)) return null;
  if (operators === 0) return null;
  const vector = operators + u32(operators);
  const count = u32(vector);
  if (!(count <= MAX_OPERATORS) || !(vector + 4 + count * 4 <= source.size)) return null;
  const found = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const slot = vector + 4 + index * 4;
    const name = field(slot + u32(slot), 1);
    if (Number.isNaN(name)) return null;
    if (name === 0) continue;
    const text = name + u32(name);
    const length = u32(text);
    if (!(length <= MAX_NAME) || !(text + 4 + length <= source.size)) return null;
    const value = Buffer.from(source.read(text + 4, length)).toString('utf8');
    if (!found.has(value)) found.set(value, text);
  }
  return [...found].map(([name, offset]) => ({ name, offset }));
}
