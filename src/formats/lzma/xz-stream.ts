import type { ByteSource } from '../../bytes/byte-source.ts';
import { PartStream } from '../part-stream.ts';
import type { Resume } from '../piece-stream.ts';
import { CUT_OFF, LzmaDecoder, LzmaError } from './lzma-decoder.ts';
import { LZMA_AHEAD, LzmaWindow } from './lzma-window.ts';

const MAX_BLOCKS = 100_000;
/** Bytes of the integrity check, by its kind. */
const CHECKS = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/**
 * Unpacks an .xz file (xz-file-format 1.2.0) piece by piece: all streams and blocks, with LZMA2 alone; other filters are refused. Memory holds the
 * dictionary, of at most 64 MiB, and a chunk. Integrity checks are not verified. Unpacking can go on later at the beginnings of blocks.
 */
export class XzStream extends PartStream<Lzma2> {
  #check: number | null = null;
  #streams = 0;
  #blocks = 0;
  #blockStart = 0;

  get next(): number {
    return this.part?.at ?? this.at;
  }

  protected open(): Lzma2 | null {
    for (;;) {
      if (this.#check === null) {
        const head = this.source.read(this.at, 12);
        if (!(head.length === 12 && head[0] === 0xfd && head[1] === 0x37 && head[2] === 0x7a)) {
          if (this.#streams > 0) return null;
          throw new LzmaError(head.length < 12 ? CUT_OFF : 'this is no xz data');
        }
        if (++this.#streams > MAX_BLOCKS) throw new LzmaError(`more than ${MAX_BLOCKS} streams`);
        this.#check = CHECKS[head[7]! & 0x0f]!;
        this.at += 12;
      }
      const size = this.#byte(this.at);
      if (size === 0) {
        this.at = this.#skipIndex(this.at) + 12;
        this.#check = null;
        while (this.source.read(this.at, 4).every((byte) => byte === 0) && this.at + 4 <= this.source.size)
          this.at += 4;
        continue;
      }
      if (++this.#blocks > MAX_BLOCKS) throw new LzmaError(`more than ${MAX_BLOCKS} blocks`);
      if (this.offer !== null && this.made > 0) this.offer(this.made, () => this.#capture());
      this.#blockStart = this.at + (size + 1) * 4;
      const header = this.source.read(this.at, (size + 1) * 4).slice();
      if (header.length < (size + 1) * 4) throw new LzmaError(CUT_OFF);
      return new Lzma2(this.source, this.#blockStart, blockDictionary(header));
    }
  }

  #capture(): Resume {
    const [source, at, made, check] = [this.source, this.at, this.made, this.#check];
    return () => {
      const stream = new XzStream(source, at, null, made);
      stream.#check = check;
      stream.#streams = 1;
      return stream;
    };
  }

  protected close({ at }: Lzma2): void {
    this.at = at + ((4 - ((at - this.#blockStart) % 4)) % 4) + this.#check!;
  }

  #byte(at: number): number {
    const [byte] = this.source.read(at, 1);
    if (byte === undefined) throw new LzmaError(CUT_OFF);
    return byte;
  }

  #skipIndex(start: number): number {
    const integer = (at: number): { readonly value: number; readonly next: number } => {
      const { value, next } = readInteger(this.source.read(at, 9), 0);
      return { value, next: at + next };
    };
    const records = integer(start + 1);
    // There is one for each block.
    if (records.value > MAX_BLOCKS) throw new LzmaError(`more than ${MAX_BLOCKS} blocks`);
    let at = records.next;
    for (let index = 0; index < records.value; index++) at = integer(integer(at).next).next;
    return at + ((4 - ((at - start) % 4)) % 4) + 4;
  }
}

/** Chunks of LZMA2 (xz-file-format 1.2.0 §5.3.1), one after another. */
class Lzma2 {
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

/** Size of the dictionary out of a block's header. */
function blockDictionary(header: Uint8Array): number {
  const flags = header[1]!;
  if ((flags & 0x3c) !== 0) throw new LzmaError('reserved flags are set');
  if ((flags & 3) !== 0) throw new LzmaError('filters other than LZMA2 are not supported');
  let at = 2;
  if ((flags & 0x40) !== 0) at = readInteger(header, at).next;
  if ((flags & 0x80) !== 0) at = readInteger(header, at).next;
  const id = readInteger(header, at);
  const length = readInteger(header, id.next);
  if (id.value !== 0x21 || length.value !== 1 || length.next >= header.length) {
    throw new LzmaError('filters other than LZMA2 are not supported');
  }
  const bits = header[length.next]! & 0x3f;
  if (bits > 40) throw new LzmaError('the dictionary size is out of range');
  return bits === 40 ? 0xffffffff : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11);
}

/** A variable-length integer, seven bits a byte. */
function readInteger(input: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = input[at + index];
    if (byte === undefined) throw new LzmaError(CUT_OFF);
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) {
      if (!Number.isSafeInteger(value)) break;
      return { value, next: at + index + 1 };
    }
  }
  throw new LzmaError('an integer is out of range');
}
