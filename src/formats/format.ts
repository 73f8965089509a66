import type { Extraction } from './extraction.ts';

/** One file format: how to tell it by its bytes, and what text is in it. */
export interface Format {
  /** The folder's name. */
  readonly id: string;
  /** By content only: neither a file's name nor its declared type says what a model's provider will find in it. */
  sniff(bytes: Uint8Array): boolean;
  /**
   * Gives everything that can be read as text to `out`, and says what could not be.
   * @throws Fault `ERR_FILE_MALFORMED`, `ERR_FILE_LIMIT`, `ERR_FILE_ENCRYPTED`, and nothing else.
   */
  read(bytes: Uint8Array, out: Extraction): void | Promise<void>;
  /** Needs much time or memory for its size: never read on the thread that serves requests. */
  readonly heavy?: true;
  /** A picture: only its metadata are read, whatever its size. */
  readonly picture?: true;
}

/** True when `bytes` has `ascii` at `at`. */
export function startsWith(bytes: Uint8Array, ascii: string, at = 0): boolean {
  if (at + ascii.length > bytes.length) return false;
  for (let index = 0; index < ascii.length; index++) {
    if (bytes[at + index] !== ascii.charCodeAt(index)) return false;
  }
  return true;
}

/** `length` bytes from `at` as Latin-1, for signatures and keywords. Shorter at the end of the bytes. */
export function latin1(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.max(0, Math.min(length, bytes.length - at))).toString(
    'latin1',
  );
}

/** A view for reading numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
