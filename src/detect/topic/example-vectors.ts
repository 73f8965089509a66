import { FEATURES_MAX, FeatureReader } from '../../classify/features.ts';
import { Lexicon } from '../../classify/lexicon.ts';
import { type Tokens, tokensOf } from '../../classify/tokens.ts';
import { BACKGROUND } from './background.ts';

/** Words, and letters in a row, so that `refund` is near to `refunds` and `Überweisung` to `überweisen`. */
const FEATURES = { words: 1, gaps: false, letters: [4, 5], marks: false, conceptReach: 0 } as const;
/** What a row of letters counts beside the word that it is in. */
const LETTERS_WEIGHT = 0.35;

export interface SparseVector {
  readonly weights: ReadonlyMap<number, number>;
  readonly norm: number;
}

/** Turns texts into vectors of how much each feature says: rare ones much, those of everyday sentences little (tf-idf). */
export class Vectorizer {
  readonly #reader = new FeatureReader(FEATURES, new Lexicon([]));
  readonly #features = new Int32Array(FEATURES_MAX);
  readonly #documents = new Map<number, number>();
  readonly #count: number;

  /** @param texts what the topics' own examples are, which are documents too. */
  constructor(texts: readonly string[]) {
    const documents = [...BACKGROUND, ...texts];
    this.#count = documents.length;
    for (const text of documents) {
      const tokens = tokensOf(text);
      for (const feature of this.#counts(tokens, 0, tokens.count).keys())
        this.#documents.set(feature, (this.#documents.get(feature) ?? 0) + 1);
    }
  }

  /** Tokens `[from, to)` of a text; tokens of one text in order. */
  vector(tokens: Tokens, from: number, to: number): SparseVector {
    const weights = new Map<number, number>();
    let square = 0;
    for (const [feature, count] of this.#counts(tokens, from, to)) {
      const weight = (1 + Math.log(count)) * this.#rarity(feature);
      weights.set(feature, weight);
      square += weight * weight;
    }
    return { weights, norm: Math.sqrt(square) };
  }

  #rarity(feature: number): number {
    const kind = feature < 0 ? LETTERS_WEIGHT : 1;
    return kind * Math.log((this.#count + 1) / ((this.#documents.get(feature) ?? 0) + 0.5));
  }

  /** Features with their counts; a word's own feature is made positive, its letters' negative. */
  #counts(tokens: Tokens, from: number, to: number): Map<number, number> {
    const counts = new Map<number, number>();
    this.#reader.begin();
    for (let at = from; at < to; at++) {
      const n = this.#reader.read(tokens, at, this.#features);
      for (let i = 0; i < n; i++) {
        const hash = this.#features[i]! >>> 1;
        const feature = i === 0 ? hash : -1 - hash;
        counts.set(feature, (counts.get(feature) ?? 0) + 1);
      }
    }
    return counts;
  }
}

/** Cosine of the angle between two vectors, 0 to 1. */
export function cosine(a: SparseVector, b: SparseVector): number {
  if (a.norm === 0 || b.norm === 0) return 0;
  const [small, large] = a.weights.size <= b.weights.size ? [a, b] : [b, a];
  let dot = 0;
  for (const [feature, weight] of small.weights) dot += weight * (large.weights.get(feature) ?? 0);
  return dot / (a.norm * b.norm);
}
