import type { Clock } from '../core/clock.ts';

/** What is known of a message that came before: every rule let it pass, or one stopped it. */
export type Fact =
  | { readonly state: 'passed' }
  /**
   * `policyKey` of the rule that stopped it, and the version of the allow-list then: when that rule is no longer in force,
   * or something else is allowed, the fact says nothing.
   */
  | { readonly state: 'stopped'; readonly policyKey: string; readonly allowed: string };

export interface MessageMemoryOptions {
  /** Messages that are remembered of all principals together; 0 remembers none. */
  readonly messages: number;
  /** Milliseconds for which a message is remembered after it was last seen. */
  readonly keepFor: number;
  readonly clock: Clock;
}

interface Entry {
  readonly at: number;
  readonly fact: Fact;
}

/** Facts of one principal. */
export interface PrincipalMemory {
  recall(key: string): Fact | null;
  remember(key: string, fact: Fact): void;
  forget(key: string): void;
}

/** Where nothing comes again. */
export const NO_MEMORY: PrincipalMemory = { recall: () => null, remember: () => {}, forget: () => {} };

/**
 * Facts about messages, by principal and by keyed hash. Bounded: when it is full, a principal that has more than its
 * share forgets its own oldest message, and otherwise the principal that was away longest forgets one. Forgetting is
 * safe: what is not remembered is read again.
 */
export class MessageMemory {
  #options: MessageMemoryOptions;
  readonly #principals = new Map<string, Map<string, Entry>>();
  #size = 0;

  constructor(options: MessageMemoryOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** Other bounds, after the configuration was loaded again. */
  resize(options: Pick<MessageMemoryOptions, 'messages' | 'keepFor'>): void {
    this.#options = { ...this.#options, ...options };
    while (this.#size > options.messages) this.#forgetOldest(this.#principals.values().next().value!);
  }

  of(principal: string): PrincipalMemory {
    return {
      recall: (key) => this.#recall(principal, key),
      remember: (key, fact) => this.#remember(principal, key, fact),
      forget: (key) => {
        if (this.#principals.get(principal)?.delete(key) === true) this.#size -= 1;
      },
    };
  }

  #recall(principal: string, key: string): Fact | null {
    const own = this.#principals.get(principal);
    const entry = own?.get(key);
    if (own === undefined || entry === undefined) return null;
    const now = this.#options.clock();
    own.delete(key);
    if (now - entry.at >= this.#options.keepFor) {
      this.#size -= 1;
      return null;
    }
    own.set(key, { ...entry, at: now });
    return entry.fact;
  }

  #remember(principal: string, key: string, fact: Fact): void {
    const { messages, clock } = this.#options;
    if (messages === 0) return;
    const own = this.#principals.get(principal) ?? new Map<string, Entry>();
    // The order of the maps is the order of use.
    this.#principals.delete(principal);
    this.#principals.set(principal, own);
    if (!own.delete(key)) this.#size += 1;
    own.set(key, { at: clock(), fact });
    if (this.#size <= messages) return;
    const share = messages / this.#principals.size;
    this.#forgetOldest(own.size > share ? own : this.#principals.values().next().value!);
  }

  #forgetOldest(own: Map<string, Entry>): void {
    const [key] = own.keys();
    if (key !== undefined) {
      own.delete(key);
      this.#size -= 1;
    }
    if (own.size > 0) return;
    for (const [principal, entries] of this.#principals) {
      if (entries !== own) continue;
      this.#principals.delete(principal);
      return;
    }
  }
}
