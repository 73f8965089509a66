/** Share of control characters beyond which bytes are not text in a one-byte encoding. */
const MAX_CONTROLS = 0.01;

/**
 * Bytes as text: by byte order mark, else UTF-8, else UTF-16 where every other byte of Western text is zero, else
 * Windows-1252 (WHATWG Encoding, which every browser falls back to). Null for what is not text.
 */
export function decodeText(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe && !(bytes[2] === 0 && bytes[3] === 0)) return strict(bytes, 'utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return strict(bytes, 'utf-16be');
  const utf8 = strict(bytes, 'utf-8');
  if (utf8 !== null) return isText(utf8) ? utf8 : wide(bytes);
  const wider = wide(bytes);
  if (wider !== null) return wider;
  const western = decodeWestern(bytes);
  return isText(western) ? western : null;
}

/** Windows-1252 of any bytes; for formats that name no encoding. UTF-8 where the bytes are that. */
export function decodeLoose(bytes: Uint8Array): string {
  return strict(bytes, 'utf-8') ?? decodeWestern(bytes);
}

export function decodeWestern(bytes: Uint8Array): string {
  return new TextDecoder('windows-1252').decode(bytes);
}

/** UTF-16 of either order; an odd last byte is left out. */
export function decodeUtf16(bytes: Uint8Array, littleEndian: boolean): string {
  return new TextDecoder(littleEndian ? 'utf-16le' : 'utf-16be').decode(bytes.subarray(0, bytes.length & ~1));
}

/** By a label as e-mail and HTML give it; loosely where the label is unknown. */
export function decodeLabelled(bytes: Uint8Array, label: string): string {
  try {
    return new TextDecoder(label.trim().slice(0, 40)).decode(bytes);
  } catch {
    return decodeLoose(bytes);
  }
}

function wide(bytes: Uint8Array): string | null {
  if (bytes.length < 4 || bytes.length % 2 !== 0) return null;
  let even = 0;
  let odd = 0;
  const sample = Math.min(bytes.length, 4096) & ~1;
  for (let index = 0; index < sample; index += 2) {
    if (bytes[index] === 0) even += 1;
    if (bytes[index + 1] === 0) odd += 1;
  }
  const half = sample / 2;
  const encoding =
    odd > half * 0.3 && even < half * 0.05 ? 'utf-16le' : even > half * 0.3 && odd < half * 0.05 ? 'utf-16be' : null;
  if (encoding === null) return null;
  const text = strict(bytes, encoding);
  return text !== null && isText(text) ? text : null;
}

function strict(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function isText(text: string): boolean {
  let controls = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 && unit !== 9 && unit !== 10 && unit !== 13 && unit !== 12 && unit !== 0x1b) controls += 1;
  }
  return controls <= text.length * MAX_CONTROLS;
}
