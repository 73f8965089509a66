import type { CallStream, CallStops, Notices } from '../../conversation/call-stops.ts';
import type { Frame } from '../../conversation/sse/split-frames.ts';
import { type Steps, wait } from '../../core/drive.ts';
import { Fault } from '../../core/fault.ts';
import type { CallGate, Ruling } from './call-gate.ts';

export interface GatedStreamOptions {
  /** Bytes that may wait for a call to be whole. */
  readonly maxHeld: number;
  /** Puts the caller's own values in the place of what stands for them: calls are decided as the caller will read them. */
  readonly restore: (argumentsText: string) => string;
}

/**
 * Stands before everything else that looks at a stream: frames go through as they are until a tool call begins, then wait until it
 * is whole and decided. Those of calls that pass go on as they came; the others give way to a text.
 */
export class GatedStream {
  readonly #gate: CallGate;
  readonly #calls: CallStream;
  readonly #options: GatedStreamOptions;
  readonly #stopped: Ruling[] = [];
  #held: Frame[] = [];
  #heldBytes = 0;
  #open = false;

  constructor(gate: CallGate, stops: CallStops, options: GatedStreamOptions) {
    this.#gate = gate;
    this.#calls = stops.createStream();
    this.#options = options;
  }

  get stopped(): readonly Ruling[] {
    return this.#stopped;
  }

  /** Bytes that wait. */
  get held(): number {
    return this.#heldBytes;
  }

  /** @returns what goes on now, in order. @throws Fault `ERR_CHECK_FAILED` when too much would have to wait. */
  *push(frames: readonly Frame[]): Steps<readonly Frame[]> {
    const out: Frame[] = [];
    for (const frame of frames) {
      const state = frame.event === null ? (this.#open ? 'held' : 'pass') : this.#calls.take(frame.event);
      if (state === 'broken') {
        // No client acts on calls before an error; half of them must not reach one.
        if (this.#gate.enforces) this.#drop();
        out.push(frame);
        continue;
      }
      this.#open = state === 'held';
      if (!this.#gate.enforces) {
        out.push(frame);
        if (state === 'decide') {
          yield* wait(this.#rule());
          this.#calls.rewrite([], new Map());
        }
        continue;
      }
      if (state === 'pass') {
        out.push(frame);
        continue;
      }
      this.#hold(frame);
      if (state === 'decide') {
        const notices = yield* wait(this.#rule());
        out.push(...this.#calls.rewrite(this.#held, notices));
        this.#drop();
      }
    }
    return out;
  }

  /** The provider's stream is over. @throws Fault `ERR_UPSTREAM_INVALID` when a call is not whole. */
  finish(): void {
    if (!this.#open || !this.#gate.enforces) return;
    throw new Fault('ERR_UPSTREAM_INVALID', 'The provider ended its stream in the middle of a tool call.');
  }

  async #rule(): Promise<Notices> {
    const calls = this.#calls
      .calls()
      .map((call) => (typeof call.given === 'string' ? { ...call, given: this.#options.restore(call.given) } : call));
    const { stopped } = await this.#gate.rule(calls);
    this.#stopped.push(...stopped);
    return new Map(stopped.map(({ call, notice }) => [call.key, notice]));
  }

  #hold(frame: Frame): void {
    this.#held.push(frame);
    this.#heldBytes += frame.bytes.length;
    if (this.#heldBytes <= this.#options.maxHeld) return;
    throw new Fault(
      'ERR_CHECK_FAILED',
      `More than ${this.#options.maxHeld} bytes would have to wait for a tool call to be whole.`,
      { hint: 'Raise guard.maxHeld.' },
    );
  }

  #drop(): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.#open = false;
  }
}
