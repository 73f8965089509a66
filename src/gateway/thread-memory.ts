import type { Segment } from '../conversation/segment.ts';
import type { Clock } from '../core/clock.ts';
import { createKeyedHash } from '../guard/keyed-hash.ts';

/** Objects whose earlier turns are remembered. */
const MOST_THREADS = 10_000;
/** UTF-16 units of one thread's texts; beyond it the thread is not known in full any more. */
const MOST_UNITS = 64 * 1024;
/** And of all threads together. */
const MOST_UNITS_IN_ALL = 32 * 1024 * 1024;

/** What the turns before a stored response hold that the rules have to know when the conversation goes on. */
export interface Thread {
  /** Texts of the prompts: what an answer may give away. */
  readonly instructions: readonly string[];
  /** What the user said since the last answer that said anything; empty when the last one did. */
  readonly open: readonly Pick<Segment, 'role' | 'origin' | 'kind' | 'text'>[];
  /** False: something of it is missing, because content may not be kept, was too long, or was never seen. */
  readonly complete: boolean;
  readonly turns: number;
}

export const NO_THREAD: Thread = { instructions: [], open: [], complete: true, turns: 0 };

interface Entry {
  readonly at: number;
  readonly units: number;
  readonly thread: Thread;
}

/**
 * Earlier turns of conversations that the provider keeps (`previous_response_id`, `conversation`), as far as a rule needs
 * them. In memory, bounded, by keyed hash of the provider's id; texts are here only where `evidence.content` lets them be
 * kept, and in the form in which it does.
 */
export class ThreadMemory {
  #keepFor: number;
  readonly #clock: Clock;
  readonly #keyed = createKeyedHash();
  readonly #threads = new Map<string, Entry>();
  #units = 0;

  constructor({ keepFor, clock }: { readonly keepFor: number; readonly clock: Clock }) {
    this.#keepFor = keepFor;
    this.#clock = clock;
  }

  get size(): number {
    return this.#threads.size;
  }

  resize({ keepFor }: { readonly keepFor: number }): void {
    this.#keepFor = keepFor;
  }

  /** Null for an object whose turns this process has not seen, or has forgotten. */
  recall(principal: string, object: string): Thread | null {
    const key = this.#hash(principal, object);
    const entry = this.#threads.get(key);
    if (entry === undefined) return null;
    this.#threads.delete(key);
    if (this.#clock() - entry.at >= this.#keepFor) {
      this.#units -= entry.units;
      return null;
    }
    this.#threads.set(key, entry);
    return entry.thread;
  }

  remember(principal: string, object: string, thread: Thread): void {
    const key = this.#hash(principal, object);
    let kept = thread;
    let units = unitsOf(thread);
    if (units > MOST_UNITS) {
      kept = { instructions: [], open: [], complete: false, turns: thread.turns };
      units = 0;
    }
    this.#forget(key);
    this.#threads.set(key, { at: this.#clock(), units, thread: kept });
    this.#units += units;
    while (this.#threads.size > MOST_THREADS || this.#units > MOST_UNITS_IN_ALL) {
      this.#forget(this.#threads.keys().next().value!);
    }
  }

  #forget(key: string): void {
    this.#units -= this.#threads.get(key)?.units ?? 0;
    this.#threads.delete(key);
  }

  #hash(principal: string, object: string): string {
    return this.#keyed(principal, object);
  }
}

function unitsOf({ instructions, open }: Thread): number {
  let units = 0;
  for (const text of instructions) units += text.length;
  for (const { text } of open) units += text.length;
  return units;
}
