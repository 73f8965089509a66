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

const longestRows = new WeakMap<LinearMap, number>();

/** Entries of the row that has most of them: the products that one value of map · x sums. */
export function longestRow(map: LinearMap): number {
  if (map.kind !== 'sparse') return map.kind === 'dense' ? map.columns : 1;
  let most = longestRows.get(map);
  if (most === undefined) {
    most = 0;
    for (let i = 0; i < map.rows; i++) most = Math.max(most, map.starts[i + 1]! - map.starts[i]!);
    longestRows.set(map, most);
  }
  return most;
}

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
      backwardDense(weights, rows, columns, a, from, into, to);
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

/** into += a · |map| for one row vector. */
export function applyBackwardMagnitudes(map: LinearMap, a: Float64Array, into: Float64Array): void {
  const { rows, columns, weights } = map;
  for (let i = 0; i < rows; i++) {
    const factor = a[i]!;
    if (factor === 0) continue;
    if (map.kind === 'diagonal') into[i]! += factor * Math.abs(weights[i]!);
    else if (map.kind === 'dense') {
      for (let j = 0; j < columns; j++) into[j]! += factor * Math.abs(weights[i * columns + j]!);
    } else {
      for (let at = map.starts[i]!; at < map.starts[i + 1]!; at++)
        into[map.indices[at]!]! += factor * Math.abs(weights[at]!);
    }
  }
}

/** One row of `applyBackward` for a dense map: four rows of the matrix at a time, so that `into` is loaded and stored less often. */
function backwardDense(
  weights: Float64Array,
  rows: number,
  columns: number,
  a: Float64Array,
  from: number,
  into: Float64Array,
  to: number,
): void {
  let i = 0;
  /** The next row with a factor, or `rows`. */
  const next = (): number => {
    while (i < rows && a[from + i] === 0) i++;
    return i < rows ? i++ : rows;
  };
  for (;;) {
    const first = next();
    if (first === rows) return;
    const [second, third, fourth] = [next(), next(), next()];
    if (fourth === rows) {
      for (const row of [first, second, third]) {
        if (row === rows) break;
        const factor = a[from + row]!;
        const offset = row * columns;
        for (let j = 0; j < columns; j++) into[to + j]! += factor * weights[offset + j]!;
      }
      return;
    }
    const [f1, f2, f3, f4] = [a[from + first]!, a[from + second]!, a[from + third]!, a[from + fourth]!];
    const [o1, o2, o3, o4] = [first * columns, second * columns, third * columns, fourth * columns];
    for (let j = 0; j < columns; j++) {
      into[to + j]! += f1 * weights[o1 + j]! + f2 * weights[o2 + j]! + (f3 * weights[o3 + j]! + f4 * weights[o4 + j]!);
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
