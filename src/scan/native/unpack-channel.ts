import type { MessagePort } from 'node:worker_threads';
import type { NativeKind } from '../../formats/native-unpacker.ts';

/** Packed bytes that go over at once, and the places for them. */
export const IN_SLOT = 1 << 17;
const IN_SLOTS = 4;
/** Unpacked bytes that come back at once, and the places for them. */
export const OUT_SLOT = 1 << 18;
const OUT_SLOTS = 4;

/** What one stream is doing. */
export const RUNNING = 0;
export const COMPLETE = 1;
export const CUT_OFF = 2;
export const DAMAGED = 3;
export const LOST = 4;

/** Cells: what wakes the reader, counts of places that were filled and emptied, the state, whether the other side is done with the memory, and lengths. */
const [WAKE, FED, EATEN, MADE, TAKEN, STATE, LEFT, IN_LENGTH, OUT_LENGTH] = [0, 1, 2, 3, 4, 5, 6, 7, 7 + IN_SLOTS];
const CELLS = OUT_LENGTH + OUT_SLOTS;
const USED_AT = Math.ceil((CELLS * 4) / 8) * 8;
const DATA_AT = USED_AT + 8;
const BYTES = DATA_AT + IN_SLOT * IN_SLOTS + OUT_SLOT * OUT_SLOTS;

/** Asks for a stream: sent once, to whoever started the thread that unpacks, and on to it. */
export interface UnpackRequest {
  readonly unpack: {
    readonly kind: NativeKind;
    readonly shared: SharedArrayBuffer;
    /** What is told over it: that something has changed (`true`), or that nobody reads on (`false`). */
    readonly port: MessagePort;
  };
}

/**
 * Memory that two threads share for one stream: two rings, of packed and of unpacked bytes. Only the reader waits on it; whoever unpacks is told by a
 * message, because it must yield to its library.
 */
export class UnpackChannel {
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;
  readonly #used: Float64Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(BYTES)) {
    this.shared = shared;
    this.#cells = new Int32Array(shared, 0, CELLS);
    this.#used = new Float64Array(shared, USED_AT, 1);
  }

  get state(): number {
    return Atomics.load(this.#cells, STATE);
  }

  /** Packed bytes that were used, where the state says that it is over. */
  get used(): number {
    return this.#used[0]!;
  }

  /** Ends it; an end that was there before stays. */
  finish(state: number, used = 0): void {
    if (this.state !== RUNNING) return;
    this.#used[0] = used;
    Atomics.store(this.#cells, STATE, state);
    this.#wake();
  }

  /** Says that the side which unpacks will not touch the memory again. */
  leave(): void {
    Atomics.store(this.#cells, LEFT, 1);
  }

  /** Takes the memory for another stream, if the other side has left it. */
  reuse(): boolean {
    if (Atomics.load(this.#cells, LEFT) === 0) return false;
    this.#cells.fill(0);
    return true;
  }

  /** Room for packed bytes, or null where none is free. */
  inputRoom(): Uint8Array | null {
    const fed = Atomics.load(this.#cells, FED);
    return fed - Atomics.load(this.#cells, EATEN) === IN_SLOTS ? null : this.#input(fed);
  }

  /** Hands over the bytes that were put there; none say that there are no more. */
  feed(length: number): void {
    const fed = Atomics.load(this.#cells, FED);
    this.#cells[IN_LENGTH + (fed % IN_SLOTS)] = length;
    Atomics.store(this.#cells, FED, fed + 1);
  }

  /** The next packed bytes, or null where there are none yet; an empty answer says that there are no more. */
  input(): Uint8Array | null {
    const eaten = Atomics.load(this.#cells, EATEN);
    if (eaten === Atomics.load(this.#cells, FED)) return null;
    return this.#input(eaten).subarray(0, this.#cells[IN_LENGTH + (eaten % IN_SLOTS)]);
  }

  eat(): void {
    Atomics.add(this.#cells, EATEN, 1);
    this.#wake();
  }

  /** Room for unpacked bytes, or null where none is free. */
  outputRoom(): Uint8Array | null {
    const made = Atomics.load(this.#cells, MADE);
    return made - Atomics.load(this.#cells, TAKEN) === OUT_SLOTS ? null : this.#output(made);
  }

  make(length: number): void {
    const made = Atomics.load(this.#cells, MADE);
    this.#cells[OUT_LENGTH + (made % OUT_SLOTS)] = length;
    Atomics.store(this.#cells, MADE, made + 1);
    this.#wake();
  }

  /** The next unpacked bytes, or null where there are none yet. */
  output(): Uint8Array | null {
    const taken = Atomics.load(this.#cells, TAKEN);
    if (taken === Atomics.load(this.#cells, MADE)) return null;
    return this.#output(taken).subarray(0, this.#cells[OUT_LENGTH + (taken % OUT_SLOTS)]);
  }

  take(): void {
    Atomics.add(this.#cells, TAKEN, 1);
  }

  /** A mark to wait from: read before looking whether there is anything. */
  get mark(): number {
    return Atomics.load(this.#cells, WAKE);
  }

  /** Waits, blocking the thread, until something has changed since the mark. False where nothing did in that time. */
  wait(mark: number, milliseconds: number): boolean {
    return Atomics.wait(this.#cells, WAKE, mark, milliseconds) !== 'timed-out';
  }

  #wake(): void {
    Atomics.add(this.#cells, WAKE, 1);
    Atomics.notify(this.#cells, WAKE);
  }

  #input(count: number): Uint8Array {
    return new Uint8Array(this.shared, DATA_AT + (count % IN_SLOTS) * IN_SLOT, IN_SLOT);
  }

  #output(count: number): Uint8Array {
    return new Uint8Array(this.shared, DATA_AT + IN_SLOT * IN_SLOTS + (count % OUT_SLOTS) * OUT_SLOT, OUT_SLOT);
  }
}
