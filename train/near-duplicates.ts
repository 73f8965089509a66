import { hashPair } from '../src/classify/hash.ts';
import { tokenise } from '../src/classify/tokens.ts';

const WORDS = 5;
/** Share of a text's runs of five words that another may have before the two are one text in two copies. */
const SHARE = 0.3;

function runs(text: string): Set<number> {
  const { hashes, count } = tokenise(text);
  const found = new Set<number>();
  for (let at = 0; at + WORDS <= Math.max(count, WORDS); at++) {
    let hash = 0;
    for (let k = at; k < Math.min(at + WORDS, count); k++) hash = hashPair(hash, hashes[k]!);
    found.add(hash);
  }
  return found;
}

/** Finds texts that share much of their wording with any of a set of texts: copies and versions of one another. */
export class NearDuplicates {
  readonly #known = new Set<number>();

  add(text: string): void {
    for (const run of runs(text)) this.#known.add(run);
  }

  has(text: string): boolean {
    const own = runs(text);
    let shared = 0;
    for (const run of own) if (this.#known.has(run)) shared++;
    return shared > own.size * SHARE;
  }
}
