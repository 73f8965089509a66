/**
 * A fixed linear map between flat vectors of doubles. Dense for what multiplies by a matrix; by its non-zero entries for convolutions,
 * pools, slices and permutations; by its diagonal for scales.
 */
export type LinearMap =
  | {
      readonly kind: 'dense';
      readonly rows: number;
      readonly columns: number;
      /** [rows, columns], row-major. */
      readonly weights: Float64Array;
    }
  | {
      readonly kind: 'sparse';
      readonly rows: number;
      readonly columns: number;
      /** Entries of row i are `starts[i]` to `starts[i + 1]` in the next two. */
      readonly starts: Int32Array;
      readonly indices: Int32Array;
      readonly weights: Float64Array;
    }
  | { readonly kind: 'diagonal'; readonly rows: number; readonly columns: number; readonly weights: Float64Array };

/** into += map · x. */
export function applyMap(map: LinearMap, x: Float64Array, into: Float64Array): void {
  if (map.kind === 'diagonal') {
    for (let i = 0; i < map.rows; i++) into[i]! += map.weights[i]! * x[i]!;
  } else if (map.kind === 'dense') {
    const { rows, columns, weights } = map;
    for (let i = 0, at = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < columns; j++, at++) sum += weights[at]! * x[j]!;
      into[i]! += sum;
    }
  } else {
    const { rows, starts, indices, weights } = map;
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let at = starts[i]!; at < starts[i + 1]!; at++) sum += weights[at]! * x[indices[at]!]!;
      into[i]! += sum;
    }
  }
}

/** into += |map| · x: the same with the absolute values of the entries. */
export function applyMagnitudes(map: LinearMap, x: Float64Array, into: Float64Array): void {
  if (map.kind === 'diagonal') {
    for (let i = 0; i < map.rows; i++) into[i]! += Math.abs(map.weights[i]!) * x[i]!;
  } else if (map.kind === 'dense') {
    const { rows, columns, weights } = map;
    for (let i = 0, at = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < columns; j++, at++) sum += Math.abs(weights[at]!) * x[j]!;
      into[i]! += sum;
    }
  } else {
    const { rows, starts, indices, weights } = map;
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let at = starts[i]!; at < starts[i + 1]!; at++) sum += Math.abs(weights[at]!) * x[indices[at]!]!;
      into[i]! += sum;
    }
  }
}

/**
 * into += a · map for `count` row vectors at once: `a` is [count, rows], `into` is [count, columns].
 * Zeros in `a` cost nothing, which is what inactive neurons give.
 */
export function applyBackward(map: LinearMap, a: Float64Array, count: number, into: Float64Array): void {
  const { rows, columns, weights } = map;
  for (let r = 0; r < count; r++) {
    const from = r * rows;
    const to = r * columns;
    if (map.kind === 'diagonal') {
      for (let i = 0; i < rows; i++) into[to + i]! += a[from + i]! * weights[i]!;
    } else if (map.kind === 'dense') {
      for (let i = 0; i < rows; i++) {
        const factor = a[from + i]!;
        if (factor === 0) continue;
        const row = i * columns;
        for (let j = 0; j < columns; j++) into[to + j]! += factor * weights[row + j]!;
      }
    } else {
      const { starts, indices } = map;
      for (let i = 0; i < rows; i++) {
        const factor = a[from + i]!;
        if (factor === 0) continue;
        for (let at = starts[i]!; at < starts[i + 1]!; at++) into[to + indices[at]!]! += factor * weights[at]!;
      }
    }
  }
}

/** Collects a sparse map row by row. */
export class SparseMapBuilder {
  readonly #columns: number;
  readonly #limit: number;
  readonly #starts: number[] = [0];
  #indices = new Int32Array(1024);
  #weights = new Float64Array(1024);
  #used = 0;

  /** @param limit most entries; beyond it `add` throws a RangeError */
  constructor(columns: number, limit: number) {
    this.#columns = columns;
    this.#limit = limit;
  }

  /** Adds an entry to the current row. */
  add(index: number, weight: number): void {
    if (this.#used === this.#limit) throw new RangeError('too many entries');
    if (this.#used === this.#indices.length) {
      const indices = new Int32Array(this.#used * 2);
      const weights = new Float64Array(this.#used * 2);
      indices.set(this.#indices);
      weights.set(this.#weights);
      [this.#indices, this.#weights] = [indices, weights];
    }
    this.#indices[this.#used] = index;
    this.#weights[this.#used] = weight;
    this.#used++;
  }

  endRow(): void {
    this.#starts.push(this.#used);
  }

  build(): LinearMap {
    return {
      kind: 'sparse',
      rows: this.#starts.length - 1,
      columns: this.#columns,
      starts: Int32Array.from(this.#starts),
      indices: this.#indices.slice(0, this.#used),
      weights: this.#weights.slice(0, this.#used),
    };
  }
}
