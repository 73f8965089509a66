import { type Part, PartStream } from '../part-stream.ts';
import { PieceError, type Resume } from '../piece-stream.ts';
import { decodeLz4Block } from './lz4-block.ts';
import { Xxh32, xxh32 } from './xxh-32.ts';

const MAGIC = 0x184d2204;
/** The lowest of the sixteen numbers that skippable frames begin with. */
const SKIPPABLE = 0x184d2a50;
const LARGEST_BLOCK = 4 << 20;
/** Bytes back that a match may reach. */
const HISTORY = 1 << 16;

/** Memory that unpacking holds: a packed block, an unpacked one, and what the places hold from which it can go on. */
export const LZ4_STREAM_BYTES = 3 * LARGEST_BLOCK;

/** A frame that is open. */
interface Frame {
  readonly independent: boolean;
  readonly hasBlockSums: boolean;
  readonly hasSum: boolean;
  /** Bytes that come out of it, where they are stated. */
  readonly size: number | null;
  readonly largest: number;
}

/**
 * Unpacks LZ4 frames (LZ4 Frame Format 1.6.4) piece by piece, as joblib writes them: all frames, one after another. Memory holds one block, of at most
 * 4 MiB, and the 64 KiB before it. Checksums of headers, blocks and contents, and sizes that are stated, are compared. What follows the last frame is left alone. Unpacking can go on later at the
 * beginnings of blocks.
 */
export class Lz4Stream extends PartStream<Block> {
  #frame: Frame | null = null;
  #frames = 0;
  /** What came out last, for matches, and the next block behind it. */
  #out = new Uint8Array();
  #history = 0;
  /** Of what came out of the frame: its checksum, where that is compared, and its length, or null where its beginning was not read. */
  #sum: Xxh32 | null = null;
  #length: number | null = null;

  get next(): number {
    return this.at;
  }

  protected open(): Block | null {
    for (;;) {
      this.#frame ??= this.#begin();
      if (this.#frame === null) return null;
      if (this.offer !== null && this.made > 0) this.offer(this.made, this.#capture);
      const word = this.#need(this.at, 4).readUInt32LE(0);
      if (word === 0) this.#finish(this.#frame);
      else return this.#block(this.#frame, word);
    }
  }

  #need(at: number, length: number): Buffer {
    const bytes = this.source.read(at, length).slice();
    if (bytes.length < length) throw new PieceError('cut off');
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The header of the next frame, behind those that are to be skipped; null where none begins. */
  #begin(): Frame | null {
    for (;;) {
      const { size } = this.source;
      if (this.at >= size && this.#frames > 0) return null;
      const magic = this.#frames > 0 && this.at + 4 > size ? 0 : this.#need(this.at, 4).readUInt32LE(0);
      if (magic >>> 4 !== SKIPPABLE >>> 4) {
        if (magic === MAGIC) break;
        if (this.#frames > 0) return null;
        throw new PieceError('damaged');
      }
      this.at += 8 + this.#need(this.at + 4, 4).readUInt32LE(0);
      if (this.at > size) throw new PieceError('cut off');
      this.#frames++;
    }
    const [flags, descriptor] = this.#need(this.at + 4, 2) as unknown as [number, number];
    if (flags >> 6 !== 1 || (flags & 2) !== 0) throw new PieceError('damaged');
    const sized = (flags & 8) !== 0;
    const hasDictionary = (flags & 1) !== 0;
    const length = 2 + (sized ? 8 : 0) + (hasDictionary ? 4 : 0);
    const header = this.#need(this.at + 4, length + 1);
    if (((xxh32(header.subarray(0, length)) >>> 8) & 0xff) !== header[length])
      this.differs('the checksum of a header is wrong');
    if (hasDictionary) this.differs('it needs a dictionary');
    this.#frames++;
    this.at += 4 + length + 1;
    this.#history = 0;
    this.#sum = (flags & 4) === 0 ? null : new Xxh32();
    this.#length = 0;
    return {
      independent: (flags & 0x20) !== 0,
      hasBlockSums: (flags & 0x10) !== 0,
      hasSum: (flags & 4) !== 0,
      size: sized ? Number(header.readBigUInt64LE(2)) : null,
      largest: Math.min(LARGEST_BLOCK, 2 ** (8 + 2 * ((descriptor >> 4) & 7))),
    };
  }

  #block({ independent, hasBlockSums, largest }: Frame, word: number): Block {
    const size = word & 0x7fffffff;
    if (size > largest) throw new PieceError('damaged');
    const packed = this.#need(this.at + 4, size);
    if (hasBlockSums && this.#need(this.at + 4 + size, 4).readUInt32LE(0) !== xxh32(packed))
      this.differs('the checksum of a block is not that of the data');
    this.at += 4 + size + (hasBlockSums ? 4 : 0);
    if (this.#out.length < HISTORY + largest) {
      const larger = new Uint8Array(HISTORY + largest);
      larger.set(this.#out.subarray(0, this.#history));
      this.#out = larger;
    }
    const out = this.#out.subarray(0, HISTORY + largest);
    const from = independent ? 0 : this.#history;
    if (word >>> 31 === 1) {
      out.set(packed, from);
      return new Block(out, from, from + size, true);
    }
    const { to, isWhole } = decodeLz4Block(packed, out.subarray(0, from + largest), from, 0);
    return new Block(out, from, to, isWhole);
  }

  protected close({ from, to, isWhole }: Block): void {
    if (!isWhole) throw new PieceError('damaged');
    this.#sum?.update(this.#out.subarray(from, to));
    if (this.#length !== null) this.#length += to - from;
    // What matches of the next block can reach moves to the beginning.
    const kept = Math.min(HISTORY, to);
    this.#out.copyWithin(0, to - kept, to);
    this.#history = kept;
  }

  #finish({ hasSum, size }: Frame): void {
    this.at += 4;
    if (hasSum) {
      const stated = this.#need(this.at, 4).readUInt32LE(0);
      if (this.#sum !== null && stated !== this.#sum.digest()) this.differs('the checksum is not that of the data');
      this.at += 4;
    }
    if (size !== null && this.#length !== null && size !== this.#length)
      this.differs('the length is not that of the data');
    this.#frame = null;
  }

  readonly #capture = (): Resume => {
    const frame = this.#frame!;
    const [source, at, made] = [this.source, this.at, this.made];
    const history = frame.independent ? new Uint8Array() : this.#out.slice(0, this.#history);
    return () => {
      const stream = new Lz4Stream(source, at, null, made);
      stream.#frame = frame;
      stream.#frames = 1;
      stream.#out = history.slice();
      stream.#history = history.length;
      return stream;
    };
  };
}

/** A block that has been unpacked. */
class Block implements Part {
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, from: number, to: number, isWhole: boolean) {
    this.#bytes = bytes;
    this.from = this.#at = from;
    this.to = to;
    this.isWhole = isWhole;
  }

  get done(): boolean {
    return this.#at === this.to;
  }

  fill(into: Uint8Array, from: number): number {
    const part = this.#bytes.subarray(this.#at, Math.min(this.to, this.#at + into.length - from));
    into.set(part, from);
    this.#at += part.length;
    return part.length;
  }
}
