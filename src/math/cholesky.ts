import { type Matrix, matrix } from './matrix.ts';

/**
 * The lower triangular L with L Lᵀ = a, for a symmetric positive definite `a`.
 * @returns null where `a` is not positive definite to working precision.
 */
export function cholesky(a: Matrix): Matrix | null {
  const n = a.rows;
  if (n !== a.columns) throw new RangeError(`cholesky of a ${a.rows} by ${a.columns} matrix`);
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a.data[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i !== j) l[i * n + j] = sum / l[j * n + j]!;
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else return null;
    }
  }
  return matrix(n, n, l);
}

/** Solves L y = b for lower triangular L. */
export function solveLower(l: Matrix, b: ArrayLike<number>): Float64Array {
  const n = l.rows;
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= l.data[i * n + k]! * y[k]!;
    y[i] = sum / l.data[i * n + i]!;
  }
  return y;
}

/** Solves Lᵀ x = b for lower triangular L. */
export function solveLowerTransposed(l: Matrix, b: ArrayLike<number>): Float64Array {
  const n = l.rows;
  const x = Float64Array.from(b);
  for (let i = n - 1; i >= 0; i--) {
    x[i]! /= l.data[i * n + i]!;
    const value = x[i]!;
    for (let k = 0; k < i; k++) x[k]! -= l.data[i * n + k]! * value;
  }
  return x;
}
