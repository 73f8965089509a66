import { decodeLzma2, LzmaError, LzmaOutput } from './lzma-decoder.ts';

const MAX_BLOCKS = 100_000;

/**
 * Unpacks an .xz file (xz-file-format 1.2.0): all streams and blocks, with LZMA2 alone; other filters are refused. Integrity checks
 * are not verified: what a damaged file holds is still what a loader may see.
 * @throws LzmaError
 */
export function readXz(input: Uint8Array, limit: number): Uint8Array {
  const out = new LzmaOutput(limit);
  let at = 0;
  let blocks = 0;
  while (at + 12 <= input.length) {
    if (!(input[at] === 0xfd && input[at + 1] === 0x37 && input[at + 2] === 0x7a)) break;
    const check = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64][input[at + 7]! & 0x0f]!;
    at += 12;
    for (;;) {
      const headerSize = input[at];
      if (headerSize === undefined) throw new LzmaError('the data is cut off');
      if (headerSize === 0) break;
      if (++blocks > MAX_BLOCKS) throw new LzmaError(`more than ${MAX_BLOCKS} blocks`);
      const end = at + (headerSize + 1) * 4;
      if (end > input.length) throw new LzmaError('the data is cut off');
      const dictionarySize = blockDictionary(input, at, end);
      at = decodeLzma2(input, end, dictionarySize, out);
      while ((at - end) % 4 !== 0) at++;
      at += check;
    }
    at = skipIndex(input, at) + 12;
    while (
      at + 4 <= input.length &&
      input[at] === 0 &&
      input[at + 1] === 0 &&
      input[at + 2] === 0 &&
      input[at + 3] === 0
    )
      at += 4;
  }
  if (blocks === 0 && input.length > 32) throw new LzmaError('there is no block');
  return out.take();
}

function blockDictionary(input: Uint8Array, start: number, end: number): number {
  const flags = input[start + 1]!;
  if ((flags & 0x3c) !== 0) throw new LzmaError('reserved flags are set');
  if ((flags & 3) !== 0) throw new LzmaError('filters other than LZMA2 are not supported');
  let at = start + 2;
  if ((flags & 0x40) !== 0) at = integer(input, at).next;
  if ((flags & 0x80) !== 0) at = integer(input, at).next;
  const id = integer(input, at);
  const length = integer(input, id.next);
  if (id.value !== 0x21 || length.value !== 1 || length.next >= end) {
    throw new LzmaError('filters other than LZMA2 are not supported');
  }
  const bits = input[length.next]! & 0x3f;
  if (bits > 40) throw new LzmaError('the dictionary size is out of range');
  return bits === 40 ? 0xffffffff : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11);
}

function skipIndex(input: Uint8Array, start: number): number {
  const records = integer(input, start + 1);
  let at = records.next;
  for (let index = 0; index < records.value; index++) at = integer(input, integer(input, at).next).next;
  while ((at - start) % 4 !== 0) at++;
  return at + 4;
}

/** A variable-length integer, seven bits a byte. */
function integer(input: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = input[at + index];
    if (byte === undefined) throw new LzmaError('the data is cut off');
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) {
      if (!Number.isSafeInteger(value)) break;
      return { value, next: at + index + 1 };
    }
  }
  throw new LzmaError('an integer is out of range');
}
