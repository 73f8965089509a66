import type { SparseVector } from './example-vectors.ts';

interface Posting {
  readonly vectors: number[];
  readonly weights: number[];
}

/** Many vectors, by feature, so that one text is compared with all of them in one pass over its own features. */
export class VectorIndex {
  readonly #postings = new Map<number, Posting>();
  readonly #norms: Float64Array;

  constructor(vectors: readonly SparseVector[]) {
    this.#norms = Float64Array.from(vectors, ({ norm }) => norm);
    for (const [index, { weights }] of vectors.entries()) {
      for (const [feature, weight] of weights) {
        let posting = this.#postings.get(feature);
        if (posting === undefined) this.#postings.set(feature, (posting = { vectors: [], weights: [] }));
        posting.vectors.push(index);
        posting.weights.push(weight);
      }
    }
  }

  /** Cosine of the angle to each vector, 0 to 1, in their order. */
  cosines({ weights, norm }: SparseVector): Float64Array {
    const dots = new Float64Array(this.#norms.length);
    for (const [feature, weight] of weights) {
      const posting = this.#postings.get(feature);
      if (posting === undefined) continue;
      for (const [k, index] of posting.vectors.entries()) dots[index]! += weight * posting.weights[k]!;
    }
    for (let index = 0; index < dots.length; index++) {
      const product = norm * this.#norms[index]!;
      dots[index] = product === 0 ? 0 : dots[index]! / product;
    }
    return dots;
  }
}
