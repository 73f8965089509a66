import { readFile, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { Fault } from '../../core/fault.ts';

/** Bytes that a data file may have, and unpack to. */
export const MAX_DATA_BYTES = 2 ** 31;

/**
 * A whole file, unpacked where it is a gzip.
 * @throws Fault `ERR_USAGE` when it cannot be read, `ERR_DATA` when it is too large or damaged.
 */
export async function readDataBytes(file: string, limit = MAX_DATA_BYTES): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(file);
    if (size > limit) throw tooLarge(file, limit);
    bytes = await readFile(file);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('ERR_USAGE', 'The data file cannot be read.', { where: file, cause });
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(file, limit);
    throw new Fault('ERR_DATA', 'The file begins as a gzip and is damaged.', {
      where: file,
      hint: 'Copy or download it again.',
      cause,
    });
  }
}

function tooLarge(file: string, limit: number): Fault {
  return new Fault('ERR_DATA', `The data file has, or unpacks to, more than ${limit} bytes.`, {
    where: file,
    hint: 'Give a part of the data.',
  });
}
