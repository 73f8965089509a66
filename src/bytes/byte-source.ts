/**
 * Bytes that can be read at any place without holding all of them: a file, a member of an archive, a buffer. Reading is
 * synchronous, because whoever parses large files does it on a thread of its own.
 */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /**
   * Up to `length` bytes from `offset`; fewer only at the end. The answer may share memory with the source and be overwritten by the
   * next call: copy what must last with `slice`. Never a `Buffer`, whose `slice` is no copy.
   */
  read(offset: number, length: number): Uint8Array;
}

/** A source over bytes in memory; its answers are views. */
export function memorySource(given: Uint8Array): ByteSource {
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.length);
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(clamp(offset, bytes.length), clamp(offset + length, bytes.length)),
  };
}

/** A part of a source as a source of its own. */
export function sliceSource(source: ByteSource, from: number, length: number): ByteSource {
  const start = clamp(from, source.size);
  const size = clamp(length, source.size - start);
  return {
    size,
    read: (offset, wanted) => {
      const begin = clamp(offset, size);
      return source.read(start + begin, clamp(wanted, size - begin));
    },
  };
}

/** All bytes, copied. The caller has checked `size` against a limit of its own. */
export function readWhole(source: ByteSource): Uint8Array {
  return source.read(0, source.size).slice();
}

function clamp(value: number, limit: number): number {
  return value < 0 ? 0 : value > limit ? limit : value;
}
