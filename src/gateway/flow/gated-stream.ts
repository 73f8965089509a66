import type { CallStream, CallStops, Notices } from '../../conversation/call-stops.ts';
import type { Frame } from '../../conversation/sse/split-frames.ts';
import { type Steps, wait } from '../../core/drive.ts';
import { Fault } from '../../core/fault.ts';
import type { CallWrite, CallWrites } from '../../conversation/call-writes.ts';
import { spliceJson } from '../../text/json/splice-json.ts';
import { MOST_ROUNDS, writesOf } from './answer-round.ts';
import type { CallGate, Ruling, Rulings } from './call-gate.ts';

export interface GatedStreamOptions {
  /** Bytes that may wait for a call to be whole. */
  readonly maxHeld: number;
  /** Puts the caller's own values in the place of what stands for them: calls are decided as the caller will read them. */
  readonly restore: (argumentsText: string) => string;
}

interface Pending {
  readonly said: unknown;
  readonly errors: Notices;
  readonly notices: Notices;
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
  /** All calls were stopped: when the stream has ended the model is asked again. */
  #pending: Pending | null = null;
  #rounds = 0;
  /** Asks the model again; true when what comes from now on is the further stream. */
  askAgain: ((stops: CallStops, said: unknown, errors: Notices) => Promise<boolean>) | null = null;
  readonly #stops: CallStops;

  constructor(gate: CallGate, stops: CallStops, options: GatedStreamOptions) {
    this.#gate = gate;
    this.#stops = stops;
    this.#calls = stops.createStream();
    this.#options = options;
  }

  /** Calls that were stopped and that nobody has answered. */
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
    for (const taken of frames) {
      const round = this.#rounds;
      for (const frame of round === 0 ? [taken] : this.#calls.joined(taken)) yield* this.#take(frame, out);
      // What is left of a stream that another one goes on with is not part of the answer.
      if (this.#rounds > round) break;
    }
    return out;
  }

  *#take(frame: Frame, out: Frame[]): Steps<void> {
    if (this.#pending !== null) {
      this.#hold(frame);
      if (frame.event === null) return;
      if (this.#calls.take(frame.event) === 'broken') {
        this.#drop();
        out.push(frame);
      } else if (this.#calls.calls().length !== this.#pending.errors.size) {
        throw new Fault('ERR_UPSTREAM_INVALID', 'The provider sent a tool call behind the end of its answer.');
      } else if (this.#calls.ends(frame.event)) yield* this.#goOn(out);
      return;
    }
    const state = frame.event === null ? (this.#open ? 'held' : 'pass') : this.#calls.take(frame.event);
    if (state === 'broken') {
      // No client acts on calls before an error; half of them must not reach one.
      if (this.#gate.enforces) this.#drop();
      out.push(frame);
      return;
    }
    this.#open = state === 'held';
    if (!this.#gate.enforces) {
      out.push(frame);
      if (state === 'decide') {
        yield* wait(this.#rule());
        this.#calls.rewrite([], new Map());
      }
      return;
    }
    if (state === 'pass') {
      out.push(frame);
      return;
    }
    this.#hold(frame);
    if (state !== 'decide') return;
    const ruled = yield* wait(this.#rule());
    this.#pending = this.#again(ruled);
    if (this.#pending === null) this.#release(ruled.notices, out, ruled.writes);
    else if (this.#calls.ends(frame.event!)) yield* this.#goOn(out);
  }

  #release(notices: Notices, out: Frame[], writes: CallWrites = new Map()): void {
    out.push(...this.#calls.rewrite(this.#held, notices, writes));
    this.#drop();
  }

  /** What is needed to ask the model again; null where it is not asked. */
  #again({ all, stopped, over, notices }: Rulings & { readonly notices: Notices }): Pending | null {
    const asks = this.askAgain !== null && this.#gate.continues && !over && this.#rounds < MOST_ROUNDS;
    if (!asks || stopped.length === 0 || stopped.length < all.length) return null;
    const said = this.#calls.answer();
    const calls = said === null ? [] : this.#stops.callsIn(said);
    if (calls.length !== all.length) return null;
    return { said, notices, errors: new Map(calls.map(({ key }, index) => [key, all[index]!.error])) };
  }

  *#goOn(out: Frame[]): Steps<void> {
    const { said, errors, notices } = this.#pending!;
    const goesOn = yield* wait(this.askAgain!(this.#stops, said, errors));
    this.#pending = null;
    if (!goesOn) return this.#release(notices, out);
    this.#rounds += 1;
    // They are answered.
    this.#stopped.length = 0;
    this.#calls.goesOn();
    this.#drop();
  }

  /** The provider's stream is over. @returns what goes on now. @throws Fault `ERR_UPSTREAM_INVALID` when a call is not whole. */
  finish(): readonly Frame[] {
    const out: Frame[] = [];
    if (this.#pending !== null) this.#release(this.#pending.notices, out);
    if (!this.#open || !this.#gate.enforces) return out;
    throw new Fault('ERR_UPSTREAM_INVALID', 'The provider ended its stream in the middle of a tool call.');
  }

  async #rule(): Promise<Rulings & { readonly notices: Notices; readonly writes: CallWrites }> {
    const calls = this.#calls.calls();
    const ruled = await this.#gate.rule(
      calls.map((call) =>
        typeof call.given === 'string' ? { ...call, given: this.#options.restore(call.given) } : call,
      ),
    );
    this.#stopped.push(...ruled.stopped);
    const given = new Map(calls.map((call) => [call.key, call.given]));
    // Values go back to the caller behind this: what is written goes into the arguments as the provider sent them.
    const writes = [...writesOf(ruled.all)].map(([key, { text, places }]): [string, CallWrite] => {
      const raw = given.get(key);
      const edits = places.map(({ path, value }) => ({ path, insert: value }));
      return [key, { places, text: typeof raw === 'string' && raw.trim() !== '' ? spliceJson(raw, edits) : text }];
    });
    const notices = new Map(ruled.stopped.map(({ call, notice }) => [call.key, notice]));
    return { ...ruled, notices, writes: new Map(writes) };
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
    this.#pending = null;
    this.#held = [];
    this.#heldBytes = 0;
    this.#open = false;
  }
}
