import type { Copy } from './surface.ts';

/**
 * Tells what a provider stamps on every chunk of a stream (a region, a request's name) from what one chunk says: the
 * chunk that only reports usage is recognised although it bears the stamp too.
 */
export class ChunkStamp {
  #last: ReadonlySet<string> = new Set();

  /** Shown the texts of every chunk in order: true when all of them stood, in the same places, on the chunk before. */
  repeats(copies: readonly Copy[]): boolean {
    if (copies.length === 0 && this.#last.size === 0) return true;
    const here = copies.map(({ channel, text }) => `${channel}=${text}`);
    const repeated = here.every((text) => this.#last.has(text));
    this.#last = new Set(here);
    return repeated;
  }
}
