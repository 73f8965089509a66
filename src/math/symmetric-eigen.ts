import { type Matrix, matrix } from './matrix.ts';

export interface SymmetricEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** Row i is the unit eigenvector of value i. */
  readonly vectors: Matrix;
}

const MOST_SWEEPS = 60;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, "Matrix Computations", 8.5):
 * slow above a few hundred rows, accurate always. Only the upper triangle is trusted.
 */
export function symmetricEigen(a: Matrix): SymmetricEigen {
  const n = a.rows;
  if (n !== a.columns) throw new RangeError(`eigenvalues of a ${a.rows} by ${a.columns} matrix`);
  const s = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) s[i * n + j] = i <= j ? a.data[i * n + j]! : a.data[j * n + i]!;
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  let scale = 0;
  for (const value of s) scale += value * value;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += s[p * n + q]! ** 2;
    if (off <= 1e-32 * scale) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(s, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => s[j * n + j]! - s[i * n + i]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(v.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, (i) => s[i * n + i]!), vectors: matrix(n, n, vectors) };
}

/** One rotation that makes s[p][q] zero; rows of `v` turn with it. */
function rotate(s: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = s[p * n + q]!;
  if (apq === 0) return;
  const tau = (s[q * n + q]! - s[p * n + p]!) / (2 * apq);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const c = 1 / Math.sqrt(1 + t * t);
  const sine = t * c;
  for (let k = 0; k < n; k++) {
    const [kp, kq] = [s[k * n + p]!, s[k * n + q]!];
    s[k * n + p] = c * kp - sine * kq;
    s[k * n + q] = sine * kp + c * kq;
  }
  for (let k = 0; k < n; k++) {
    const [pk, qk] = [s[p * n + k]!, s[q * n + k]!];
    s[p * n + k] = c * pk - sine * qk;
    s[q * n + k] = sine * pk + c * qk;
    const [vp, vq] = [v[p * n + k]!, v[q * n + k]!];
    v[p * n + k] = c * vp - sine * vq;
    v[q * n + k] = sine * vp + c * vq;
  }
  s[p * n + q] = 0;
  s[q * n + p] = 0;
}
