import type { ByteSource } from '../../bytes/byte-source.ts';
import { crc32 } from '../crc-32.ts';
import { type Part, PartStream } from '../part-stream.ts';
import type { Resume } from '../piece-stream.ts';
import { CUT_OFF, LzmaError } from './lzma-decoder.ts';
import { Lzma2Chunks, lzma2Dictionary } from './lzma2-stream.ts';
import { type XzCheck, xzCheck } from './xz-check.ts';
import { readXzInteger } from './xz-integer.ts';

const MAX_BLOCKS = 100_000;
const HEADER = 12;
const FOOTER = 12;

/**
 * Unpacks an .xz file (xz-file-format 1.2.0) piece by piece: all streams and blocks, with LZMA2 alone; other filters are refused. Memory holds the
 * dictionary, of at most 64 MiB, and a chunk. Integrity checks, checksums of headers, and the index are compared with what came out. Unpacking can go on
 * later at the beginnings of blocks.
 */
export class XzStream extends PartStream<Block> {
  /** Of the stream that is open. */
  #check: XzCheck | null = null;
  #flags = 0;
  /** Sizes of its blocks, without padding, and of what came out of them; null where its beginning was not read. */
  #records: number[] | null = null;
  #streams = 0;
  #blocks = 0;

  get next(): number {
    return this.part?.next ?? this.at;
  }

  protected open(): Block | null {
    for (;;) {
      if (this.#check === null && !this.#beginStream()) return null;
      const [first] = this.source.read(this.at, 1);
      if (first === undefined) throw new LzmaError(CUT_OFF);
      if (first === 0) {
        this.#endStream();
        continue;
      }
      if (++this.#blocks > MAX_BLOCKS) throw new LzmaError(`more than ${MAX_BLOCKS} blocks`);
      if (this.offer !== null && this.made > 0) this.offer(this.made, () => this.#capture());
      const length = (first + 1) * 4;
      const header = this.source.read(this.at, length).slice();
      if (header.length < length) throw new LzmaError(CUT_OFF);
      this.#compare(header.subarray(0, -4), header.subarray(-4), 'header of a block');
      return new Block(this.source, this.at, length, blockHeader(header), this.#check!);
    }
  }

  /** False where there is none and one has been before. */
  #beginStream(): boolean {
    const head = this.source.read(this.at, HEADER).slice();
    if (!(head.length === HEADER && head[0] === 0xfd && head[1] === 0x37 && head[2] === 0x7a)) {
      if (this.#streams > 0) return false;
      throw new LzmaError(head.length < HEADER ? CUT_OFF : 'this is no xz data');
    }
    if (++this.#streams > MAX_BLOCKS) throw new LzmaError(`more than ${MAX_BLOCKS} streams`);
    this.#compare(head.subarray(6, 8), head.subarray(8), 'header');
    this.#flags = head[6]! * 256 + head[7]!;
    this.#check = xzCheck(head[7]! & 0x0f);
    if (!this.#check.known) this.differs('the kind of its integrity check is not known');
    this.#records = [];
    this.at += HEADER;
    return true;
  }

  #compare(bytes: Uint8Array, stated: Uint8Array, what: string): void {
    if (crc32(bytes) !== Buffer.from(stated).readUInt32LE(0)) this.differs(`the checksum of the ${what} is wrong`);
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

  protected close(block: Block): void {
    const { next } = block;
    const check = this.#check!;
    const padding = (4 - ((next - block.from) % 4)) % 4;
    const behind = this.source.read(next, padding + check.size).slice();
    if (behind.length < padding + check.size) throw new LzmaError(CUT_OFF);
    const wrong = block.differs(behind.subarray(padding));
    if (wrong !== null) this.differs(wrong);
    this.#records?.push(next - block.from + check.size, block.made);
    this.at = next + behind.length;
  }

  /** The index, which repeats the sizes of all blocks (§4), the footer (§2.1.2), and zeros up to the next stream. */
  #endStream(): void {
    const start = this.at;
    const integer = (at: number): { readonly value: number; readonly next: number } => {
      const { value, next } = readXzInteger(this.source.read(at, 9), 0);
      return { value, next: at + next };
    };
    const records = integer(start + 1);
    // There is one for each block.
    if (records.value > MAX_BLOCKS) throw new LzmaError(`more than ${MAX_BLOCKS} blocks`);
    let at = records.next;
    let same = this.#records === null || records.value * 2 === this.#records.length;
    for (let index = 0; index < records.value * 2; index++) {
      const { value, next } = integer(at);
      same &&= this.#records === null || value === this.#records[index];
      at = next;
    }
    if (!same) this.differs('the index is not that of the blocks');
    at += (4 - ((at - start) % 4)) % 4;
    const index = this.source.read(start, at + 4 - start).slice();
    const footer = Buffer.from(this.source.read(at + 4, FOOTER).slice());
    if (footer.length < FOOTER) throw new LzmaError(CUT_OFF);
    this.#compare(index.subarray(0, -4), index.subarray(-4), 'index');
    this.#compare(footer.subarray(4, 10), footer.subarray(0, 4), 'footer');
    const size = (footer.readUInt32LE(4) + 1) * 4;
    const flags = this.#records === null ? footer.readUInt16BE(8) : this.#flags;
    if (size !== index.length || footer.readUInt16BE(8) !== flags || footer.toString('latin1', 10) !== 'YZ')
      this.differs('the footer is not that of the stream');
    this.at = at + 4 + FOOTER;
    this.#check = null;
    while (this.at + 4 <= this.source.size && this.source.read(this.at, 4).every((byte) => byte === 0)) this.at += 4;
  }
}

/** A block that is open: what came out of it is counted and checked. */
class Block implements Part {
  /** Offset of its header. */
  readonly from: number;
  made = 0;
  readonly #dataFrom: number;
  readonly #chunks: Lzma2Chunks;
  readonly #header: BlockHeader;
  readonly #sum: ReturnType<XzCheck['begin']>;

  constructor(source: ByteSource, from: number, length: number, header: BlockHeader, check: XzCheck) {
    this.from = from;
    this.#dataFrom = from + length;
    this.#chunks = new Lzma2Chunks(source, from + length, header.dictionary);
    this.#header = header;
    this.#sum = check.begin();
  }

  get next(): number {
    return this.#chunks.at;
  }

  get done(): boolean {
    return this.#chunks.done;
  }

  fill(into: Uint8Array, from: number): number {
    const length = this.#chunks.fill(into, from);
    this.#sum?.update(into.subarray(from, from + length));
    this.made += length;
    return length;
  }

  /** What is not as the header and the check behind the block say. */
  differs(check: Uint8Array): string | null {
    const { packed, unpacked } = this.#header;
    if (this.#sum !== null && !Buffer.from(this.#sum.digest()).equals(check))
      return 'the integrity check of a block is not that of the data';
    if ((packed !== null && packed !== this.next - this.#dataFrom) || (unpacked !== null && unpacked !== this.made))
      return 'the sizes of a block are not those of its header';
    return null;
  }
}

interface BlockHeader {
  readonly dictionary: number;
  /** Bytes of the data, and those that come out of it, where they are stated. */
  readonly packed: number | null;
  readonly unpacked: number | null;
}

/** §3.1. @throws LzmaError where there are other filters than LZMA2 */
function blockHeader(header: Uint8Array): BlockHeader {
  const flags = header[1]!;
  if ((flags & 0x3c) !== 0) throw new LzmaError('reserved flags are set');
  if ((flags & 3) !== 0) throw new LzmaError('filters other than LZMA2 are not supported');
  let at = 2;
  const size = (flag: number): number | null => {
    if ((flags & flag) === 0) return null;
    const { value, next } = readXzInteger(header, at);
    at = next;
    return value;
  };
  const [packed, unpacked] = [size(0x40), size(0x80)];
  const id = readXzInteger(header, at);
  const length = readXzInteger(header, id.next);
  if (id.value !== 0x21 || length.value !== 1 || length.next >= header.length) {
    throw new LzmaError('filters other than LZMA2 are not supported');
  }
  return { dictionary: lzma2Dictionary(header[length.next]! & 0x3f), packed, unpacked };
}
