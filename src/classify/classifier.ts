import type { Span } from '../core/span.ts';
import { cutPieces } from './cut.ts';
import { FEATURES_MAX, FeatureReader } from './features.ts';
import { HashTable } from './hash-table.ts';
import { Lexicon } from './lexicon.ts';
import type { Head, Model, ModelHeader } from './model.ts';
import type { Tokens } from './tokens.ts';
import { WeightTable } from './weight-table.ts';

/** What one head says of a text. */
export interface HeadScore {
  readonly label: string;
  /** Probability, 0 to 1. */
  readonly score: number;
  /** The window of the smallest scale that speaks most for it, in UTF-16 units of the text. */
  readonly span: Span;
}

/** Raw scores of a text, before a head makes a probability of them. */
export interface RawScores {
  /** Highest raw score of a window, by scale. */
  readonly best: readonly number[];
  /** Raw score of the text as one window. */
  readonly whole: number;
  readonly pieces: number;
  /** Tokens `[from, to)` of the best window of the first scale. */
  readonly from: number;
  readonly to: number;
}

/** Scores texts with a model. Linear in the text; allocates two numbers a word and nothing for a feature. */
export class Classifier {
  readonly header: ModelHeader;
  readonly #reader: FeatureReader;
  /** For one head; models with several have rows of weights. */
  readonly #single: WeightTable | null;
  readonly #table: HashTable | null;
  readonly #weights: Int8Array;
  readonly #features = new Int32Array(FEATURES_MAX);
  #counts = new Uint32Array(0);
  #sums: readonly Float64Array[] = [];

  constructor(model: Model) {
    this.header = model.header;
    this.#reader = new FeatureReader(model.header.features, new Lexicon(model.lexicon));
    const single = model.header.heads.length === 1;
    this.#single = single ? new WeightTable(model.keys, model.weights) : null;
    this.#table = single ? null : new HashTable(model.keys);
    this.#weights = model.weights;
  }

  /** One score a head, in their order; nothing for a text without words. */
  score(tokens: Tokens): readonly HeadScore[] {
    if (tokens.count === 0) return [];
    return this.raw(tokens).map((raw, k) => {
      const head = this.header.heads[k]!;
      return {
        label: head.label,
        score: probability(head, raw),
        span: { start: tokens.starts[raw.from]!, end: tokens.ends[raw.to - 1]! },
      };
    });
  }

  /** @param tokens at least one. */
  raw(tokens: Tokens): readonly RawScores[] {
    const { heads } = this.header;
    const { sums, counts } = this.#running(tokens);
    const borders = cutPieces(tokens, this.header.windows);
    return heads.map((head, k) => this.#windows(head, sums[k]!, counts, borders));
  }

  /** Running totals before each token: of the weights, a head, and of the number of features. Valid until the next text. */
  #running(tokens: Tokens): { readonly sums: readonly Float64Array[]; readonly counts: Uint32Array } {
    if (this.#counts.length <= tokens.count) {
      const room = tokens.count * 2 + 1;
      this.#counts = new Uint32Array(room);
      this.#sums = this.header.heads.map(() => new Float64Array(room));
    }
    this.#reader.begin();
    if (this.#single !== null) this.#runOne(tokens, this.#single, this.#sums[0]!, this.#counts);
    else this.#runAll(tokens, this.#table!, this.#sums, this.#counts);
    return { sums: this.#sums, counts: this.#counts };
  }

  #runOne(tokens: Tokens, table: WeightTable, sums: Float64Array, counts: Uint32Array): void {
    const features = this.#features;
    let [sum, count] = [0, 0];
    for (let at = 0; at < tokens.count; at++) {
      const n = this.#reader.read(tokens, at, features);
      sums[at + 1] = sum += table.sum(features, n);
      counts[at + 1] = count += n;
    }
  }

  #runAll(tokens: Tokens, table: HashTable, sums: readonly Float64Array[], counts: Uint32Array): void {
    const heads = sums.length;
    const features = this.#features;
    const weights = this.#weights;
    for (let at = 0; at < tokens.count; at++) {
      const n = this.#reader.read(tokens, at, features);
      counts[at + 1] = counts[at]! + n;
      for (let k = 0; k < heads; k++) sums[k]![at + 1] = sums[k]![at]!;
      for (let i = 0; i < n; i++) {
        const row = table.row(features[i]!);
        if (row >= 0) for (let k = 0; k < heads; k++) sums[k]![at + 1]! += weights[row * heads + k]!;
      }
    }
  }

  #windows(head: Head, sums: Float64Array, counts: Uint32Array, borders: Uint32Array): RawScores {
    const { damping, windows } = this.header;
    const rawOf = (from: number, to: number): number =>
      head.prior + (head.unit * (sums[to]! - sums[from]!)) / Math.sqrt(counts[to]! - counts[from]! + damping);
    const pieces = borders.length - 1;
    const last = borders[pieces]!;
    let from = 0;
    let to = last;
    const best = windows.scales.map((size, scale) => {
      let highest = -Infinity;
      let end = 1;
      for (let piece = 0; piece < pieces; piece++) {
        const start = borders[piece]!;
        if (end <= piece) end = piece + 1;
        while (end < pieces && borders[end]! - start < size) end++;
        const raw = rawOf(start, borders[end]!);
        if (raw > highest) {
          highest = raw;
          if (scale === 0) [from, to] = [start, borders[end]!];
        }
        if (end === pieces) break; // what follows is a part of this window
      }
      return highest;
    });
    return { best, whole: rawOf(0, last), pieces, from, to };
  }
}

/** The probability that a head makes of raw scores. */
export function probability(head: Head, raw: RawScores): number {
  let sum = head.bias + head.whole * raw.whole + head.pieces * Math.log(raw.pieces);
  for (const [k, weight] of head.scales.entries()) sum += weight * raw.best[k]!;
  return 1 / (1 + Math.exp(-sum));
}
