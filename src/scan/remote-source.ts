import type { ByteSource } from '../bytes/byte-source.ts';
import type { MemoryTurn } from './memory-turn.ts';

/** Bytes of a file that are fetched when they are asked for, by whoever can reach it. */
export interface RemoteBytes {
  readonly size: number;
  /** Exactly the bytes from `offset` on, as many as asked for. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** What a thread asks for, over the port to whoever started it. */
export interface RangeRequest {
  readonly range: { readonly offset: number; readonly length: number };
}

const BLOCK = 1 << 16;
/** Blocks that are fetched at once when a reader goes straight on. */
const AHEAD = 16;
const KEPT = 128;
const CHANNEL = BLOCK * AHEAD;
const [STATE, READY, FAILED] = [0, 1, 2];

/** Memory through which bytes come into a thread: a state, and room for what is fetched at once. */
export function remoteChannel(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 + CHANNEL);
}

/** The side that fetches: answers one request. */
export async function answerRange(
  channel: SharedArrayBuffer,
  remote: RemoteBytes,
  { range }: RangeRequest,
): Promise<void> {
  const cells = new Int32Array(channel, 0, 2);
  let state = FAILED;
  try {
    const bytes = await remote.read(range.offset, range.length);
    if (bytes.length === range.length) {
      new Uint8Array(channel, 8).set(bytes);
      state = READY;
    }
  } catch {
    // The reader hears of it; why is told by whoever fetched.
  }
  Atomics.store(cells, STATE, state);
  Atomics.notify(cells, STATE);
}

export class RemoteReadError extends Error {
  constructor() {
    super('a part of the file could not be fetched');
    this.name = 'RemoteReadError';
  }
}

/**
 * The side that reads: blocks its thread until the bytes are there. What is read once is kept for a while; a reader that goes straight on gets more at once.
 * @param ask sends a request
 */
export function remoteSource(
  size: number,
  channel: SharedArrayBuffer,
  ask: (request: RangeRequest) => void,
  turn: MemoryTurn,
): ByteSource {
  const cells = new Int32Array(channel, 0, 2);
  const blocks = new Map<number, Uint8Array>();
  let last = -2;
  /** Blocks that are fetched at once: twice as many each time a reader goes straight on. */
  let ahead = 1;
  const fetchBlocks = (first: number, count: number): void => {
    const offset = first * BLOCK;
    const length = Math.min(count * BLOCK, size - offset);
    Atomics.store(cells, STATE, 0);
    ask({ range: { offset, length } });
    const began = performance.now();
    Atomics.wait(cells, STATE, 0);
    turn.excuse(performance.now() - began);
    if (Atomics.load(cells, STATE) !== READY) throw new RemoteReadError();
    const bytes = new Uint8Array(channel, 8, length).slice();
    for (let at = 0; at < length; at += BLOCK) {
      blocks.set(first + at / BLOCK, bytes.subarray(at, Math.min(at + BLOCK, length)));
      if (blocks.size > KEPT) blocks.delete(blocks.keys().next().value!);
    }
  };
  return {
    size,
    read: (offset, length) => {
      const from = Math.max(0, Math.min(offset, size));
      const to = Math.max(from, Math.min(offset + length, size));
      const out = new Uint8Array(to - from);
      for (let at = from; at < to;) {
        const index = Math.floor(at / BLOCK);
        const needed = Math.ceil(to / BLOCK) - index;
        if (!blocks.has(index)) {
          ahead = index === last + 1 ? Math.min(AHEAD, ahead * 2) : 1;
          fetchBlocks(index, Math.min(AHEAD, Math.max(needed, ahead)));
        }
        const block = blocks.get(index)!;
        last = index;
        const part = block.subarray(at - index * BLOCK, Math.min(block.length, to - index * BLOCK));
        out.set(part, at - from);
        at += part.length;
      }
      return out;
    },
  };
}
