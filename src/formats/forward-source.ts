import type { ByteSource } from '../bytes/byte-source.ts';
import type { PieceStream } from './piece-stream.ts';

/** Bytes before those that were read last to which a reader may go back. */
const KEPT = 2 << 20;

/** Memory that one holds. */
export const FORWARD_SOURCE_BYTES = 2 * KEPT;

/** What comes out of a stream, as a source for the next one: it is read from its beginning to its end, and a little back. */
export class ForwardSource implements ByteSource {
  readonly size: number;
  readonly #stream: PieceStream;
  #bytes = new Uint8Array(2 * KEPT);
  /** Offset of the first byte that is kept, and how many are. */
  #from = 0;
  #length = 0;

  /** @param size bytes that should come out; fewer do where the stream ends before */
  constructor(stream: PieceStream, size: number) {
    this.#stream = stream;
    this.size = size;
  }

  read(offset: number, length: number): Uint8Array {
    const to = Math.min(this.size, offset + length);
    if (offset < this.#from) throw new RangeError('what was unpacked is no longer there');
    while (this.#from + this.#length < to && this.#stream.end === null) {
      if (this.#length === this.#bytes.length) this.#drop(offset, to);
      this.#length += this.#stream.fill(this.#bytes.subarray(this.#length));
    }
    const start = Math.min(this.#length, offset - this.#from);
    return this.#bytes.subarray(start, Math.max(start, Math.min(this.#length, to - this.#from)));
  }

  /** Makes room: what is far behind goes. */
  #drop(offset: number, to: number): void {
    const end = this.#from + this.#length;
    const keep = Math.max(this.#from, Math.min(offset, end - KEPT));
    // Whoever asks for more at once than that holds it anyway.
    const room = Math.max(2 * KEPT, to - keep);
    const left = this.#bytes.subarray(keep - this.#from, this.#length);
    if (room > this.#bytes.length) {
      const larger = new Uint8Array(room);
      larger.set(left);
      this.#bytes = larger;
    } else this.#bytes.copyWithin(0, keep - this.#from, this.#length);
    this.#length = left.length;
    this.#from = keep;
  }
}
