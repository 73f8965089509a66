import type { ByteSource } from '../bytes/byte-source.ts';

const BLOCK = 1 << 20;
/** Bytes of one object; longer ones are cut, which makes them damaged JSON and so a gap. */
const LONGEST = 64 << 20;
/** Shorter objects hold no configuration. */
const SHORTEST = 16;

/**
 * JSON objects that stand as text among other bytes, outermost ones only, in order. One pass over the source; an object is what its braces enclose, with
 * strings and escapes heeded, and without bytes that text does not have.
 */
export function* findJsonObjects(
  source: ByteSource,
): Generator<{ readonly offset: number; readonly bytes: Uint8Array }> {
  let next = 0;
  for (let base = 0; base < source.size; base += BLOCK) {
    const block = Buffer.from(source.read(base, Math.min(BLOCK + 64, source.size - base)));
    const inside = Math.min(BLOCK, block.length);
    for (let at = block.indexOf(0x7b); at !== -1 && at < inside; at = block.indexOf(0x7b, at + 1)) {
      if (base + at < next || !beginsObject(block, at)) continue;
      const end = objectEnd(source, base + at);
      if (end - base - at < SHORTEST) continue;
      yield { offset: base + at, bytes: source.read(base + at, end - base - at).slice() };
      next = end;
    }
  }
}

/** A brace, space, and a quote. */
function beginsObject(block: Buffer, at: number): boolean {
  for (let index = at + 1; index < block.length && index < at + 64; index++) {
    const byte = block[index]!;
    if (byte === 0x22) return true;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  }
  return false;
}

/** Offset after the closing brace, or after the last byte that is text. */
function objectEnd(source: ByteSource, start: number): number {
  let depth = 0;
  let quoted = false;
  let escaped = false;
  const limit = Math.min(source.size, start + LONGEST);
  for (let base = start; base < limit; base += 65_536) {
    const block = source.read(base, Math.min(65_536, limit - base));
    for (let index = 0; index < block.length; index++) {
      const byte = block[index]!;
      if (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return base + index;
      if (escaped) escaped = false;
      else if (quoted) {
        if (byte === 0x5c) escaped = true;
        else if (byte === 0x22) quoted = false;
      } else if (byte === 0x22) quoted = true;
      else if (byte === 0x7b) depth++;
      else if (byte === 0x7d && --depth === 0) return base + index + 1;
    }
  }
  return limit;
}
