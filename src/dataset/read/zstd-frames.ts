import { Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { type ByteStream, openByteStream } from './byte-stream.ts';

const MAGIC = 0xfd2fb528;
/** `0x184D2A50` to `0x184D2A5F`: frames that hold nothing for the reader. */
const SKIPPABLE = 0x184d2a5;
const MOST_SKIPPED = 1 << 16;
/** Bytes of a block at most (RFC 8878 §3.1.1.2.4). */
const MOST_BLOCK = 1 << 17;

/**
 * What a file of Zstandard frames unpacks to (RFC 8878), chunk by chunk. The decoder of Node.js stops behind the first frame without a word, and tools that
 * pack on several threads, or append, write many: so frames are told apart here, and what is behind the last one is an error.
 * @throws RangeError for what is no frame, or ends early; the error of the decoder
 */
export async function* zstdChunks(path: string): AsyncGenerator<Buffer> {
  const bytes = openByteStream(path, 'none');
  try {
    for (let head = await bytes.take(4); head.length > 0; head = await bytes.take(4)) {
      const magic = head.length === 4 ? head.readUInt32LE(0) : 0;
      if (magic >>> 4 === SKIPPABLE) await skip(bytes);
      else if (magic === MAGIC) yield* frame(bytes, Buffer.from(head));
      else throw new RangeError('behind a frame stands none');
    }
  } finally {
    bytes.close();
  }
}

async function skip(bytes: ByteStream): Promise<void> {
  let left = (await exactly(bytes, 4)).readUInt32LE(0);
  while (left > 0) left -= (await exactly(bytes, Math.min(left, MOST_SKIPPED))).length;
}

async function* frame(bytes: ByteStream, magic: Buffer): AsyncGenerator<Buffer> {
  const decoder = createZstdDecompress();
  const source = Readable.from(packedParts(bytes, magic), { objectMode: false });
  source.on('error', (error) => decoder.destroy(error));
  try {
    for await (const chunk of source.pipe(decoder)) yield chunk as Buffer;
  } finally {
    source.destroy();
    decoder.destroy();
  }
}

/** One frame as it is packed: header, blocks, check sum. */
async function* packedParts(bytes: ByteStream, magic: Buffer): AsyncGenerator<Buffer> {
  yield magic;
  const descriptor = await exactly(bytes, 1);
  const flags = descriptor[0]!;
  yield descriptor;
  const single = (flags & 0x20) !== 0;
  const size = [single ? 1 : 0, 2, 4, 8][flags >> 6]!;
  const rest = (single ? 0 : 1) + [0, 1, 2, 4][flags & 3]! + size;
  if (rest > 0) yield await exactly(bytes, rest);
  for (let last = false; !last;) {
    const header = await exactly(bytes, 3);
    const word = header.readUIntLE(0, 3);
    last = (word & 1) === 1;
    const type = (word >> 1) & 3;
    const length = word >> 3;
    if (length > MOST_BLOCK || type === 3) throw new RangeError('a block is none');
    yield header;
    const own = type === 1 ? 1 : length;
    if (own > 0) yield await exactly(bytes, own);
  }
  if ((flags & 4) !== 0) yield await exactly(bytes, 4);
}

/** A copy, for the stream's own memory is used again. */
async function exactly(bytes: ByteStream, length: number): Promise<Buffer> {
  const taken = await bytes.take(length);
  if (taken.length < length) throw new RangeError('a frame ends early');
  return Buffer.from(taken);
}
