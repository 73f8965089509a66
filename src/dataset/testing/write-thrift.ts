/** A field of a struct in Thrift's compact protocol; a list comes as its bytes. */
export type Field = readonly [id: number, type: number, value: number | string | readonly Field[] | Buffer];

/** A whole number that is not negative, seven bits a byte. */
export function unsigned(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

/** A struct in Thrift's compact protocol, of numbers that are not negative, of texts, of structs, and of lists as their bytes. */
export function struct(fields: readonly Field[]): Buffer {
  const parts: Buffer[] = [];
  let last = 0;
  for (const [id, type, value] of fields) {
    parts.push(Buffer.of(((id - last) << 4) | type));
    last = id;
    if (typeof value === 'number') parts.push(unsigned(value * 2));
    else if (typeof value === 'string') parts.push(unsigned(Buffer.byteLength(value)), Buffer.from(value));
    else parts.push(Buffer.isBuffer(value) ? value : struct(value));
  }
  return Buffer.concat([...parts, Buffer.of(0)]);
}

export function list(type: number, items: readonly Buffer[]): Buffer {
  const head =
    items.length < 15
      ? Buffer.of((items.length << 4) | type)
      : Buffer.concat([Buffer.of(0xf0 | type), unsigned(items.length)]);
  return Buffer.concat([head, ...items]);
}
