import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cholesky, solveLower, solveLowerTransposed } from './cholesky.ts';
import { covariance, columnMeans, type Matrix, matrix, multiply, transpose } from './matrix.ts';
import { principalComponents, project } from './principal-components.ts';
import { quantile, thresholdAtRate } from './quantile.ts';
import { seededRandom } from './random.ts';
import { auc, rocCurve, tprAtFpr } from './roc.ts';
import { singularValues } from './singular-values.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

function randomMatrix(rows: number, columns: number, seed: string): Matrix {
  const random = seededRandom(seed);
  return matrix(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, () => random.normal()),
  );
}

function assertClose(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): void {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++) assert.ok(Math.abs(a[i]! - b[i]!) <= tolerance, `[${i}]: ${a[i]} and ${b[i]}`);
}

test('Cholesky factors what is positive definite, and says null to what is not', () => {
  const base = randomMatrix(9, 9, 'spd');
  const a = multiply(base, transpose(base));
  const l = cholesky(a)!;
  assertClose(multiply(l, transpose(l)).data, a.data, 1e-12);
  const b = Float64Array.from({ length: 9 }, (_, i) => i - 3);
  const x = solveLowerTransposed(l, solveLower(l, b));
  assertClose(multiply(a, matrix(9, 1, x)).data, b, 1e-9);
  assert.equal(cholesky(matrix(2, 2, [1, 2, 2, 1])), null);
});

test('eigenvectors diagonalise, are orthonormal, and come in order', () => {
  const base = randomMatrix(20, 20, 'eigen');
  const a = multiply(transpose(base), base);
  const { values, vectors } = symmetricEigen(a);
  assertClose(multiply(vectors, transpose(vectors)).data, matrix(20, 20, identity(20)).data, 1e-13);
  const diagonal = multiply(multiply(vectors, a), transpose(vectors));
  assertClose(
    diagonal.data,
    identity(20).map((one, at) => one * values[at % 20]!),
    1e-11,
  );
  for (let i = 1; i < 20; i++) assert.ok(values[i]! <= values[i - 1]!);
  // numpy.linalg.eigvalsh([[2, 1, 0], [1, 2, 1], [0, 1, 2]]): 2 - sqrt 2, 2, 2 + sqrt 2.
  assertClose(
    symmetricEigen(matrix(3, 3, [2, 1, 0, 1, 2, 1, 0, 1, 2])).values,
    [2 + Math.SQRT2, 2, 2 - Math.SQRT2],
    1e-14,
  );
});

test('singular values rebuild tall and wide matrices, one of them without full rank', () => {
  const low = multiply(randomMatrix(12, 3, 'l'), randomMatrix(3, 7, 'r'));
  for (const a of [randomMatrix(15, 6, 'tall'), randomMatrix(5, 11, 'wide'), low]) {
    const { left, values, right } = singularValues(a);
    const k = values.length;
    const scaled = matrix(
      left.rows,
      k,
      left.data.map((value, at) => value * values[at % k]!),
    );
    assertClose(multiply(scaled, transpose(right)).data, a.data, 1e-12);
    const squares = symmetricEigen(multiply(a, transpose(a))).values.slice(0, k);
    assertClose(
      values.map((s) => s * s),
      squares,
      1e-10,
    );
  }
  assert.ok(singularValues(low).values[3]! < 1e-12);
});

test('principal components: variances along the directions are those of the data, the residual is what is left', () => {
  const data = multiply(randomMatrix(200, 4, 'x'), randomMatrix(4, 8, 'mix'));
  const model = principalComponents(data, 2, { scale: true });
  const rows = Array.from({ length: 200 }, (_, i) => data.data.subarray(i * 8, (i + 1) * 8));
  const first = rows.map((row) => project(model, row).coordinates[0]!);
  const mean = first.reduce((a, b) => a + b) / 200;
  assert.ok(Math.abs(mean) < 1e-12);
  const variance = first.reduce((sum, v) => sum + v * v, 0) / 199;
  assert.ok(Math.abs(variance - model.variances[0]!) < 1e-10);
  const residual = rows.reduce((sum, row) => sum + project(model, row).residual, 0) / 199;
  assert.ok(Math.abs(residual - model.residualVariances.reduce((a, b) => a + b)) < 1e-10);
  assert.ok(model.residualVariances[2]! < 1e-12, 'rank 4');
  const cov = covariance(data, columnMeans(data));
  assert.ok(Math.abs(model.scale[3]! - Math.sqrt(cov.data[3 * 8 + 3]!)) < 1e-12);
});

test('quantiles as NumPy has them, thresholds that keep their rate', () => {
  assert.equal(quantile([3, 1, 2, 10], 0.5), 2.5);
  assertClose([quantile([3, 1, 2, 10], 0.9)], [7.9], 1e-14);
  assert.throws(() => quantile([1, Number.NaN], 0.5), RangeError);
  const clean = Array.from({ length: 1000 }, (_, i) => i % 500);
  for (const rate of [0, 0.001, 0.01, 0.05, 0.5]) {
    const threshold = thresholdAtRate(clean, rate);
    assert.ok(clean.filter((score) => score > threshold).length <= rate * 1000);
  }
  assert.equal(thresholdAtRate([1, 2, 3, 4], 0.25), 3);
});

test('ROC: ties count half, and a rate between points is not interpolated', () => {
  // sklearn.metrics.roc_auc_score([0,0,0,1,1,1], [1,2,2,2,3,1]) = 0.6111111111111112
  assert.ok(Math.abs(auc([2, 3, 1], [1, 2, 2]) - 0.6111111111111112) < 1e-15);
  assert.equal(auc([1, 1], [1, 1, 1]), 0.5);
  assert.equal(tprAtFpr([5, 5, 1], [4, 3, 2], 0), 2 / 3);
  assert.equal(tprAtFpr([1, 1], [1, 0], 0.4), 0);
  const curve = rocCurve([1, Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY, 0]);
  assert.deepEqual(curve.at(-1), { falsePositiveRate: 1, truePositiveRate: 1, threshold: Number.NEGATIVE_INFINITY });
});

function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
}
