/** Bytes that one packed byte makes at most. */
const MOST_RATIO = 255;
const SHORTEST_MATCH = 4;

/**
 * Unpacks one block (LZ4 Block Format) into a place, from what it packs and what stands before it.
 * @param start where matches may not reach behind
 * @returns where it ended, and whether the block is whole
 */
export function decodeLz4Block(
  block: Uint8Array,
  out: Uint8Array,
  from: number,
  start: number,
): { readonly to: number; readonly isWhole: boolean } {
  let at = 0;
  let to = from;
  const damaged = (): { readonly to: number; readonly isWhole: boolean } => ({ to, isWhole: false });
  while (at < block.length) {
    const token = block[at++]!;
    let literals = token >> 4;
    if (literals === 15) {
      for (let byte = 255; byte === 255; literals += byte) {
        if (at >= block.length) return damaged();
        byte = block[at++]!;
      }
    }
    if (at + literals > block.length || to + literals > out.length) return damaged();
    out.set(block.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at >= block.length) return { to, isWhole: true };
    if (at + 2 > block.length) return damaged();
    const distance = block[at]! + block[at + 1]! * 256;
    at += 2;
    let length = (token & 15) + SHORTEST_MATCH;
    if ((token & 15) === 15) {
      for (let byte = 255; byte === 255; length += byte) {
        if (at >= block.length) return damaged();
        byte = block[at++]!;
      }
    }
    if (distance === 0 || distance > to - start || to + length > out.length) return damaged();
    if (distance >= length) out.copyWithin(to, to - distance, to - distance + length);
    else if (distance === 1) out.fill(out[to - 1]!, to, to + length);
    else for (let put = to, stop = to + length; put < stop; put++) out[put] = out[put - distance]!;
    to += length;
  }
  return { to, isWhole: true };
}

/**
 * Unpacks one block without a frame, as Parquet has them.
 * @param length bytes that must come out
 * @returns null where it is damaged, or of another length
 */
export function unpackLz4Block(block: Uint8Array, length: number): Uint8Array | null {
  if (length > block.length * MOST_RATIO) return null;
  const out = new Uint8Array(length);
  const { to, isWhole } = decodeLz4Block(block, out, 0, 0);
  return isWhole && to === length ? out : null;
}
