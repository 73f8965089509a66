import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { ByteSource } from '../../bytes/byte-source.ts';
import type { NativeKind, NativeStream, NativeUnpacker } from '../../formats/native-unpacker.ts';
import type { PieceEnd } from '../../formats/piece-stream.ts';
import { COMPLETE, CUT_OFF, DAMAGED, LOST, RUNNING, UnpackChannel, type UnpackRequest } from './unpack-channel.ts';

/** Milliseconds without any answer after which nobody is taken to be there. The first answer comes when a thread has begun. */
const PATIENCE = 30_000;

/** Memory of streams that are done which is kept for others. */
const MOST_KEPT = 1;

/** Sends a request to the thread that unpacks, with the port that it hands over. */
export type AskUnpack = (request: UnpackRequest, ports: readonly MessagePort[]) => void;

/**
 * Unpacks on another thread, by the runtime's libraries, which need a thread that yields. The reader blocks its own until bytes are there: reading is
 * synchronous, and two processors do the work of one.
 */
export class ThreadUnpacker implements NativeUnpacker {
  readonly #ask: AskUnpack;
  readonly #open = new Set<ThreadStream>();
  readonly #kept: UnpackChannel[] = [];

  constructor(ask: AskUnpack) {
    this.#ask = ask;
  }

  open(kind: NativeKind, source: ByteSource, from: number, endOf = (_at: number) => source.size): NativeStream {
    const kept = this.#kept.findIndex((channel) => channel.reuse());
    const channel = kept === -1 ? new UnpackChannel() : this.#kept.splice(kept, 1)[0]!;
    const stream = new ThreadStream(this.#ask, kind, source, from, endOf, channel, () => {
      this.#open.delete(stream);
      if (this.#kept.length < MOST_KEPT) this.#kept.push(channel);
    });
    this.#open.add(stream);
    return stream;
  }

  /** Streams that nobody has freed. */
  get streams(): number {
    return this.#open.size;
  }

  /** Ends all streams that are left, of whoever failed before freeing them. */
  free(): void {
    for (const stream of this.#open) stream.free();
  }
}

class ThreadStream implements NativeStream {
  readonly #channel: UnpackChannel;
  readonly #port: MessagePort;
  readonly #source: ByteSource;
  readonly #from: number;
  readonly #endOf: (at: number) => number;
  /** Offset of what goes over next, and where that ends. */
  #at: number;
  #to: number;
  #fed = false;
  /** Bytes that have been taken of the piece that is next. */
  #taken = 0;
  readonly #freed: () => void;
  /** How it was when it was let go of: from then on the memory is that of another stream. */
  #final: Pick<NativeStream, 'end' | 'next' | 'trouble'> | null = null;

  constructor(
    ask: AskUnpack,
    kind: NativeKind,
    source: ByteSource,
    from: number,
    endOf: (at: number) => number,
    channel: UnpackChannel,
    freed: () => void,
  ) {
    this.#channel = channel;
    this.#source = source;
    this.#from = this.#at = this.#to = from;
    this.#endOf = endOf;
    this.#freed = freed;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.unref();
    ask({ unpack: { kind, shared: this.#channel.shared, port: port2 } }, [port2]);
  }

  get end(): PieceEnd | null {
    if (this.#final !== null) return this.#final.end;
    const { state } = this.#channel;
    if (state === RUNNING || this.#channel.output() !== null) return null;
    return state === COMPLETE ? 'complete' : state === CUT_OFF ? 'cut off' : 'damaged';
  }

  get trouble(): 'damaged' | 'lost' | null {
    if (this.#final !== null) return this.#final.trouble;
    const { state } = this.#channel;
    if (state === LOST) return 'lost';
    return state === DAMAGED && this.#channel.output() === null ? 'damaged' : null;
  }

  get next(): number {
    if (this.#final !== null) return this.#final.next;
    return this.#channel.state === RUNNING ? this.#at : this.#from + this.#channel.used;
  }

  fill(into: Uint8Array): number {
    let filled = 0;
    while (filled < into.length && this.#final === null) {
      const mark = this.#channel.mark;
      const fed = this.#feed();
      const length = this.#take(into, filled);
      filled += length;
      if (fed || length > 0) this.#port.postMessage(true);
      else if (this.end !== null) break;
      else if (!this.#channel.wait(mark, PATIENCE)) this.#channel.finish(LOST);
    }
    return filled;
  }

  /** Hands over what there is room for. */
  #feed(): boolean {
    let any = false;
    while (!this.#fed) {
      const room = this.#channel.inputRoom();
      if (room === null) break;
      if (this.#at === this.#to) this.#to = this.#endOf(this.#at);
      const bytes = this.#source.read(this.#at, Math.min(room.length, this.#to - this.#at));
      room.set(bytes);
      this.#channel.feed(bytes.length);
      this.#at += bytes.length;
      this.#fed = bytes.length === 0;
      any = true;
    }
    return any;
  }

  #take(into: Uint8Array, from: number): number {
    let to = from;
    while (to < into.length) {
      const piece = this.#channel.output();
      if (piece === null) break;
      const part = piece.subarray(this.#taken, this.#taken + into.length - to);
      into.set(part, to);
      to += part.length;
      this.#taken += part.length;
      if (this.#taken === piece.length) {
        this.#taken = 0;
        this.#channel.take();
      }
    }
    return to - from;
  }

  free(): void {
    if (this.#final !== null) return;
    const { end, next, trouble } = this;
    this.#final = { end, next, trouble };
    this.#channel.finish(LOST);
    this.#port.postMessage(false);
    this.#port.close();
    this.#freed();
  }
}
