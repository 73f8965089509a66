import type { ByteSource } from '../../bytes/byte-source.ts';
import type { PieceEnd, PieceStream } from '../piece-stream.ts';
import { LzmaDecoder, LzmaError } from './lzma-decoder.ts';
import { LZMA_AHEAD, LzmaWindow } from './lzma-window.ts';

/** Packed bytes that are read at once. */
const BLOCK = 1 << 16;

/** Raw LZMA data: its properties, its dictionary, and how long what comes out is, or null where an end mark says so. */
export interface LzmaHeader {
  readonly properties: number;
  readonly dictionary: number;
  readonly size: number | null;
  /** Offset of the data. */
  readonly from: number;
}

/** The header of the `.lzma` format: properties, dictionary, and size or -1; null where it is cut off. */
export function lzmaAloneHeader(source: ByteSource): LzmaHeader | null {
  const head = Buffer.from(source.read(0, 13).slice());
  if (source.size < 18) return null;
  const size = head.readBigUInt64LE(5);
  return {
    properties: head[0]!,
    dictionary: head.readUInt32LE(1),
    size: size === 0xffffffffffffffffn ? null : Number(size),
    from: 13,
  };
}

/** The header of LZMA in a ZIP archive (APPNOTE.TXT 5.8): version, length of the properties, properties. */
export function lzmaZipHeader(source: ByteSource, size: number | null): LzmaHeader | null {
  const head = Buffer.from(source.read(0, 9).slice());
  if (head.length < 9 || head.readUInt16LE(2) !== 5) return null;
  return { properties: head[4]!, dictionary: head.readUInt32LE(5), size, from: 9 };
}

/** Unpacks raw LZMA data piece by piece. Memory holds the dictionary, of at most 64 MiB. Unpacking can only begin at the beginning. */
export class LzmaStream implements PieceStream {
  readonly #source: ByteSource;
  readonly #size: number | null;
  readonly #window: LzmaWindow;
  readonly #decoder: LzmaDecoder;
  #read: number;
  #block = 0;
  #started = false;
  #ended: PieceEnd | null = null;

  /** @param header null where there is none: the data is cut off */
  constructor(source: ByteSource, header: LzmaHeader | null) {
    this.#source = source;
    this.#size = header?.size ?? null;
    const dictionary = Math.max(header?.dictionary ?? 0, 4096);
    this.#window = new LzmaWindow(dictionary);
    this.#decoder = new LzmaDecoder(this.#window);
    this.#decoder.dictionarySize = dictionary;
    this.#read = header?.from ?? 0;
    if (header === null) this.#ended = 'cut off';
    else if (header.properties < 225) this.#decoder.setProperties(header.properties);
    else this.#ended = 'damaged';
  }

  get end(): PieceEnd | null {
    return this.#window.waiting > 0 ? null : this.#ended;
  }

  get next(): number {
    return this.#read - this.#block + this.#decoder.position;
  }

  fill(into: Uint8Array): number {
    let filled = 0;
    for (;;) {
      filled += this.#window.take(into, filled);
      if (filled === into.length || this.#ended !== null) return filled;
      try {
        if (!this.#started) this.#start();
        const marked = this.#decoder.run(this.#size ?? Infinity, this.#window.length + LZMA_AHEAD);
        if (marked || this.#window.length === this.#size) this.#ended = 'complete';
      } catch (error) {
        if (!(error instanceof LzmaError)) throw error;
        this.#ended = error.end;
      }
    }
  }

  #start(): void {
    this.#started = true;
    this.#decoder.resetState();
    const refill = (): Uint8Array => {
      const bytes = this.#source.read(this.#read, BLOCK).slice();
      this.#read += bytes.length;
      this.#block = bytes.length;
      return bytes;
    };
    this.#decoder.startRange(new Uint8Array(), 0, 0, refill);
  }
}
