import * as zlib from 'node:zlib';
import type { ByteSource } from '../../bytes/byte-source.ts';
import type { NativeStream, NativeUnpacker } from '../native-unpacker.ts';
import { type Part, PartStream } from '../part-stream.ts';
import { PieceError } from '../piece-stream.ts';
import { LARGEST_ZSTANDARD_BLOCK, zstandardBlockAt, type ZstandardFrame, zstandardFrameAt } from './zstandard-frame.ts';

/** Whether the runtime brings a decoder (Node 22.15 and later). */
export const HAS_ZSTANDARD = typeof (zlib as { zstdDecompressSync?: unknown }).zstdDecompressSync === 'function';

/** Blocks of a frame that is unpacked at once; without another thread, as many as 64 MiB have. */
const FEW_BLOCKS = 8;
const MANY_BLOCKS = 512;
/** Histories that are kept: that of `zstd --long`, and, where the first frame asks for no more, that of any level without it. */
export const LARGEST_ZSTANDARD_WINDOW = 64 << 20;
const USUAL_WINDOW = 8 << 20;

/** Bytes of history that frames may ask for, which the first decides. */
export function zstandardWindow(source: ByteSource): number {
  try {
    const window = zstandardFrameAt(source, 0).frame?.window ?? 0;
    return window <= USUAL_WINDOW ? USUAL_WINDOW : LARGEST_ZSTANDARD_WINDOW;
  } catch (error) {
    if (!(error instanceof PieceError)) throw error;
    return USUAL_WINDOW;
  }
}

/**
 * Unpacks Zstandard data (RFC 8878) piece by piece by the runtime's decoder, frame by frame, which it does not do by itself. Checksums are verified by the
 * decoder: damage is where one is wrong. What follows the last frame is left alone.
 */
export class ZstandardStream extends PartStream<Frame> {
  readonly #native: NativeUnpacker | null;
  readonly #window: number;
  #frames = 0;

  /** @param native null: a frame is unpacked at once, where it makes no more than 64 MiB */
  constructor(source: ByteSource, native: NativeUnpacker | null = null) {
    super(source);
    this.#native = native;
    this.#window = zstandardWindow(source);
  }

  get next(): number {
    return this.at;
  }

  protected open(): Frame | null {
    const { at, frame } = zstandardFrameAt(this.source, this.at);
    this.at = at;
    if (frame === null) {
      if (this.#frames > 0 || (at > 0 && at === this.source.size)) return null;
      throw new PieceError(this.source.size - at < 4 ? 'cut off' : 'damaged');
    }
    this.#frames++;
    if (frame.window > this.#window) throw new PieceError('damaged', `a history of ${frame.window} bytes`);
    if (frame.hasDictionary) throw new PieceError('damaged', 'it needs a dictionary');
    const end = endOfShort(this.source, frame, this.#native === null ? MANY_BLOCKS : FEW_BLOCKS);
    if (end !== null) return new ShortFrame(this.source, at, end);
    if (this.#native === null) throw new PieceError('damaged', 'a frame that is too long');
    return new LongFrame(this.#native, this.source, at, frame);
  }

  protected close(frame: Frame): void {
    this.at = frame.end;
  }
}

interface Frame extends Part {
  readonly end: number;
}

/** Where a frame ends, if it has no more than so many blocks and is whole. */
function endOfShort(source: ByteSource, frame: ZstandardFrame, most: number): number | null {
  let at = frame.blocks;
  for (let index = 0; index < most; index++) {
    const block = zstandardBlockAt(source, at);
    if (block === null) return null;
    at = block.end;
    if (!block.last) continue;
    const end = at + (frame.hasChecksum ? 4 : 0);
    return end > source.size ? null : end;
  }
  return null;
}

class ShortFrame implements Frame {
  readonly end: number;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(source: ByteSource, from: number, end: number) {
    this.end = end;
    const packed = source.read(from, end - from).slice();
    try {
      this.#bytes = zlib.zstdDecompressSync(packed, { maxOutputLength: MANY_BLOCKS * LARGEST_ZSTANDARD_BLOCK });
    } catch {
      throw new PieceError('damaged');
    }
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  fill(into: Uint8Array, from: number): number {
    const part = this.#bytes.subarray(this.#at, this.#at + into.length - from);
    into.set(part, from);
    this.#at += part.length;
    return part.length;
  }
}

/** A frame of any length, which is handed over block by block: what damage takes with it is the block in which it is. */
class LongFrame implements Frame {
  readonly #stream: NativeStream;
  #end: number | null = null;
  #problem: PieceError | null = null;

  constructor(native: NativeUnpacker, source: ByteSource, from: number, frame: ZstandardFrame) {
    let last = false;
    this.#stream = native.open('zstandard', source, from, (at) => {
      if (at === from) return frame.blocks;
      if (last) return at;
      try {
        const block = zstandardBlockAt(source, at);
        if (block === null) this.#problem = new PieceError('cut off');
        else if (block.last) {
          last = true;
          this.#end = block.end + (frame.hasChecksum ? 4 : 0);
        }
        return this.#end ?? block?.end ?? source.size;
      } catch (error) {
        if (!(error instanceof PieceError)) throw error;
        this.#problem = error;
        return at;
      }
    });
  }

  /** Offset after the frame. @throws PieceError where it is not what the decoder used */
  get end(): number {
    const { end, next } = this.#stream;
    if (this.#problem !== null) throw this.#problem;
    if (end !== 'complete') throw new PieceError(end ?? 'damaged');
    if (this.#end === null || next !== this.#end) throw new PieceError('damaged');
    return next;
  }

  get done(): boolean {
    return this.#stream.end !== null;
  }

  fill(into: Uint8Array, from: number): number {
    const length = this.#stream.fill(into.subarray(from));
    if (this.done) this.free();
    return length;
  }

  free(): void {
    this.#stream.free();
  }
}
