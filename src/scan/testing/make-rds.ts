/** Serialised R objects, written item by item. For tests: nothing here is ever loaded. */

const int = (value: number): Buffer => {
  const four = Buffer.alloc(4);
  four.writeInt32BE(value);
  return four;
};

export const NIL = int(254);
export const UNBOUND = int(252);
export const GLOBAL_ENVIRONMENT = int(253);

const chars = (text: string): Buffer =>
  Buffer.concat([int(9 | (64 << 12)), int(Buffer.byteLength(text)), Buffer.from(text)]);
export const symbol = (name: string): Buffer => Buffer.concat([int(1), chars(name)]);
export const strings = (...values: readonly string[]): Buffer =>
  Buffer.concat([int(16), int(values.length), ...values.map(chars)]);
export const numbers = (count: number): Buffer => Buffer.concat([int(14), int(count), Buffer.alloc(8 * count)]);
export const vector = (...items: readonly Uint8Array[]): Buffer =>
  Buffer.concat([int(19), int(items.length), ...items]);
export const pairs = (...items: readonly Uint8Array[]): Buffer =>
  Buffer.concat([...items.flatMap((item) => [int(2), item]), NIL]);
/** A call of a function by its name with arguments. */
export const call = (name: string, ...args: readonly Uint8Array[]): Buffer =>
  Buffer.concat([int(6), symbol(name), pairs(...args)]);
/** A promise with an environment; not evaluated where the value is `UNBOUND`. */
export const promise = (expression: Uint8Array, value: Uint8Array = UNBOUND): Buffer =>
  Buffer.concat([int(5 | 0x400), GLOBAL_ENVIRONMENT, value, expression]);
export const closure = (body: Uint8Array): Buffer => Buffer.concat([int(3 | 0x400), GLOBAL_ENVIRONMENT, NIL, body]);
/** An environment whose frame has one binding, of a function that is called for its value. */
export const activeBinding = (name: string, fun: Uint8Array): Buffer =>
  Buffer.concat([
    int(4),
    int(0),
    GLOBAL_ENVIRONMENT,
    int(2 | 0x400 | ((1 << 15) << 12)),
    symbol(name),
    fun,
    NIL,
    NIL,
    NIL,
  ]);
export const pointer = (): Buffer => Buffer.concat([int(22), NIL, NIL]);
/** Compiled code: no instructions, and constants with a call and a symbol. */
export const byteCode = (name: string): Buffer =>
  Buffer.concat([
    int(21), int(1), int(13), int(0), int(2), // no instructions, two constants
    int(6), NIL, int(0), symbol(name), int(0), NIL,
    int(1), symbol('x'),
  ]); // prettier-ignore

/** The object as `saveRDS` writes it. */
export function makeRds(item: Uint8Array, version: 2 | 3 = 3): Uint8Array {
  const encoding = Buffer.from('UTF-8');
  return Buffer.concat([
    Buffer.from('X\n'),
    int(version), int(0x40401), int(0x30500),
    ...(version === 3 ? [int(encoding.length), encoding] : []),
    item,
  ]); // prettier-ignore
}
