import type { FeatureSettings } from './features.ts';
import type { LexiconRow } from './lexicon.ts';

/** How a text is cut for scoring: pieces end at a sentence or line, and windows are pieces in a row. */
export interface WindowSettings {
  /** Words that a piece has at least before a sentence's end closes it, and at most. */
  readonly piece: readonly [number, number];
  /** Words that the windows of each scale have at least; a window begins with every piece. */
  readonly scales: readonly number[];
}

/**
 * From a text's raw scores to a probability: `sigmoid(bias + Σ scales[i] · best[i] + whole · raw + pieces · ln(pieces))`,
 * where `best[i]` is the highest window of scale `i` and `raw` the text as one window.
 */
export interface Head {
  readonly label: string;
  /** Raw score of no features at all. */
  readonly prior: number;
  /** What a quantised weight of 1 is worth. */
  readonly unit: number;
  readonly bias: number;
  readonly scales: readonly number[];
  readonly whole: number;
  readonly pieces: number;
  /** Probabilities from which on a text counts, by the name of the sensitivity. */
  readonly thresholds: Readonly<Record<string, number>>;
}

export interface ModelHeader {
  readonly name: string;
  /** One line on what it was trained on; the card beside the file says the rest. */
  readonly description: string;
  readonly features: FeatureSettings;
  readonly windows: WindowSettings;
  /** Added to the number of features of a window before its root divides their sum: short texts are judged mildly. */
  readonly damping: number;
  readonly heads: readonly Head[];
}

/** A linear model over hashed features, one column of weights a head. */
export interface Model {
  readonly header: ModelHeader;
  readonly lexicon: readonly LexiconRow[];
  /** Hashes of the features, ascending as unsigned numbers. What is not among them weighs nothing. */
  readonly keys: Int32Array;
  /** `keys.length × heads.length`, feature by feature. */
  readonly weights: Int8Array;
}
