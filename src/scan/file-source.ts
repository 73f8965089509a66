import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../bytes/byte-source.ts';

export interface FileSource extends ByteSource {
  /** Bytes read from the disk so far. */
  readonly bytesRead: number;
  /** Whether somebody wrote into the file since it was opened. */
  changed(): boolean;
  close(): void;
}

/** Largest buffer that is kept between reads. */
const KEPT = 4 << 20;

/**
 * A file, read at the places that are asked for and nowhere else. Reading blocks: it belongs on a thread. A file that changes
 * its length meanwhile is read as it was at the beginning; `changed` tells.
 * @throws the error of the file system; an error for what is no file (a pipe is not waited for), or says that it has no bytes and has some
 */
export function openFileSource(path: string): FileSource {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  let before: BigIntStats;
  try {
    before = fstatSync(descriptor, { bigint: true });
    if (before.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
    if (!before.isFile()) throw new Error('it is neither a file nor a folder');
    if (before.size === 0n && readSync(descriptor, new Uint8Array(1), 0, 1, 0) > 0)
      throw new Error('it says that it is empty, and is not');
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  const size = Number(before.size);
  let buffer = new Uint8Array(1 << 16);
  let total = 0;
  return {
    size,
    get bytesRead() {
      return total;
    },
    read: (offset, length) => {
      const wanted = Math.max(0, Math.min(length, size - offset));
      if (wanted > buffer.length && wanted <= KEPT) buffer = new Uint8Array(wanted);
      const into = wanted <= buffer.length ? buffer : new Uint8Array(wanted);
      let filled = 0;
      while (filled < wanted) {
        const count = readSync(descriptor, into, filled, wanted - filled, offset + filled);
        if (count === 0) break;
        filled += count;
      }
      total += filled;
      return into.subarray(0, filled);
    },
    changed: () => {
      const now = fstatSync(descriptor, { bigint: true });
      return now.size !== before.size || now.mtimeNs !== before.mtimeNs;
    },
    close: () => closeSync(descriptor),
  };
}
