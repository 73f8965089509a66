import type { Span } from '../../core/span.ts';
import { cutPieces } from '../../classify/cut.ts';
import { Lexicon } from '../../classify/lexicon.ts';
import { tokensOf } from '../../classify/tokens.ts';
import { BACKGROUND } from './background.ts';
import { VectorIndex } from './vector-index.ts';
import { keywordKey } from './keyword-key.ts';
import { cosine, type SparseVector, Vectorizer } from './example-vectors.ts';

export interface TopicSettings {
  /** Kebab-case; part of the finding's rule. */
  readonly name: string;
  /** Words, beginnings of words (`refund*`) and phrases of up to six words, in any language. */
  readonly keywords: readonly string[];
  /** Sentences as somebody would write them about the topic, in the languages in which they come. */
  readonly examples: readonly string[];
}

export interface TopicScore {
  readonly topic: string;
  /** 0 to 1; 0.5 is as near to the topic's examples as they are to each other at the least. */
  readonly score: number;
  /** The passage that is nearest. */
  readonly span: Span;
}

const PIECES = { piece: [8, 40], scales: [24] } as const;
/** Passages of a text that are compared; of a longer one, as many spread over it. */
const PASSAGES = 200;
/** What one keyword says, and the share of doubt that each further one leaves. */
const KEYWORD = 0.55;
const FURTHER = 0.6;
/** Cosine that counts as certain where a topic's examples are too few to say what is usual among them. */
const USUAL = 0.3;
/** Where examples have little in common, a text must still have this much with them. */
const LEAST_USUAL = 0.16;

interface Topic {
  readonly name: string;
  /** Places of its examples in the index, `[first, centre)`, and of their sum; equal where it has none. */
  readonly first: number;
  readonly centre: number;
  /** Similarity that an example of the topic has to the others. */
  readonly usual: number;
}

/** Topics made of keywords and examples, ready to be compared with texts. */
export class TopicModel {
  readonly #topics: readonly Topic[];
  readonly #lexicon: Lexicon;
  readonly #vectorizer: Vectorizer;
  /** The background, then each topic's examples and their sum. */
  readonly #index: VectorIndex;
  readonly #concepts = new Uint16Array(8);

  /** @throws RangeError that quotes a keyword that is not possible. */
  constructor(topics: readonly TopicSettings[]) {
    this.#vectorizer = new Vectorizer(topics.flatMap(({ examples }) => examples));
    this.#lexicon = new Lexicon(
      topics.flatMap(({ keywords }, concept) => keywords.map((word) => ({ key: keywordKey(word), concept }))),
    );
    const indexed = BACKGROUND.map((text) => this.#vectorOf(text));
    this.#topics = topics.map(({ name, examples }) => {
      const vectors = examples.map((text) => this.#vectorOf(text));
      const first = indexed.length;
      const centre = first + vectors.length;
      if (vectors.length > 0) indexed.push(...vectors, centreOf(vectors));
      return { name, first, centre, usual: usualAmong(vectors) };
    });
    this.#index = new VectorIndex(indexed);
  }

  #vectorOf(text: string): SparseVector {
    const tokens = tokensOf(text);
    return this.#vectorizer.vector(tokens, 0, tokens.count);
  }

  /** The best passage of a text for each topic, in their order; nothing for a text without words. */
  scores(text: string): readonly TopicScore[] {
    const tokens = tokensOf(text);
    if (tokens.count === 0) return [];
    const borders = cutPieces(tokens, PIECES);
    const best = this.#topics.map(() => ({ score: 0, from: 0, to: tokens.count }));
    const pieces = borders.length - 1;
    const stride = Math.max(1, Math.ceil(pieces / PASSAGES));
    const keywords = new Uint32Array(this.#topics.length);
    for (let piece = 0; piece < pieces; piece++) {
      const from = borders[piece]!;
      const to = borders[piece + 1]!;
      keywords.fill(0);
      for (let at = from; at < to; at++)
        for (let k = this.#lexicon.conceptsAt(tokens, at, this.#concepts) - 1; k >= 0; k--)
          keywords[this.#concepts[k]!]!++;
      // Keywords are looked for everywhere, examples in a bounded number of passages.
      const cosines = piece % stride === 0 ? this.#index.cosines(this.#vectorizer.vector(tokens, from, to)) : null;
      const everyday = cosines === null ? 0 : highest(cosines, 0, BACKGROUND.length);
      for (const [k, topic] of this.#topics.entries()) {
        const byWord = keywords[k] === 0 ? 0 : 1 - (1 - KEYWORD) * FURTHER ** (keywords[k]! - 1);
        const byExample = cosines === null ? 0 : likeness(topic, cosines, everyday);
        const score = 1 - (1 - byWord) * (1 - byExample);
        if (score > best[k]!.score) best[k] = { score, from, to };
      }
    }
    return best.map(({ score, from, to }, k) => ({
      topic: this.#topics[k]!.name,
      score,
      span: { start: tokens.starts[from]!, end: tokens.ends[to - 1]! },
    }));
  }
}

/** Nearness to a topic's examples, beside what is usual among them and how near the passage is to everyday sentences. */
function likeness({ first, centre, usual }: Topic, cosines: Float64Array, everyday: number): number {
  if (first === centre) return 0;
  const near = (highest(cosines, first, centre) + cosines[centre]!) / 2;
  const beyond = near - everyday * 0.5;
  if (beyond <= 0) return 0;
  const share = beyond / usual;
  return (share * share) / (1 + share * share);
}

function highest(values: Float64Array, from: number, to: number): number {
  let most = 0;
  for (let i = from; i < to; i++) most = Math.max(most, values[i]!);
  return most;
}

function nearest(vector: SparseVector, others: readonly SparseVector[]): number {
  let most = 0;
  for (const other of others) most = Math.max(most, cosine(vector, other));
  return most;
}

/** The sum of vectors, each as long as the others. */
function centreOf(vectors: readonly SparseVector[]): SparseVector {
  const weights = new Map<number, number>();
  for (const { weights: own, norm } of vectors)
    for (const [feature, weight] of own) weights.set(feature, (weights.get(feature) ?? 0) + weight / (norm || 1));
  let square = 0;
  for (const weight of weights.values()) square += weight * weight;
  return { weights, norm: Math.sqrt(square) };
}

/** The lower quartile of how near each example is to the others, within bounds. */
function usualAmong(vectors: readonly SparseVector[]): number {
  if (vectors.length < 3) return USUAL;
  const near = vectors.map((vector) => {
    const others = vectors.filter((other) => other !== vector);
    return (nearest(vector, others) + cosine(vector, centreOf(others))) / 2;
  });
  near.sort((a, b) => a - b);
  return Math.min(USUAL, Math.max(LEAST_USUAL, near[Math.floor(near.length / 4)]!));
}
