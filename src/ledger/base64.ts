/**
 * Standard base64 (RFC 4648 §4), strictly: padding required, no white space, unused bits zero.
 * Node's decoder skips what it does not know, which would give one signature many spellings.
 *
 * @returns null when `text` is not the one canonical encoding of some bytes.
 */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
