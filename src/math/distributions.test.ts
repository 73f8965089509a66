import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binomialCdf, binomialTest, clopperPearson } from './binomial.ts';
import {
  chiSquareQuantile,
  chiSquareSurvival,
  fQuantile,
  fSurvival,
  tCdf,
  tQuantile,
} from './continuous-distributions.ts';
import { betaQuantile, incompleteBeta } from './incomplete-beta.ts';
import { gammaQuantile, incompleteGamma } from './incomplete-gamma.ts';
import { logGamma } from './log-gamma.ts';
import { erfc, normalCdf, normalQuantile } from './normal.ts';

/**
 * The expected values were recorded by hand:
 * python -c "import mpmath; mpmath.mp.dps = 40; print(float(mpmath.erfc(0.9)))" for erfc, gamma and their kind (mpmath 1.3),
 * python -c "from scipy import stats; print(stats.f.ppf(.99, 17, 483))" for the rest (SciPy 1.17.1).
 */
function near(actual: number, expected: number, relative: number): void {
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `${actual} is not ${expected} (relative ${Math.abs(actual / expected - 1)})`,
  );
}

test('erfc keeps its digits from the middle to the far tail', () => {
  for (const [x, expected] of [
    [-3.99, 1.9999999832607886],
    [0.4999, 0.4795880048386134],
    [0.51, 0.4707563801588296],
    [0.9, 0.20309178757716786],
    [1.999, 0.004698443348629487],
    [2.5, 0.0004069520174449589],
    [6, 2.1519736712498913e-17],
    [26, 5.663192408856143e-296],
  ] as const)
    near(erfc(x), expected, 1e-15);
  assert.equal(erfc(Number.POSITIVE_INFINITY), 0);
  assert.equal(erfc(Number.NEGATIVE_INFINITY), 2);
});

test('normal quantiles agree with SciPy to the last digits, and invert the distribution', () => {
  for (const [p, expected] of [
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798409],
    [1e-5, -4.264890793922825],
    [0.025, -1.9599639845400545],
    [0.075, -1.4395314709384563],
    [0.4, -0.2533471031357997],
    [0.999930926, 3.811460738831368],
  ] as const) {
    near(normalQuantile(p), expected, 1e-15);
    near(normalCdf(normalQuantile(p)), p, 5e-13); // the tail amplifies the last digit of x
  }
  assert.equal(normalQuantile(0), Number.NEGATIVE_INFINITY);
  assert.ok(Number.isNaN(normalQuantile(1.1)));
});

test('logarithm of gamma', () => {
  for (const [x, expected] of [
    [0.01, 4.599479878042022],
    [0.3, 1.0957979948180756],
    [2.5, 0.2846828704729192],
    [11.9, 17.25847745059552],
    [1000, 5905.220423209181],
  ] as const)
    near(logGamma(x), expected, 5e-15);
});

test('incomplete beta and gamma, and their inverses', () => {
  near(incompleteBeta(0.01, 0.5, 0.5), 0.06376856085851985, 1e-14);
  near(incompleteBeta(0.503, 50000, 50000), 0.9711110277376114, 1e-12);
  near(incompleteBeta(0.1, 200, 2000), 0.9280185129746636, 1e-13);
  near(betaQuantile(0.5, 2, 3), 0.3857275681323895, 1e-14);
  near(betaQuantile(1e-10, 0.5, 2), 4.444444444444446e-21, 1e-13);
  near(betaQuantile(0.999, 3, 1000), 0.01115498535512822, 1e-14);
  near(incompleteGamma(10, 5), 0.03182805730620481, 1e-14);
  near(incompleteGamma(1000, 1000), 0.5042052441802155, 1e-14);
  near(gammaQuantile(0.99, 8.5), 16.704331802502306, 1e-14);
  near(gammaQuantile(0.01, 0.1), 6.073048362407912e-21, 1e-12);
});

test('quantiles of chi-square, F and t', () => {
  near(chiSquareQuantile(0.95, 1), 3.841458820694124, 1e-13);
  near(chiSquareQuantile(0.99, 17), 33.40866360500461, 1e-13);
  near(chiSquareSurvival(80, 17), 3.835191534442211e-10, 1e-13);
  near(fQuantile(0.99, 17, 483), 2.0028740134134466, 1e-13);
  near(fQuantile(0.001, 3, 7), 0.007599774174264011, 1e-13);
  near(fSurvival(40, 1, 10), 8.630216153154252e-5, 1e-13);
  near(tQuantile(0.975, 10), 2.228138851986274, 1e-13);
  near(tQuantile(0.0001, 3), -22.203742273204178, 1e-13);
  near(tCdf(-2.2, 9), 0.027670286399305823, 1e-13);
});

test('Clopper and Pearson: the bounds of Cohen, Rosenfeld and Kolter 2019', () => {
  // Everything right: the lower bound is alpha^(1/n).
  near(clopperPearson(100_000, 100_000, 0.001).lower, 0.001 ** (1 / 100_000), 1e-15);
  assert.equal(clopperPearson(100_000, 100_000, 0.001).upper, 1);
  near(clopperPearson(99_000, 100_000, 0.001).lower, 0.9889893403774748, 1e-14);
  near(clopperPearson(99_000, 100_000, 0.001).upper, 0.9909445314129196, 1e-14);
  assert.deepEqual(clopperPearson(0, 5, 0.05).lower, 0);
  assert.throws(() => clopperPearson(6, 5, 0.05), RangeError);
});

test('the binomial test counts what is as unlikely on the other side', () => {
  for (const [k, n, p, expected] of [
    [3, 10, 0.5, 0.34375],
    [60, 100, 0.5, 0.05688793364098089],
    [990, 1000, 0.99, 1],
    [7, 20, 0.3, 0.6294979666766769],
    [0, 10, 0.2, 0.22824806400000008],
    [51234, 100000, 0.5, 6.1065042366009066e-15],
    [5, 12, 0.7, 0.05244213025900002],
  ] as const)
    near(binomialTest(k, n, p), expected, 1e-12);
  near(binomialCdf(7, 20, 0.3), 0.7722717974181608, 1e-13);
});
