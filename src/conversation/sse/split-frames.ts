import { isUtf8 } from 'node:buffer';
import { Fault } from '../../core/fault.ts';
import type { SseEvent } from '../surface.ts';
import { parseEvent } from './parse-event.ts';

/** One event of a stream as it came. */
export interface Frame {
  /** The original bytes with the blank line that ends the event. All frames' bytes in a row are the stream. */
  readonly bytes: Uint8Array;
  /** What it says; null when it has no `data` line (comments, keep-alives, blank lines). */
  readonly event: SseEvent | null;
  /** Its other lines (comments, `id`, `retry`, fields that nobody knows), '' as a rule. */
  readonly rest: string;
  /** False when the bytes are not UTF-8: `event.data` then holds U+FFFD in place of what could not be read. */
  readonly valid: boolean;
}

export interface FrameSplitter {
  /** Takes the next bytes and returns the frames that they complete. The bytes must not be changed afterwards. */
  push(chunk: Uint8Array): Frame[];
  /**
   * The bytes behind the last blank line, or null when there are none. The HTML standard drops such an event, but some
   * clients do not, so it is read like any other.
   */
  end(): Frame | null;
}

const LF = 0x0a;
const CR = 0x0d;
const EMPTY: Uint8Array = new Uint8Array(0);

/**
 * Splits the raw bytes of a `text/event-stream` into frames, whatever the chunks are: the frames are the same for every
 * way of cutting the stream. Lines may end with `\n`, `\r\n` or `\r`, also mixed; a byte order mark at the start is
 * allowed. A frame that ends with `\r` at the end of a chunk waits for the next byte, which may be its `\n`.
 * Time and memory are linear in the bytes.
 *
 * @throws Fault `ERR_UPSTREAM_INVALID` from `push` when a frame has more than `maxFrame` bytes.
 */
export function createFrameSplitter({ maxFrame }: { maxFrame: number }): FrameSplitter {
  /** Bytes of the unfinished frame: `held[0 .. length)`. */
  let held: Uint8Array = EMPTY;
  let length = 0;
  /** State between chunks: the current line has no byte yet; the last byte was `\r`; so was that of a blank line. */
  let lineEmpty = true;
  let afterCr = false;
  let blankCr = false;
  let first = true;

  function keep(bytes: Uint8Array): void {
    if (length + bytes.length > maxFrame) throw tooLong(maxFrame);
    if (length + bytes.length > held.length) {
      const grown = new Uint8Array(Math.min(maxFrame, Math.max(1024, 2 * (length + bytes.length))));
      grown.set(held.subarray(0, length));
      held = grown;
    }
    held.set(bytes, length);
    length += bytes.length;
  }

  /** The frame that ends with `tail`. */
  function complete(tail: Uint8Array): Frame {
    let bytes = tail;
    if (length > 0) {
      keep(tail);
      bytes = held.subarray(0, length);
      held = EMPTY;
      length = 0;
    } else if (tail.length > maxFrame) {
      throw tooLong(maxFrame);
    }
    const valid = isUtf8(bytes);
    let text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    if (first && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    first = false;
    return { bytes, ...parseEvent(text), valid };
  }

  /** Index behind the frame that ends first at or after `from`, or -1. Keeps the line state for the next call. */
  function frameEnd(chunk: Buffer, from: number, cr: boolean): number {
    let at = from;
    if (!cr && !afterCr) {
      // Only `\n` ends lines here: jump from one to the next.
      for (;;) {
        const end = chunk.indexOf(LF, at);
        if (end === -1) {
          if (at < chunk.length) lineEmpty = false;
          return -1;
        }
        const blank = lineEmpty && end === at;
        lineEmpty = true;
        at = end + 1;
        if (blank) return at;
      }
    }
    for (; at < chunk.length; at++) {
      const byte = chunk[at];
      if (blankCr) {
        // The frame ended with `\r`; a `\n` right behind it still belongs to it.
        blankCr = false;
        afterCr = false;
        return byte === LF ? at + 1 : at;
      }
      if (byte === LF && afterCr) {
        afterCr = false;
        continue;
      }
      afterCr = byte === CR;
      if (byte === LF || byte === CR) {
        if (lineEmpty && byte === LF) return at + 1;
        blankCr = lineEmpty;
        lineEmpty = true;
      } else {
        lineEmpty = false;
      }
    }
    return -1;
  }

  return {
    push(chunk) {
      const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const lastCr = buffer.lastIndexOf(CR);
      const frames: Frame[] = [];
      let start = 0;
      while (start < buffer.length) {
        const end = frameEnd(buffer, start, lastCr >= start);
        if (end === -1) {
          keep(buffer.subarray(start));
          break;
        }
        frames.push(complete(buffer.subarray(start, end)));
        start = end;
      }
      return frames;
    },
    end() {
      lineEmpty = true;
      afterCr = false;
      blankCr = false;
      return length === 0 ? null : complete(EMPTY);
    },
  };
}

function tooLong(maxFrame: number): Fault {
  return new Fault('ERR_UPSTREAM_INVALID', `The provider sent an event of more than ${maxFrame} bytes`);
}
