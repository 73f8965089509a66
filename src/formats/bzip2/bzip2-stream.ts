import { PartStream } from '../part-stream.ts';
import { PieceError, type Resume } from '../piece-stream.ts';
import { Bzip2Bits } from './bzip2-bits.ts';
import { type Bzip2Block, readBzip2Block } from './bzip2-block.ts';
import { combinedBzip2Crc } from './bzip2-crc.ts';

const BLOCK = 0x314159265359;
const END = 0x177245385090;

/**
 * Unpacks bzip2 data (Seward; the format as described in "BZIP2: Format Specification", Tsai 2016) piece by piece, all streams, one after another. Memory holds
 * one block, of at most 900,000 bytes. The checksums of blocks and streams are compared; what follows the last stream is left alone.
 */
export class Bzip2Stream extends PartStream<Bzip2Block> {
  #bits: Bzip2Bits | null = null;
  #level = 0;
  #streams = 0;
  /** Between the header of a stream and its end. */
  #within = false;
  /** Checksum of the blocks of the stream so far; null where its beginning was not read. */
  #combined: number | null = null;
  /** Of the block before, which is done: streams may be of a few bytes each, and there may be many. */
  #entries = new Int32Array();

  get next(): number {
    return this.#within ? this.#bits!.next : this.at;
  }

  protected open(): Bzip2Block | null {
    for (;;) {
      if (!this.#within) {
        const head = this.source.read(this.at, 4);
        const level = head[3]! - 0x30;
        const begins = head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68 && level >= 1 && level <= 9;
        if (!begins) {
          if (this.#streams > 0) return null;
          throw new PieceError(this.source.size < this.at + 4 ? 'cut off' : 'damaged');
        }
        this.#streams++;
        this.#level = level;
        this.#bits ??= new Bzip2Bits(this.source, this.at + 4);
        this.#bits.moveTo(this.at + 4);
        this.#within = true;
        this.#combined = 0;
      }
      const bits = this.#bits!;
      if (this.offer !== null && this.made > 0) this.offer(this.made, this.#capture);
      const magic = bits.read(24) * 2 ** 24 + bits.read(24);
      if (magic === BLOCK) {
        const size = this.#level * 100_000;
        if (this.#entries.length < size) this.#entries = new Int32Array(size);
        return readBzip2Block(bits, size, this.#entries);
      }
      if (magic !== END) throw new PieceError('damaged');
      const stated = bits.read32();
      if (this.#combined !== null && stated !== this.#combined) this.differs('the checksum is not that of the data');
      this.at = bits.next;
      this.#within = false;
    }
  }

  /** What follows a block begins with the very next bit. */
  protected close({ crc, stated }: Bzip2Block): void {
    if (crc !== stated) this.differs('the checksum of a block is not that of the data');
    if (this.#combined !== null) this.#combined = combinedBzip2Crc(this.#combined, crc);
  }

  readonly #capture = (): Resume => {
    const [source, level, made, { at, skip }] = [this.source, this.#level, this.made, this.#bits!.place];
    return () => {
      const stream = new Bzip2Stream(source, at, null, made);
      stream.#streams = 1;
      stream.#level = level;
      stream.#bits = new Bzip2Bits(source, at, skip);
      stream.#within = true;
      return stream;
    };
  };
}
