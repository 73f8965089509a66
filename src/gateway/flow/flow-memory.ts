import { createHash } from 'node:crypto';
import { createLruMap } from '../../access/lru-map.ts';
import { FlowCache } from '../../flow/flow-cache.ts';
import { callKey } from '../../flow/flow-state.ts';
import type { FlowCall, FlowEvent, FlowTool } from '../../flow/history.ts';
import type { HistorySigner } from './history-signer.ts';

/** What is known of a response that the provider keeps and a later request can go on with. */
export interface KeptHistory {
  /** What the model had been shown by its end. */
  readonly events: readonly FlowEvent[];
  /** What it had been shown before the answer. */
  readonly before: readonly FlowEvent[];
  readonly tools: readonly FlowTool[];
  /** Ids of calls that were stopped: the provider waits for their results, and the caller knows nothing of them. */
  readonly stopped: readonly { readonly id: string; readonly type: string; readonly error: string }[];
}

/** Units of text in kept histories. */
const MOST_UNITS = 32 * 1024 * 1024;
const MOST_HISTORIES = 4096;
const MOST_CALLS = 16_384;
/** Calls that may still be carried out, for how long, and how long their arguments may be. */
const MOST_OPEN = 4096;
const OPEN_MILLIS = 300_000;
const LONGEST_OPEN = 16_384;
const MOST_DENIED = 16_384;
/** Longest arguments of a call that is remembered by its id. */
const LONGEST_CALL = 16_384;

/** What decisions on tool calls remember over requests: one for the process, bounded in every part. */
export class FlowMemory {
  readonly cache = new FlowCache();
  readonly signer: HistorySigner;
  readonly #histories = new Map<string, KeptHistory>();
  #units = 0;
  /** Calls by id, for histories that only refer to them. */
  readonly #calls = createLruMap<string, FlowCall>(MOST_CALLS);
  /** Calls that were let through and that nobody has asked a token for, with all of their arguments. */
  readonly #open = createLruMap<string, { readonly call: FlowCall; readonly until: number }>(MOST_OPEN);
  /** How often a call was denied in one turn of the user's. */
  readonly #denied = createLruMap<string, number>(MOST_DENIED);

  constructor(signer: HistorySigner) {
    this.signer = signer;
  }

  keep(principal: string, response: string, history: KeptHistory): void {
    const key = place(principal, response);
    this.#forget(key);
    this.#histories.set(key, history);
    this.#units += unitsOf(history);
    for (const oldest of this.#histories.keys()) {
      if (this.#units <= MOST_UNITS && this.#histories.size <= MOST_HISTORIES) break;
      this.#forget(oldest);
    }
  }

  history(principal: string, response: string): KeptHistory | null {
    return this.#histories.get(place(principal, response)) ?? null;
  }

  #forget(key: string): void {
    const history = this.#histories.get(key);
    if (history === undefined) return;
    this.#units -= unitsOf(history);
    this.#histories.delete(key);
  }

  rememberCall(principal: string, call: FlowCall): void {
    if (call.id === '' || callKey(call).length > LONGEST_CALL) return;
    this.#calls.set(place(principal, call.id), call);
  }

  call(principal: string, id: string): FlowCall | null {
    return this.#calls.get(place(principal, id)) ?? null;
  }

  /** A call was let through: whoever carries it out may ask for a token once. */
  open(principal: string, call: FlowCall, now: number): void {
    if (call.id === '' || callKey(call).length > LONGEST_OPEN) return;
    this.#open.set(place(principal, call.id), { call, until: now + OPEN_MILLIS });
  }

  /** The call, the first time that it is asked for and soon after it was let through; null otherwise. */
  takeOpen(principal: string, id: string, now: number): FlowCall | null {
    const key = place(principal, id);
    const found = this.#open.get(key);
    if (found === undefined) return null;
    this.#open.delete(key);
    return found.until >= now ? found.call : null;
  }

  /**
   * @param turn what tells this turn of the user's from every other.
   * @returns how often this call was denied in it, this time included.
   */
  countDenied(principal: string, turn: string, call: FlowCall): number {
    const key = createHash('sha256')
      .update(JSON.stringify([principal, turn, callKey(call)]))
      .digest('base64');
    const times = (this.#denied.get(key) ?? 0) + 1;
    this.#denied.set(key, times);
    return times;
  }
}

function place(principal: string, id: string): string {
  return JSON.stringify([principal, id]);
}

function unitsOf({ events }: KeptHistory): number {
  let units = 0;
  for (const event of events) units += 64 + (event.kind === 'call' ? callKey(event).length : event.text.length);
  return units;
}
