import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Fault } from '../core/fault.ts';

/** SHA-256 of a file, hexadecimal. @throws Fault `ERR_USAGE` when it cannot be read */
export async function digestFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(file)) hash.update(piece as Uint8Array);
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The file cannot be read.', { where: file, cause });
  }
  return hash.digest('hex');
}
