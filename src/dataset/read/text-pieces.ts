import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Fault } from '../../core/fault.ts';
import { zstdChunks } from './zstd-frames.ts';

/** Small enough that rows are garbage before they are old, so that memory stays where it is. */
const CHUNK = 1 << 16;
/** How the bytes of a text are packed. */
export type Packing = 'none' | 'gzip' | 'zstd';
type Decoder = InstanceType<typeof TextDecoder>;

async function* chunks(path: string, packing: Packing): AsyncGenerator<Buffer> {
  if (packing === 'zstd') {
    yield* zstdChunks(path);
    return;
  }
  const file = createReadStream(path, { highWaterMark: CHUNK });
  const stream = packing === 'gzip' ? file.pipe(createGunzip({ chunkSize: CHUNK })) : file;
  if (packing === 'gzip') file.on('error', (error) => stream.destroy(error));
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } finally {
    file.destroy();
  }
}

/**
 * Text of a file in pieces, unpacked where it is packed: UTF-8, or UTF-16 where it begins with a byte order mark. What is neither is an error and not
 * a replacement character.
 * @throws Fault `ERR_DATA`, with the line where the encoding is wrong
 */
export async function* textPieces(path: string, packing: Packing): AsyncGenerator<string> {
  let decoder: Decoder | null = null;
  try {
    for await (const chunk of chunks(path, packing)) {
      decoder ??= decoderFor(chunk, path);
      yield decoder.decode(chunk, { stream: true });
    }
    if (decoder !== null) yield decoder.decode();
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    if (!isBadEncoding(cause)) throw new Fault('ERR_DATA', 'The file is damaged.', { where: path, cause });
    throw new Fault('ERR_DATA', `The text is not ${decoder!.encoding.toUpperCase()}.`, {
      where: `line ${await lineOfBadText(path, packing)}`,
      hint: 'Convert it, for example with "iconv -f WINDOWS-1252 -t UTF-8".',
      cause,
    });
  }
}

function decoderFor(start: Buffer, path: string): Decoder {
  const [a, b, c, d] = start;
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le', { fatal: true });
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be', { fatal: true });
  if (start.length >= 4 && ((b === 0 && d === 0 && a !== 0) || (a === 0 && c === 0 && b !== 0))) {
    throw new Fault('ERR_DATA', 'The text is UTF-16 without a byte order mark.', {
      where: path,
      hint: 'Convert it with "iconv -f UTF-16LE -t UTF-8", or UTF-16BE.',
    });
  }
  return new TextDecoder('utf-8', { fatal: true });
}

function isBadEncoding(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
}

/** Reads once more, for an error alone: the line, from 1, up to which everything can be decoded. */
async function lineOfBadText(path: string, packing: Packing): Promise<number> {
  let decoder: Decoder | null = null;
  let line = 1;
  for await (const chunk of chunks(path, packing)) {
    decoder ??= decoderFor(chunk, path);
    const wide = decoder.encoding !== 'utf-8';
    for (let from = 0; from < chunk.length;) {
      const end = wide ? Math.min(chunk.length, from + 64) : chunk.indexOf(10, from) + 1 || chunk.length;
      try {
        line += decoder.decode(chunk.subarray(from, end), { stream: true }).split('\n').length - 1;
      } catch {
        return line;
      }
      from = end;
    }
  }
  return line;
}
