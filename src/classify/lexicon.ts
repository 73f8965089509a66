import { HASH_START, hashPair, hashUnit } from './hash.ts';
import { HashTable } from './hash-table.ts';
import { UNIT_FOLD, UNIT_KIND, LETTER, SILENT } from './letter-fold.ts';
import { tokenise, type Tokens } from './tokens.ts';

/** A word, the beginning of a word, or up to six words in a row, and the concept that they express. */
export interface LexiconRow {
  readonly key: number;
  readonly concept: number;
}

/** Letters that the beginning of a word may have. */
export const STEM = { min: 3, max: 8 } as const;
/** Words that a phrase may have. */
export const PHRASE_MAX = 6;
/** Concepts that one entry may stand for, for a word with two meanings. */
const CONCEPTS_MAX = 3;

const STEM_SEED = 0x5713;
const PHRASE_SEED = 0x9b4a;

/**
 * Which concepts words express, in any language: `ignore`, `vergiss` and `忽略` are one concept. Entries are hashes, so that
 * a look-up allocates nothing and all languages cost the same.
 */
export class Lexicon {
  readonly #table: HashTable;
  readonly #concepts: Uint16Array; // CONCEPTS_MAX a row, 0 for none, else concept + 1
  readonly #hasPhrases: boolean;
  readonly rows: readonly LexiconRow[];

  constructor(rows: readonly LexiconRow[]) {
    const byKey = new Map<number, number[]>();
    for (const { key, concept } of rows) {
      const concepts = byKey.get(key);
      if (concepts === undefined) byKey.set(key, [concept]);
      else if (!concepts.includes(concept) && concepts.length < CONCEPTS_MAX) concepts.push(concept);
    }
    const keys = Int32Array.from(byKey.keys());
    this.#table = new HashTable(keys);
    this.#concepts = new Uint16Array(keys.length * CONCEPTS_MAX);
    let row = 0;
    for (const concepts of byKey.values()) {
      for (const [k, concept] of concepts.entries()) this.#concepts[row * CONCEPTS_MAX + k] = concept + 1;
      row++;
    }
    this.#hasPhrases = keys.length > 0;
    this.rows = rows;
  }

  /**
   * Writes the concepts that end with a token into `out`.
   * @returns how many; never more than `out.length`.
   */
  conceptsAt(tokens: Tokens, at: number, out: Uint16Array): number {
    if (!this.#hasPhrases) return 0;
    const word = tokens.hashes[at]!;
    let found = this.#add(word, out, 0);
    if (found === 0) found = this.#stem(tokens, at, out);
    let phrase = word;
    for (let words = 2; words <= PHRASE_MAX && words <= at + 1; words++) {
      phrase = hashPair(tokens.hashes[at - words + 1]!, phrase);
      found = this.#add(phrase ^ PHRASE_SEED, out, found);
    }
    return found;
  }

  /** The longest beginning of a word that is an entry. */
  #stem(tokens: Tokens, at: number, out: Uint16Array): number {
    const { text } = tokens;
    const end = tokens.ends[at]!;
    let hash = HASH_START;
    let letters = 0;
    let row = -1;
    for (let i = tokens.starts[at]!; i < end && letters < STEM.max; i++) {
      const unit = text.charCodeAt(i);
      if (UNIT_KIND[unit] === SILENT) continue;
      hash = hashUnit(hash, UNIT_FOLD[unit]!);
      letters++;
      if (letters < STEM.min) continue;
      const candidate = this.#table.row(hash ^ STEM_SEED);
      if (candidate >= 0) row = candidate;
    }
    return row < 0 ? 0 : this.#copy(row, out, 0);
  }

  #add(key: number, out: Uint16Array, found: number): number {
    const row = this.#table.row(key);
    return row < 0 ? found : this.#copy(row, out, found);
  }

  #copy(row: number, out: Uint16Array, found: number): number {
    for (let k = 0; k < CONCEPTS_MAX && found < out.length; k++) {
      const concept = this.#concepts[row * CONCEPTS_MAX + k]!;
      if (concept === 0) break;
      out[found++] = concept - 1;
    }
    return found;
  }
}

/**
 * The key of an entry: `word`, `begin*` for every word that begins so, or up to six words with spaces (or, in scripts
 * without spaces, characters).
 * @throws RangeError when the entry is empty, too long, or has a stem of fewer than three or more than eight letters.
 */
export function lexiconKey(entry: string): number {
  const isStem = entry.endsWith('*');
  const { count, hashes, text, starts, ends } = tokenise(isStem ? entry.slice(0, -1) : entry);
  if (count === 0 || count > PHRASE_MAX)
    throw new RangeError(`"${entry}" has ${count} words; 1 to ${PHRASE_MAX} are possible`);
  if (isStem) {
    const letters = Array.from(text.slice(starts[0], ends[0])).filter(
      (c) => UNIT_KIND[c.charCodeAt(0)] === LETTER,
    ).length;
    if (count !== 1 || letters < STEM.min || letters > STEM.max)
      throw new RangeError(`"${entry}" is no stem of ${STEM.min} to ${STEM.max} letters`);
    return hashes[0]! ^ STEM_SEED;
  }
  let key = hashes[count - 1]!;
  for (let i = count - 2; i >= 0; i--) key = hashPair(hashes[i]!, key);
  return count === 1 ? key : key ^ PHRASE_SEED;
}
