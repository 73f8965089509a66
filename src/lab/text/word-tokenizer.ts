import { Fault } from '../../core/fault.ts';

export interface WordTokenizerOptions {
  /** Tokens that the network takes: a text's first ones, then padding. */
  readonly length: number;
  readonly lowercase: boolean;
  /** Ids behind the vocabulary for pieces of words that are not in it; 0: they are all `UNKNOWN`. */
  readonly buckets: number;
}

export const PADDING = 0;
export const UNKNOWN = 1;
/** Id of the first word of a vocabulary. */
export const FIRST_WORD = 2;

const MOST_WORDS = 2_000_000;
/** Characters of a piece of a word that is not in the vocabulary. */
const PIECE = 3;
/** Pieces of one word at most: a word without an end must not fill the text. */
const MOST_PIECES = 16;
const TOKEN = /[\p{L}\p{M}\p{N}]+(?:['\u2019][\p{L}\p{M}]+)?|[^\s\p{L}\p{M}\p{N}]/gu;

/**
 * Words of a text as the ids that networks over tokens take: 0 is padding, 1 an unknown word, 2 and up the vocabulary. With `buckets`, a word that is
 * not in the vocabulary is written as the pieces of three characters in it, hashed (Bojanowski et al. 2017, arXiv:1607.04606), so that a misspelt
 * word still says something.
 */
export class WordTokenizer {
  readonly options: WordTokenizerOptions;
  readonly words: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  constructor(words: readonly string[], options: WordTokenizerOptions) {
    this.words = words;
    this.options = options;
    this.#ids = new Map(words.map((word, index) => [word, index + FIRST_WORD]));
  }

  /** Ids in all: rows of the embedding. */
  get size(): number {
    return FIRST_WORD + this.words.length + this.options.buckets;
  }

  /** Ids of one text into a row of `length` numbers. */
  encode(text: string, row: Float32Array): void {
    const { length, buckets } = this.options;
    row.fill(PADDING);
    let at = 0;
    for (const word of wordsForModel(text, this.options.lowercase)) {
      if (at >= length) return;
      const id = this.#ids.get(word);
      if (id !== undefined) row[at++] = id;
      else if (buckets === 0) row[at++] = UNKNOWN;
      else
        for (const piece of piecesOf(word))
          if (at < length) row[at++] = FIRST_WORD + this.words.length + (hashOf(piece) % buckets);
    }
  }

  /** [texts, length]. */
  encodeAll(texts: readonly string[]): Float32Array {
    const { length } = this.options;
    const rows = new Float32Array(texts.length * length);
    texts.forEach((text, i) => this.encode(text, rows.subarray(i * length, (i + 1) * length)));
    return rows;
  }
}

/** Words and single signs of a text. */
export function* wordsForModel(text: string, lowercase: boolean): Generator<string> {
  for (const [token] of (lowercase ? text.toLowerCase() : text).matchAll(TOKEN)) yield token;
}

/**
 * The commonest words of texts.
 * @param least how many texts a word has to be in
 */
export function buildVocabulary(texts: Iterable<string>, most: number, least = 2, lowercase = true): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of new Set(wordsForModel(text, lowercase))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count >= least)
    .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, most)
    .map(([word]) => word);
}

/** One word a line. @throws Fault `ERR_DATA` */
export function parseVocabulary(text: string, where: string): string[] {
  const words = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (words.at(-1) === '') words.pop();
  if (words.length === 0 || words.length > MOST_WORDS) {
    throw new Fault('ERR_DATA', `The vocabulary has ${words.length} words.`, { where });
  }
  const empty = words.indexOf('');
  if (empty >= 0) throw new Fault('ERR_DATA', 'A line of the vocabulary is empty.', { where: `${where}:${empty + 1}` });
  return words;
}

function* piecesOf(word: string): Generator<string> {
  const characters = [...`<${word}>`];
  if (characters.length <= PIECE) {
    yield characters.join('');
    return;
  }
  const last = Math.min(characters.length - PIECE, MOST_PIECES - 1);
  for (let from = 0; from <= last; from++) yield characters.slice(from, from + PIECE).join('');
}

/** FNV-1a over UTF-16 units, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
