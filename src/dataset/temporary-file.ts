import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../core/fault.ts';

/**
 * Bytes that do not fit into memory. The file loses its name as soon as it is open, so that nothing stays on the disk whatever ends the program, a
 * signal or a power cut; where a system does not take names from open files (Windows), it goes when it is closed.
 */
export class TemporaryFile {
  readonly #descriptor: number;
  /** Folder that is still to be removed. */
  readonly #folder: string | null;

  /** @throws Fault `ERR_STORE` where no file can be made */
  constructor() {
    try {
      const folder = mkdtempSync(join(tmpdir(), 'parapet-data-'));
      const path = join(folder, 'rows');
      this.#descriptor = openSync(path, 'wx+', 0o600);
      this.#folder = unnamed(path, folder) ? null : folder;
    } catch (cause) {
      throw noRoom(cause);
    }
  }

  /** @throws Fault `ERR_STORE` where the disk is full or does not answer */
  write(bytes: Uint8Array, position: number): void {
    try {
      for (let at = 0; at < bytes.length;) {
        at += writeSync(this.#descriptor, bytes, at, bytes.length - at, position + at);
      }
    } catch (cause) {
      throw noRoom(cause);
    }
  }

  /** Fills `into` from `start` to `end`. @throws Fault `ERR_STORE` */
  read(into: Uint8Array, start: number, end: number, position: number): void {
    try {
      for (let at = start; at < end;) {
        const count = readSync(this.#descriptor, into, at, end - at, position + at - start);
        if (count === 0) throw new RangeError('a temporary file ends early');
        at += count;
      }
    } catch (cause) {
      throw noRoom(cause);
    }
  }

  /** Gives the room back. */
  empty(): void {
    ftruncateSync(this.#descriptor, 0);
  }

  close(): void {
    closeSync(this.#descriptor);
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
  }
}

function unnamed(path: string, folder: string): boolean {
  try {
    unlinkSync(path);
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

function noRoom(cause: unknown): Fault {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new Fault(
    'ERR_STORE',
    full
      ? 'The disk is full: there is no room for what has to be sorted.'
      : `A temporary file cannot be used (${code}).`,
    { where: tmpdir(), hint: 'Free space there, or let TMPDIR name a folder with more.', cause },
  );
}
