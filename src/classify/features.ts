import { HASH_START, hashPair, hashUnit } from './hash.ts';
import type { Lexicon } from './lexicon.ts';
import { SILENT, UNIT_FOLD, UNIT_KIND } from './letter-fold.ts';
import { MARK, NUMBER_HASH, type Tokens } from './tokens.ts';

/** Which features are made of a text. Part of a model's file: a model only understands the features it was trained on. */
export interface FeatureSettings {
  /** Words in a row: 1 to 3. */
  readonly words: number;
  /** Pairs of words with one word between them. */
  readonly gaps: boolean;
  /** Letters in a row inside a word, with its borders: least and most; 0 and 0 for none. */
  readonly letters: readonly [number, number];
  /** Marks beside a word: markup before it, a colon after it, capitals. */
  readonly marks: boolean;
  /** Pairs of concepts at most so many words apart; 0 for none. */
  readonly conceptReach: number;
}

/** Letters of one word that are looked at. What is longer is no word. */
const LETTERS_MAX = 24;
/** Concepts before a token that it is paired with. */
const RECENT = 6;
const CONCEPTS_AT = 6;
/** No token has more features. */
export const FEATURES_MAX = 256;

const SEED = {
  word: 0x11,
  pair: 0x22,
  triple: 0x33,
  gap: 0x44,
  letters: 0x55,
  mark: 0x66,
  concept: 0x77,
  concepts: 0x88,
};
const BORDER = 0x7f;

/** Makes the features of one text after the other. Keeps its scratch memory, so one instance serves one text at a time. */
export class FeatureReader {
  readonly #settings: FeatureSettings;
  readonly #lexicon: Lexicon;
  readonly #concepts = new Uint16Array(CONCEPTS_AT);
  readonly #folded = new Uint16Array(LETTERS_MAX + 2);
  readonly #recentConcepts = new Uint16Array(RECENT);
  readonly #recentTokens = new Int32Array(RECENT);
  #recent = 0;

  constructor(settings: FeatureSettings, lexicon: Lexicon) {
    this.#settings = settings;
    this.#lexicon = lexicon;
  }

  /** Begins a text: what was before is no context of it. */
  begin(): void {
    this.#recent = 0;
  }

  /**
   * Writes the features that end with token `at`; tokens of a text in order. A feature is a 32-bit hash.
   * @param out at least `FEATURES_MAX` long.
   * @returns how many.
   */
  read(tokens: Tokens, at: number, out: Int32Array): number {
    const { words, gaps, letters, marks } = this.#settings;
    const { hashes } = tokens;
    const word = hashes[at]!;
    let n = 0;
    out[n++] = hashPair(SEED.word, word);
    if (at > 0 && words >= 2) {
      const pair = hashPair(hashes[at - 1]!, word);
      out[n++] = hashPair(SEED.pair, pair);
      if (at > 1) {
        if (words >= 3) out[n++] = hashPair(SEED.triple, hashPair(hashes[at - 2]!, pair));
        if (gaps) out[n++] = hashPair(SEED.gap, hashPair(hashes[at - 2]!, word));
      }
    }
    if (marks) {
      const mark = tokens.marks[at]! & (MARK.markupBefore | MARK.colonAfter | MARK.capitals);
      if (mark !== 0) out[n++] = hashPair(SEED.mark, hashPair(mark, word));
    }
    if (letters[1] > 0 && word !== NUMBER_HASH) n = this.#letters(tokens, at, out, n);
    if (this.#settings.conceptReach > 0) n = this.#pairs(tokens, at, out, n);
    return n;
  }

  #letters(tokens: Tokens, at: number, out: Int32Array, from: number): number {
    const [least, most] = this.#settings.letters;
    const folded = this.#folded;
    const { text } = tokens;
    const end = tokens.ends[at]!;
    let size = 0;
    folded[size++] = BORDER;
    for (let i = tokens.starts[at]!; i < end && size <= LETTERS_MAX; i++) {
      const unit = text.charCodeAt(i);
      if (UNIT_KIND[unit] !== SILENT) folded[size++] = UNIT_FOLD[unit]!;
    }
    folded[size++] = BORDER;
    let n = from;
    if (size - 2 < least) return n; // the word itself says as much
    for (let start = 0; start + least <= size; start++) {
      let hash = HASH_START;
      for (let k = 0; k < most && start + k < size; k++) {
        hash = hashUnit(hash, folded[start + k]!);
        if (k + 1 >= least && n < out.length) out[n++] = hashPair(SEED.letters, hash);
      }
    }
    return n;
  }

  #pairs(tokens: Tokens, at: number, out: Int32Array, from: number): number {
    const found = this.#lexicon.conceptsAt(tokens, at, this.#concepts);
    if (found === 0) return from;
    const reach = this.#settings.conceptReach;
    let n = from;
    const before = this.#recent;
    for (let k = 0; k < found; k++) {
      const concept = this.#concepts[k]!;
      out[n++] = hashPair(SEED.concept, concept);
      let nearest = -1;
      for (let back = 1; back <= RECENT && back <= before; back++) {
        const slot = (before - back) % RECENT;
        const distance = at - this.#recentTokens[slot]!;
        if (distance > reach) break;
        if (distance === 0) continue;
        const other = this.#recentConcepts[slot]!;
        const pair = hashPair(other, concept);
        if (n + 2 > out.length) break;
        out[n++] = hashPair(SEED.concepts, pair);
        // Three concepts in a row say what two leave open.
        if (nearest >= 0 && nearest !== other)
          out[n++] = hashPair(SEED.concepts, hashPair(other, hashPair(nearest, concept)));
        nearest = other;
      }
    }
    for (let k = 0; k < found; k++) {
      const slot = this.#recent % RECENT;
      this.#recentConcepts[slot] = this.#concepts[k]!;
      this.#recentTokens[slot] = at;
      this.#recent++;
    }
    return n;
  }
}
