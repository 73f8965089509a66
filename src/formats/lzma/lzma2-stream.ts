import type { ByteSource } from '../../bytes/byte-source.ts';
import { type Part, PartStream } from '../part-stream.ts';
import { CUT_OFF, LzmaDecoder, LzmaError } from './lzma-decoder.ts';
import { LZMA_AHEAD, LzmaWindow } from './lzma-window.ts';

/** Chunks of LZMA2 (xz-file-format 1.2.0 §5.3.1), one after another, up to their end mark. Memory holds the dictionary, of at most 64 MiB, and a chunk. */
export class Lzma2Chunks implements Part {
  readonly #source: ByteSource;
  readonly #window: LzmaWindow;
  readonly #decoder: LzmaDecoder;
  #needDictionary = true;
  #needProperties = true;
  /** Bytes in all at which the chunk that is open ends, and the offset after its packed bytes. */
  #chunkEnd = 0;
  #chunkNext = 0;
  /** Offset of the next chunk. */
  at: number;
  #ended = false;

  constructor(source: ByteSource, from: number, dictionary: number) {
    this.#source = source;
    this.at = from;
    this.#window = new LzmaWindow(dictionary);
    this.#decoder = new LzmaDecoder(this.#window);
    this.#decoder.dictionarySize = dictionary;
  }

  get done(): boolean {
    return this.#ended && this.#window.waiting === 0;
  }

  fill(into: Uint8Array, from: number): number {
    let to = from;
    for (;;) {
      to += this.#window.take(into, to);
      if (to === into.length || this.#ended) return to - from;
      if (this.#window.length < this.#chunkEnd) {
        this.#decoder.run(this.#chunkEnd, this.#window.length + LZMA_AHEAD);
        if (this.#window.length === this.#chunkEnd) this.at = this.#chunkNext;
      } else this.#open();
    }
  }

  #open(): void {
    const head = this.#source.read(this.at, 6).slice();
    const control = head[0];
    if (control === undefined) throw new LzmaError(CUT_OFF);
    if (control === 0) {
      this.at++;
      this.#ended = true;
      return;
    }
    const length = control < 0x80 ? 3 : control < 0xc0 ? 5 : 6;
    if (head.length < length) throw new LzmaError(CUT_OFF);
    if (control === 1 || control >= 0xe0) {
      this.#decoder.dictionaryStart = this.#window.length;
      this.#needDictionary = false;
    } else if (this.#needDictionary) throw new LzmaError('the first chunk does not reset the dictionary');
    const low = head[1]! * 256 + head[2]! + 1;
    if (control < 0x80) {
      if (control > 2) throw new LzmaError(`chunk type ${control} is not known`);
      this.#window.append(this.#bytes(this.at + 3, low));
      this.#chunkEnd = this.#window.length;
      this.at += 3 + low;
      return;
    }
    const packed = head[3]! * 256 + head[4]! + 1;
    if (control >= 0xc0) {
      this.#decoder.setProperties(head[5]!);
      if (this.#decoder.literalBits > 4) throw new LzmaError('the properties are out of range');
      this.#needProperties = false;
    } else if (this.#needProperties) throw new LzmaError('the first chunk has no properties');
    if (control >= 0xa0) this.#decoder.resetState();
    this.#decoder.startRange(this.#bytes(this.at + length, packed), 0, packed);
    this.#chunkEnd = this.#window.length + (control & 0x1f) * 65536 + low;
    this.#chunkNext = this.at + length + packed;
  }

  #bytes(at: number, length: number): Uint8Array {
    const bytes = this.#source.read(at, length).slice();
    if (bytes.length < length) throw new LzmaError(CUT_OFF);
    return bytes;
  }
}

/** The size of the dictionary, in bytes, out of the byte in which LZMA2 states it (xz-file-format 1.2.0 §5.3.1). @throws LzmaError */
export function lzma2Dictionary(byte: number): number {
  if (byte > 40) throw new LzmaError('the dictionary size is out of range');
  return byte === 40 ? 0xffffffff : (2 | (byte & 1)) * 2 ** ((byte >> 1) + 11);
}

/** Unpacks LZMA2 without a container piece by piece, as 7z archives have it. */
export class Lzma2Stream extends PartStream<Lzma2Chunks> {
  readonly #dictionary: number;
  #opened = false;

  constructor(source: ByteSource, dictionary: number) {
    super(source);
    this.#dictionary = dictionary;
  }

  get next(): number {
    return this.part?.at ?? this.at;
  }

  protected open(): Lzma2Chunks | null {
    if (this.#opened) return null;
    this.#opened = true;
    return new Lzma2Chunks(this.source, this.at, this.#dictionary);
  }

  protected close({ at }: Lzma2Chunks): void {
    this.at = at;
  }
}
