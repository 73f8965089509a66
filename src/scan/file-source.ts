import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../bytes/byte-source.ts';

export interface FileSource extends ByteSource {
  /** Bytes read from the disk so far. */
  readonly bytesRead: number;
  close(): void;
}

/** Largest buffer that is kept between reads. */
const KEPT = 4 << 20;

/**
 * A file, read at the places that are asked for and nowhere else. Reading blocks: it belongs on a thread. A file that changes
 * its length meanwhile is read as it was at the beginning.
 * @throws the error of the file system.
 */
export function openFileSource(path: string): FileSource {
  const descriptor = openSync(path, 'r');
  const { size } = fstatSync(descriptor);
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
    close: () => closeSync(descriptor),
  };
}
