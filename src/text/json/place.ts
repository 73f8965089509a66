/**
 * Where a byte stands, for error messages: `byte 17 (line 2, column 5)`. The offset counts from 0, line and column
 * from 1; a column is a character (code point), and a line ends with `\n`.
 */
export function placeInBytes(bytes: Uint8Array, offset: number): string {
  let line = 1;
  let column = 1;
  const end = Math.min(offset, bytes.length);
  for (let at = 0; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === 0x0a) {
      line++;
      column = 1;
    } else if ((byte & 0xc0) !== 0x80) {
      column++;
    }
  }
  return `byte ${offset} (line ${line}, column ${column})`;
}
