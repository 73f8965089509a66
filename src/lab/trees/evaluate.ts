import { NODE_FLAGS, type TreeEnsemble } from './tree-ensemble.ts';

/** LightGBM's kZeroThreshold: the float32 next to 1e-35, as a double. */
const ZERO_THRESHOLD = Math.fround(1e-35);

/** The child that a value goes to, at a node that is no leaf. */
export function childOf(ensemble: TreeEnsemble, node: number, value: number): number {
  const flags = ensemble.flags[node]!;
  let x = value;
  if (Number.isNaN(x) && (flags & NODE_FLAGS.nanIsZero) !== 0) x = 0;
  if (Number.isNaN(x) || ((flags & NODE_FLAGS.zeroIsMissing) !== 0 && Math.abs(x) <= ZERO_THRESHOLD)) {
    return (flags & NODE_FLAGS.missingLeft) !== 0 ? ensemble.left[node]! : ensemble.right[node]!;
  }
  const isLeft =
    (flags & NODE_FLAGS.category) === 0
      ? x <= ensemble.threshold[node]!
      : ((flags & NODE_FLAGS.whole) === 0 || Number.isInteger(x)) &&
        hasCategory(ensemble.categories.get(node)!, x, (flags & NODE_FLAGS.truncates) !== 0);
  return isLeft ? ensemble.left[node]! : ensemble.right[node]!;
}

function hasCategory(members: Int32Array, value: number, truncates: boolean): boolean {
  if (truncates ? value <= -1 : value < 0) return false;
  const category = Math.trunc(value);
  let [low, high] = [0, members.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (members[middle]! < category) low = middle + 1;
    else high = middle;
  }
  return members[low] === category;
}

const PLAIN = NODE_FLAGS.missingLeft;
const plainness = new WeakMap<TreeEnsemble, boolean>();

/** True when every split compares numbers and only NaN is missing. */
export function isPlain(ensemble: TreeEnsemble): boolean {
  let plain = plainness.get(ensemble);
  if (plain === undefined) {
    plain = ensemble.flags.every((flags) => (flags & ~PLAIN) === 0);
    plainness.set(ensemble, plain);
  }
  return plain;
}

/** Rows that are taken through one tree before the next: their sums and features stay in the cache. */
const BLOCK = 256;

/**
 * Raw outputs (margins) of n rows.
 * @param x [n, features], row-major; NaN is a missing value
 * @returns [n, outputs]; with sums in float32 these are float32 numbers
 */
export function rawOutputs(ensemble: TreeEnsemble, x: Float32Array, n: number): Float64Array {
  const { outputs, roots, treeOutputs, feature, threshold, left, right, values, features } = ensemble;
  const single = ensemble.precision === 'float32';
  const result = new Float64Array(n * outputs);
  const sums = single ? new Float32Array(BLOCK * outputs) : new Float64Array(BLOCK * outputs);
  const plain = isPlain(ensemble);
  for (let start = 0; start < n; start += BLOCK) {
    const rows = Math.min(BLOCK, n - start);
    sums.fill(0);
    if (ensemble.baseFirst) {
      for (let row = 0; row < rows; row++) sums.set(ensemble.base, row * outputs);
    }
    const fast = plain && !hasNaN(x, start * features, (start + rows) * features);
    for (let tree = 0; tree < roots.length; tree++) {
      const root = roots[tree]!;
      const output = treeOutputs[tree]!;
      for (let row = 0; row < rows; row++) {
        const from = (start + row) * features;
        let node = root;
        if (fast) {
          for (let at = feature[node]!; at >= 0; at = feature[node]!) {
            node = x[from + at]! <= threshold[node]! ? left[node]! : right[node]!;
          }
        } else {
          for (let at = feature[node]!; at >= 0; at = feature[node]!) node = childOf(ensemble, node, x[from + at]!);
        }
        const value = left[node]!;
        if (output >= 0) sums[row * outputs + output]! += values[value]!;
        else for (let k = 0; k < outputs; k++) sums[row * outputs + k]! += values[value + k]!;
      }
    }
    for (let index = 0; index < rows * outputs; index++) {
      let sum = sums[index]!;
      if (ensemble.divisor !== 1) sum = single ? Math.fround(sum / ensemble.divisor) : sum / ensemble.divisor;
      if (!ensemble.baseFirst) {
        const base = ensemble.base[index % outputs]!;
        sum = single ? Math.fround(sum + base) : sum + base;
      }
      result[start * outputs + index] = sum;
    }
  }
  return result;
}

function hasNaN(x: Float32Array, from: number, to: number): boolean {
  for (let index = from; index < to; index++) if (x[index] !== x[index]) return true;
  return false;
}

/**
 * What the library calls a prediction: probabilities, a class (for `sign`), or a value.
 * @returns [n, outputs]
 */
export function predictions(ensemble: TreeEnsemble, raw: Float64Array): Float64Array {
  const { link, outputs } = ensemble;
  switch (link.kind) {
    case 'identity':
    case 'probability':
      return raw.slice();
    case 'logistic':
    case 'logistic-each':
      return raw.map((value) => 1 / (1 + Math.exp(-link.scale * value)));
    case 'exponential':
      return raw.map((value) => Math.exp(value));
    case 'sign':
      return raw.map((value) => (value > 0 ? 1 : 0));
    case 'softmax': {
      const result = new Float64Array(raw.length);
      for (let from = 0; from < raw.length; from += outputs) {
        let most = -Infinity;
        for (let k = 0; k < outputs; k++) most = Math.max(most, raw[from + k]!);
        let sum = 0;
        for (let k = 0; k < outputs; k++) sum += result[from + k] = Math.exp(raw[from + k]! - most);
        for (let k = 0; k < outputs; k++) result[from + k]! /= sum;
      }
      return result;
    }
  }
}

/**
 * What each class gets, so that the predicted class is the first with the most: logits, or probabilities for ensembles that average them.
 * @param raw [n, outputs]
 * @returns [n, classes]
 */
export function classScores(ensemble: TreeEnsemble, raw: Float64Array, classes: number): Float32Array {
  const { link, outputs } = ensemble;
  const scores = new Float32Array((raw.length / outputs) * classes);
  for (let row = 0; row * outputs < raw.length; row++) {
    if (outputs > 1) {
      for (let k = 0; k < classes; k++) scores[row * classes + k] = raw[row * outputs + k]!;
      continue;
    }
    const value = raw[row]!;
    if (link.kind === 'probability') {
      scores[row * 2] = 1 - value;
      scores[row * 2 + 1] = value;
    } else scores[row * 2 + 1] = link.kind === 'logistic' ? link.scale * value : value;
  }
  return scores;
}
