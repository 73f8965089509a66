import { type Matrix, matrix, transpose } from './matrix.ts';

export interface SingularValues {
  /** [rows, k], columns orthonormal (zero where the singular value is zero), k = min(rows, columns). */
  readonly left: Matrix;
  /** Descending, k of them. */
  readonly values: Float64Array;
  /** [columns, k], columns orthonormal. */
  readonly right: Matrix;
}

const MOST_SWEEPS = 60;

/** Thin singular value decomposition a = left · diag(values) · rightᵀ by one-sided Jacobi rotations (Hestenes 1958). */
export function singularValues(a: Matrix): SingularValues {
  if (a.rows < a.columns) {
    const turned = singularValues(transpose(a));
    return { left: turned.right, values: turned.values, right: turned.left };
  }
  const { rows, columns } = a;
  const u = transpose(a).data.slice(); // row j: column j of a
  const v = new Float64Array(columns * columns); // row j: column j of right
  for (let i = 0; i < columns; i++) v[i * columns + i] = 1;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < columns; p++)
      for (let q = p + 1; q < columns; q++) if (orthogonalise(u, rows, v, columns, p, q)) rotated = true;
    if (!rotated) break;
  }
  const norms = Float64Array.from({ length: columns }, (_, j) => Math.sqrt(dot(u, j * rows, u, j * rows, rows)));
  const order = Array.from({ length: columns }, (_, j) => j).sort((i, j) => norms[j]! - norms[i]!);
  const left = new Float64Array(rows * columns);
  const right = new Float64Array(columns * columns);
  order.forEach((from, to) => {
    const norm = norms[from]!;
    for (let i = 0; i < rows; i++) left[i * columns + to] = norm === 0 ? 0 : u[from * rows + i]! / norm;
    for (let i = 0; i < columns; i++) right[i * columns + to] = v[from * columns + i]!;
  });
  return {
    left: matrix(rows, columns, left),
    values: Float64Array.from(order, (j) => norms[j]!),
    right: matrix(columns, columns, right),
  };
}

/** Turns rows p and q of `u` until they are orthogonal, and `v` with them. False where they were already. */
function orthogonalise(u: Float64Array, length: number, v: Float64Array, n: number, p: number, q: number): boolean {
  const alpha = dot(u, p * length, u, p * length, length);
  const beta = dot(u, q * length, u, q * length, length);
  const gamma = dot(u, p * length, u, q * length, length);
  if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta)) return false;
  const zeta = (beta - alpha) / (2 * gamma);
  const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  turn(u, p * length, q * length, length, c, c * t);
  turn(v, p * n, q * n, n, c, c * t);
  return true;
}

function turn(data: Float64Array, p: number, q: number, length: number, c: number, s: number): void {
  for (let k = 0; k < length; k++) {
    const [x, y] = [data[p + k]!, data[q + k]!];
    data[p + k] = c * x - s * y;
    data[q + k] = s * x + c * y;
  }
}

function dot(a: Float64Array, from: number, b: Float64Array, other: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += a[from + k]! * b[other + k]!;
  return sum;
}
