import type { Clock } from '../core/clock.ts';
import type { Store } from '../store/store.ts';

export interface Owner {
  readonly principal: string;
  readonly upstream: string;
}

/** Owners kept in memory in front of the store. */
const CACHED = 10_000;

/** Who made an object that a provider keeps (a response of the Responses API), and which upstream has it. */
export class ObjectOwners {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #recent = new Map<string, Owner>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Written before the answer that names the object leaves, so that any gateway on the same store knows it. */
  async remember(object: string, principal: string, upstream: string): Promise<void> {
    if (this.#recent.has(object)) return;
    await this.#store.putOwner(object, principal, upstream, this.#clock());
    this.#cache(object, { principal, upstream });
  }

  async find(object: string): Promise<Owner | null> {
    const cached = this.#recent.get(object);
    if (cached !== undefined) return cached;
    const owner = await this.#store.owner(object);
    if (owner !== null) this.#cache(object, owner);
    return owner;
  }

  #cache(object: string, owner: Owner): void {
    if (this.#recent.size >= CACHED) this.#recent.delete(this.#recent.keys().next().value!);
    this.#recent.set(object, owner);
  }
}
