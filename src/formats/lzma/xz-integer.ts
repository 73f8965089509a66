import { CUT_OFF, LzmaError } from './lzma-decoder.ts';

/** A variable-length integer, seven bits a byte (xz-file-format 1.2.0 §1.2). @throws LzmaError */
export function readXzInteger(input: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = input[at + index];
    if (byte === undefined) throw new LzmaError(CUT_OFF);
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) {
      if (!Number.isSafeInteger(value)) break;
      return { value, next: at + index + 1 };
    }
  }
  throw new LzmaError('an integer is out of range');
}
