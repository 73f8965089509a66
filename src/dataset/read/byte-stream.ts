import { createReadStream } from 'node:fs';
import { createGunzip, createInflateRaw, crc32 } from 'node:zlib';
import type { Readable } from 'node:stream';

/** Reads a stream in exact amounts. */
export class ByteStream {
  readonly #stream: Readable;
  readonly #iterator: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);
  #checksum = 0;

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** CRC-32 of all that was taken or skipped, and of what is held for the next call. */
  get checksum(): number {
    return this.#checksum;
  }

  /** @returns fewer only at the end */
  async take(length: number): Promise<Buffer> {
    if (this.#held.length < length) {
      const parts = [this.#held];
      let total = this.#held.length;
      while (total < length) {
        const next = await this.#iterator.next();
        if (next.done === true) break;
        this.#checksum = crc32(next.value, this.#checksum);
        parts.push(next.value);
        total += next.value.length;
      }
      this.#held = Buffer.concat(parts);
    }
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }

  /** True where nothing is left. */
  async ended(): Promise<boolean> {
    return (await this.take(1)).length === 0;
  }

  close(): void {
    this.#stream.destroy();
  }
}

/**
 * A file, or the bytes of it from `start` to `end`, unpacked.
 * @param end the last byte, which is read, too
 */
export function openByteStream(
  path: string,
  packing: 'none' | 'gzip' | 'deflate',
  start?: number,
  end?: number,
): ByteStream {
  const file = createReadStream(path, start === undefined ? {} : { start, ...(end === undefined ? {} : { end }) });
  if (packing === 'none') return new ByteStream(file);
  const unpacked = packing === 'gzip' ? createGunzip() : createInflateRaw();
  file.on('error', (error) => unpacked.destroy(error));
  unpacked.on('close', () => file.destroy());
  return new ByteStream(file.pipe(unpacked));
}
