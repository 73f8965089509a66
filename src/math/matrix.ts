/** A dense matrix of doubles, row-major: element (i, j) is `data[i * columns + j]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export function matrix(
  rows: number,
  columns: number,
  data: ArrayLike<number> = new Float64Array(rows * columns),
): Matrix {
  if (data.length !== rows * columns)
    throw new RangeError(`a ${rows} by ${columns} matrix has ${rows * columns} elements, not ${data.length}`);
  return { rows, columns, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/** a · b. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.rows) throw new RangeError(`${a.rows}x${a.columns} times ${b.rows}x${b.columns}`);
  const product = new Float64Array(a.rows * b.columns);
  for (let i = 0; i < a.rows; i++) {
    const into = product.subarray(i * b.columns, (i + 1) * b.columns);
    for (let k = 0; k < a.columns; k++) {
      const factor = a.data[i * a.columns + k]!;
      if (factor === 0) continue;
      const row = k * b.columns;
      for (let j = 0; j < b.columns; j++) into[j]! += factor * b.data[row + j]!;
    }
  }
  return matrix(a.rows, b.columns, product);
}

export function transpose(a: Matrix): Matrix {
  const turned = new Float64Array(a.data.length);
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < a.columns; j++) turned[j * a.rows + i] = a.data[i * a.columns + j]!;
  return matrix(a.columns, a.rows, turned);
}

/** Mean of each column. */
export function columnMeans(a: Matrix): Float64Array {
  const means = new Float64Array(a.columns);
  for (let i = 0; i < a.rows; i++) for (let j = 0; j < a.columns; j++) means[j]! += a.data[i * a.columns + j]!;
  for (let j = 0; j < a.columns; j++) means[j]! /= a.rows;
  return means;
}

/** Covariance of the columns about `means`, divided by `divisor` (rows - 1 where absent). */
export function covariance(a: Matrix, means: Float64Array, divisor: number = a.rows - 1): Matrix {
  const d = a.columns;
  const sum = new Float64Array(d * d);
  const centred = new Float64Array(d);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < d; j++) centred[j] = a.data[i * d + j]! - means[j]!;
    for (let j = 0; j < d; j++) {
      const factor = centred[j]!;
      for (let k = j; k < d; k++) sum[j * d + k]! += factor * centred[k]!;
    }
  }
  for (let j = 0; j < d; j++)
    for (let k = j; k < d; k++) {
      sum[j * d + k]! /= divisor;
      sum[k * d + j] = sum[j * d + k]!;
    }
  return matrix(d, d, sum);
}
