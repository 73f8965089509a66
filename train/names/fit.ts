import { BUCKETS, featuresOf, MOST_FEATURES, type Run } from '../../src/classify/tagger/features.ts';
import { TAGS } from '../../src/classify/tagger/model.ts';
import type { Tokens } from '../../src/classify/tagger/tokens.ts';
import { createRandom } from './random.ts';
import { UNKNOWN } from './weak.ts';

const SIZE = TAGS.length;

/** Multinomial logistic regression over hashed features, fitted by AdaGrad on one token after the other. */
export class Fit {
  readonly weights = new Float32Array(BUCKETS * SIZE);
  readonly #squares = new Float32Array(BUCKETS * SIZE).fill(1e-6);
  readonly #features = new Int32Array(MOST_FEATURES);
  readonly #scores = new Float64Array(SIZE);
  readonly #random = createRandom(77);
  readonly #rate: number;
  readonly #dropout: number;
  /** Every how many updates a weight of a feature shrinks by this. */
  readonly #decay: number;

  constructor(rate: number, dropout: number, decay: number) {
    this.#rate = rate;
    this.#dropout = dropout;
    this.#decay = decay;
  }

  /** Learns a run whose tags are known as far as `tags` says; the label before is the true one where it is known. */
  learn(text: string, tokens: Tokens, classes: Uint8Array, run: Run, tags: Int8Array, weight: number): void {
    let previous = 0;
    for (let i = run.first; i <= run.last; i++) {
      const truth = tags[i - run.first]!;
      let n = featuresOf(text, tokens, classes, run, i, previous, this.#features);
      const guess = this.#score(n);
      if (truth === UNKNOWN) {
        previous = guess;
        continue;
      }
      n = this.#drop(n);
      this.#score(n);
      this.#update(n, truth, weight);
      previous = truth;
    }
  }

  /** The most probable tags of a run, and the probability of each. */
  guess(
    text: string,
    tokens: Tokens,
    classes: Uint8Array,
    run: Run,
  ): { readonly tags: Int8Array; readonly sure: Float64Array } {
    const size = run.last - run.first + 1;
    const tags = new Int8Array(size);
    const sure = new Float64Array(size);
    let previous = 0;
    for (let i = run.first; i <= run.last; i++) {
      previous = this.#score(featuresOf(text, tokens, classes, run, i, previous, this.#features));
      tags[i - run.first] = previous;
      sure[i - run.first] = this.#scores[previous]!;
    }
    return { tags, sure };
  }

  /** Leaves some features out, so that none is relied upon alone. */
  #drop(n: number): number {
    let kept = 0;
    for (let k = 0; k < n; k++) if (!this.#random.chance(this.#dropout)) this.#features[kept++] = this.#features[k]!;
    return kept;
  }

  /** Turns scores into probabilities. */
  #score(n: number): number {
    const scores = this.#scores.fill(0);
    for (let k = 0; k < n; k++) {
      const row = this.#features[k]! * SIZE;
      for (let tag = 0; tag < SIZE; tag++) scores[tag] = scores[tag]! + this.weights[row + tag]!;
    }
    let best = 0;
    for (let tag = 1; tag < SIZE; tag++) if (scores[tag]! > scores[best]!) best = tag;
    const most = scores[best]!;
    let sum = 0;
    for (let tag = 0; tag < SIZE; tag++) sum += scores[tag] = Math.exp(scores[tag]! - most);
    for (let tag = 0; tag < SIZE; tag++) scores[tag] = scores[tag]! / sum;
    return best;
  }

  #update(n: number, truth: number, weight: number): void {
    for (let tag = 0; tag < SIZE; tag++) {
      const slope = weight * (this.#scores[tag]! - (tag === truth ? 1 : 0));
      if (Math.abs(slope) < 1e-4) continue;
      for (let k = 0; k < n; k++) {
        const at = this.#features[k]! * SIZE + tag;
        const gradient = slope + this.#decay * this.weights[at]!;
        const squares = (this.#squares[at] = this.#squares[at]! + gradient * gradient);
        this.weights[at] = this.weights[at]! - (this.#rate * gradient) / Math.sqrt(squares);
      }
    }
  }
}

/** Weights as bytes: one scale for all, so that adding them up needs no multiplication. */
export function quantise(weights: Float32Array): { readonly bytes: Int8Array; readonly scale: number } {
  // The few largest weights are cut off: their sum decides, not their size.
  const sizes = Float32Array.from(weights, Math.abs).sort();
  const most = sizes[Math.floor(sizes.length * 0.9998)] ?? 1;
  const scale = most / 127;
  const bytes = Int8Array.from(weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight / scale))));
  return { bytes, scale };
}
