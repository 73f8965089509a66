import type { ByteSource } from './byte-source.ts';

/**
 * Reads ahead in blocks, so that many small reads near each other cost one. Its answers are views that the next read may overwrite.
 * @param block bytes read at once
 */
export function bufferedSource(source: ByteSource, block = 1 << 16): ByteSource {
  let start = 0;
  let held: Uint8Array = new Uint8Array();
  return {
    size: source.size,
    read: (offset, length) => {
      if (length > block) return source.read(offset, length);
      if (offset < start || offset + length > start + held.length) {
        start = Math.max(0, offset);
        held = source.read(start, block).slice();
      }
      return held.subarray(offset - start, Math.min(offset - start + length, held.length));
    },
  };
}
