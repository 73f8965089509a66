import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readXgboostModel } from '../../../formats/xgboost/read-xgboost-model.ts';
import { writeXgboostModel } from '../../../formats/xgboost/write-xgboost-model.ts';
import { seededRandom } from '../../../math/random.ts';
import type { LabelledData } from '../../labelled-data.ts';
import { isCertified } from '../certificates.ts';
import { decideWithin } from '../decide-within.ts';
import { rawOutputs } from '../evaluate.ts';
import { ensembleOfXgboost } from '../from-xgboost.ts';
import { xgboostOf } from '../to-xgboost.ts';
import type { TreeEnsemble } from '../tree-ensemble.ts';
import { binRows } from './binned-rows.ts';
import { growTree, type Split } from './grow-tree.ts';
import { newtonSplits } from './newton-split.ts';
import { bestExponentialSplit, middleCut } from './exponential-split.ts';
import { RangeMinimum } from './range-minimum.ts';
import { StumpMargins } from './stump-margins.ts';
import { reachWithin, trainTrees, TREE_TRAINING, type TreeTraining } from './train-trees.ts';

/** Class 1 above a noisy plane of two features that can be trusted a little; a third tells the class with a tiny gap; the fourth is noise. */
function sample(seed: string, count: number): LabelledData {
  const random = seededRandom(seed);
  const labels = new Int32Array(count);
  const inputs = new Float32Array(count * 4);
  for (let row = 0; row < count; row++) {
    const label = random.below(2);
    labels[row] = label;
    inputs[row * 4] = Math.min(1, Math.max(0, (label === 1 ? 0.72 : 0.28) + 0.12 * random.normal()));
    inputs[row * 4 + 1] = Math.min(1, Math.max(0, (label === 1 ? 0.7 : 0.3) + 0.15 * random.normal()));
    inputs[row * 4 + 2] = 0.5 + (label === 1 ? 0.01 : -0.01) * (0.2 + random.uniform());
    inputs[row * 4 + 3] = random.uniform();
  }
  return { inputs, labels, count, inputShape: [4] };
}

const DOMAIN = { low: new Float32Array(4), high: new Float32Array(4).fill(1) };

function errors(ensemble: TreeEnsemble, data: LabelledData, eps: number): { clean: number; robust: number } {
  let [clean, robust] = [0, 0];
  const raw = rawOutputs(ensemble, data.inputs, data.count);
  for (let row = 0; row < data.count; row++) {
    const label = data.labels[row]!;
    if (Number(raw[row]! > 0) !== label) clean++;
    const decision = decideWithin(ensemble, data.inputs.slice(row * 4, row * 4 + 4), label, 'linf', eps, DOMAIN, {
      boxes: 1e7,
      deadline: Infinity,
      now: () => 0,
    });
    assert.notEqual(decision.kind, 'unknown');
    if (decision.kind === 'broken') robust++;
  }
  return { clean: clean / data.count, robust: robust / data.count };
}

const SMALL: TreeTraining = { ...TREE_TRAINING, trees: 12, depth: 3 };

test('robust trees do not lean on a feature that an attacker can turn, ordinary ones do', () => {
  const [train, check] = [sample('train', 400), sample('check', 150)];
  const ordinary = errors(trainTrees(train, SMALL), check, 0.1);
  const robust = errors(trainTrees(train, { ...SMALL, reach: reachWithin(4, 0.1) }), check, 0.1);
  assert.ok(ordinary.clean < 0.02 && ordinary.robust > 0.5, JSON.stringify(ordinary));
  assert.ok(robust.clean < 0.08 && robust.robust < 0.2, JSON.stringify(robust));
  // An attacker who cannot touch the telling feature leaves it to be used.
  const costs = trainTrees(train, { ...SMALL, reach: reachWithin(4, 0.1, [1, 1, Infinity, 1]) });
  assert.ok(rawOutputs(costs, check.inputs, check.count).every((raw, row) => Number(raw > 0) === check.labels[row]));
});

test('the best split is the one that trying all of them by hand finds', () => {
  const random = seededRandom('split');
  for (let round = 0; round < 60; round++) {
    const [rows, features] = [30, 3];
    const x = Float32Array.from({ length: rows * features }, () => random.below(15) / 14);
    const labels = Uint8Array.from({ length: rows }, () => random.below(2));
    const far = 0.15 * random.below(3);
    const reach = reachWithin(features, far);
    const first = Float64Array.from(labels, (label) => (label === 1 ? -1 : 1) * (0.2 + random.uniform()));
    const second = first.map((value) => Math.abs(value) * 0.7);
    const lambda = random.below(2);
    const binned = binRows(x, rows, features, reach, new Uint8Array(rows).fill(1), 1000);
    const all = Int32Array.from({ length: rows }, (_, row) => row);
    const tree = growTree(
      binned,
      all,
      { labels, loss: (row, step) => (step === 0 ? 0 : first[row]! * step - 1000) },
      newtonSplits(
        binned,
        { first, second, labels },
        { minChildWeight: 0, lambda, gamma: 0, columns: Int32Array.of(0, 1, 2), monotone: new Int8Array(3) },
      ),
      { depth: 1, monotone: new Int8Array(3), low: -Infinity, high: Infinity },
    );
    const sum = (list: Float64Array, take: (row: number) => boolean): number =>
      list.reduce((total, value, row) => total + (take(row) ? value : 0), 0);
    const worth = (take: (row: number) => boolean): { gain: number; value: number; size: number } => {
      const [g, h] = [sum(first, take), sum(second, take)];
      return { gain: (g * g) / (h + lambda), value: -g / (h + lambda), size: h };
    };
    const whole = worth(() => true).gain;
    let best = 0;
    for (let feature = 0; feature < features; feature++) {
      for (const cut of binned.thresholds[feature]!) {
        for (const rising of [true, false]) {
          const goesLeft = (row: number): boolean => {
            const value = x[row * features + feature]!;
            if (value + far <= cut) return true;
            if (value - far > cut) return false;
            return (labels[row] === 1) === rising;
          };
          const [left, right] = [worth(goesLeft), worth((row) => !goesLeft(row))];
          if (left.size <= 0 || right.size <= 0 || (rising ? right.value <= left.value : right.value >= left.value))
            continue;
          best = Math.max(best, left.gain + right.gain - whole);
        }
      }
    }
    if (tree.feature[0]! < 0) {
      assert.ok(best <= 1e-9 * whole + 1e-12, `round ${round}: ${best} was there to be gained`);
      continue;
    }
    const base = tree.feature[0]! * rows;
    const rising = tree.value[tree.right[0]!]! > tree.value[tree.left[0]!]!;
    const goesLeft = (row: number): boolean =>
      binned.to[base + row]! <= tree.cut[0]! ||
      (binned.from[base + row]! <= tree.cut[0]! && (labels[row] === 1) === rising);
    const gained = worth(goesLeft).gain + worth((row) => !goesLeft(row)).gain - whole;
    assert.ok(Math.abs(gained - best) <= 1e-9 * Math.abs(best), `round ${round}: ${gained}, best ${best}`);
  }
});

/** Small tables with ties, and the exponential loss of a stump in the worst case, row by row. */
function smallTable(random: ReturnType<typeof seededRandom>): {
  readonly x: Float32Array;
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
} {
  const x = Float32Array.from({ length: 24 * 2 }, () => random.below(9) / 8);
  const labels = Uint8Array.from({ length: 24 }, () => random.below(2));
  return { x, labels, weights: Float64Array.from(labels, () => 0.1 + random.uniform()) };
}

/** A low value of a function of two values within +-1: a grid, then finer ones around its best point. Never below the true minimum. */
function lowOf(value: (a: number, b: number) => number): number {
  let [least, a, b] = [Infinity, 0, 0];
  for (const width of [0.25, 0.05, 0.01]) {
    const [ca, cb] = [a, b];
    for (let i = -4; i <= 4; i++) {
      for (let j = -4; j <= 4; j++) {
        const [u, v] = [ca + i * width, cb + j * width].map((x) => Math.min(Math.max(x, -1), 1)) as [number, number];
        const own = value(u, v);
        if (own < least) [least, a, b] = [own, u, v];
      }
    }
  }
  return least;
}

test('the best split by the exponential loss is the one that trying all of them by hand finds', () => {
  const random = seededRandom('exponential');
  const all = Int32Array.from({ length: 24 }, (_, row) => row);
  let splits = 0;
  for (let round = 0; round < 12; round++) {
    const { x, labels, weights } = smallTable(random);
    const far = 0.0625 * random.below(4);
    const minRows = 1 + random.below(4);
    const binned = binRows(x, 24, 2, reachWithin(2, far), new Uint8Array(24).fill(1), 1000);
    const options = { columns: Int32Array.of(0, 1), monotone: new Int8Array(2), minRows };
    const found = bestExponentialSplit(binned, all, weights, labels, options, -1, 1);
    const lossOf = ({ feature, cut, left, right }: Split): number =>
      all.reduce((sum, row) => {
        const [value, threshold] = [x[row * 2 + feature]!, binned.thresholds[feature]![cut]!];
        const sign = labels[row] === 1 ? 1 : -1;
        const margins = [
          ...(value - far <= threshold ? [sign * left] : []),
          ...(value + far > threshold ? [sign * right] : []),
        ];
        return sum + weights[row]! * Math.exp(-Math.min(...margins));
      }, 0);
    let best = Infinity;
    for (let feature = 0; feature < 2; feature++) {
      binned.thresholds[feature]!.forEach((threshold, cut) => {
        if (all.filter((row) => x[row * 2 + feature]! - far <= threshold).length < minRows) return;
        if (all.filter((row) => x[row * 2 + feature]! + far > threshold).length < minRows) return;
        best = Math.min(
          best,
          lowOf((left, right) => lossOf({ feature, cut, left, right })),
        );
      });
    }
    if (found === null) {
      const single = lowOf((a) =>
        all.reduce((sum, row) => sum + weights[row]! * Math.exp(labels[row] === 1 ? -a : a), 0),
      );
      assert.ok(best >= single * (1 - 1e-3), `round ${round}: ${best} beats one leaf, ${single}`);
      continue;
    }
    splits++;
    assert.ok(Math.abs(found.loss - lossOf(found)) < 1e-9 * found.loss, `${found.loss}, by hand ${lossOf(found)}`);
    assert.ok(found.loss <= best * (1 + 1e-9), `round ${round}: ${found.loss}, best ${best}`);
  }
  assert.ok(splits >= 6, `${splits} splits`);
});

test('a new stump beside others on its feature is the best one for the exact worst case', () => {
  const random = seededRandom('stump');
  const all = Int32Array.from({ length: 24 }, (_, row) => row);
  for (let round = 0; round < 4; round++) {
    const { x, labels } = smallTable(random);
    const far = 0.0625 + 0.125 * random.below(2);
    const binned = binRows(x, 24, 2, reachWithin(2, far), new Uint8Array(24).fill(1), 1000);
    const margins = new StumpMargins(binned, labels);
    const stumps: Split[] = [];
    for (let feature = 0; feature < 2; feature++) {
      for (let count = 0; count < 2; count++) {
        const cuts = binned.thresholds[feature]!.length;
        const [left, right] = [random.normal() / 2, random.normal() / 2];
        const stump = { feature, cut: random.below(cuts), left, right };
        stumps.push(stump);
        margins.add({
          feature: [feature, -1, -1],
          cut: [stump.cut, -1, -1],
          left: [1, -1, -1],
          right: [2, -1, -1],
          value: [0, left, right],
        });
      }
    }
    /** Margin of a row in the exact worst case: by feature, the least over all segments that the row can be in. */
    const worst = (row: number, list: readonly Split[]): number => {
      const sign = labels[row] === 1 ? 1 : -1;
      let sum = 0;
      for (let feature = 0; feature < 2; feature++) {
        let least = Infinity;
        for (let at = binned.from[feature * 24 + row]!; at <= binned.to[feature * 24 + row]!; at++) {
          const own = list.filter((stump) => stump.feature === feature);
          least = Math.min(
            least,
            own.reduce((total, stump) => total + sign * (at <= stump.cut ? stump.left : stump.right), 0),
          );
        }
        sum += least;
      }
      return sum;
    };
    for (const row of all)
      assert.ok(Math.abs((labels[row] === 1 ? 1 : -1) * margins.worst[row]! - worst(row, stumps)) < 1e-12);
    const weights = Float64Array.from(all, (row) => Math.exp(-worst(row, stumps)));
    const options = { columns: Int32Array.of(0, 1), monotone: new Int8Array(2), minRows: 1 };
    const found = margins.bestStump(all, weights, options, 1);
    const lossWith = (stump: Split): number =>
      all.reduce((sum, row) => sum + Math.exp(-worst(row, [...stumps, stump])), 0);
    let best = weights.reduce((sum, weight) => sum + weight, 0);
    for (let feature = 0; feature < 2; feature++) {
      for (let cut = 0; cut < binned.thresholds[feature]!.length; cut++) {
        best = Math.min(
          best,
          lowOf((left, right) => lossWith({ feature, cut, left, right })),
        );
      }
    }
    assert.ok(found !== null);
    assert.ok(Math.abs(found.loss - lossWith(found)) < 1e-9 * found.loss, `${found.loss}, by hand ${lossWith(found)}`);
    assert.ok(found.loss <= best * (1 + 1e-6), `round ${round}: ${JSON.stringify(found)}, best ${best}`);
  }
});

test('minima of stretches; of cuts that are as good as each other, the middle one', () => {
  const values = Float64Array.of(3, 1, 4, 1.5, 9, 2.6, 5);
  const minimum = new RangeMinimum(values);
  for (let first = 0; first < 7; first++)
    for (let last = first; last < 7; last++)
      assert.equal(minimum.of(first, last), Math.min(...values.subarray(first, last + 1)));
  assert.equal(middleCut(Float32Array.of(0, 0.1, 0.2, 0.9, 1), 0, 3), 2);
  assert.equal(middleCut(Float32Array.of(0, 0.1), 1, 1), 1);
});

test('validation rows choose how many trees are kept, and more robust trees are trained with the exponential loss', () => {
  const [train, check] = [sample('train', 400), sample('check', 200)];
  for (const depth of [1, 3]) {
    const shares: number[] = [];
    const options = {
      ...SMALL,
      depth,
      trees: 25,
      loss: 'exponential',
      bins: 1000,
      reach: reachWithin(4, 0.1),
      validation: check,
    } as const;
    const ensemble = trainTrees(train, options, ({ validation }) => {
      shares.push(validation!);
    });
    const least = Math.min(...shares);
    assert.equal(ensemble.roots.length, shares.indexOf(least) + 1);
    // For stumps the share is that of the rows that an attack breaks, exactly; for deeper trees an upper bound of it.
    const found = errors(ensemble, check, 0.1).robust;
    if (depth === 1) assert.ok(Math.abs(found - least) < 1e-9, `${found}, by the training ${least}`);
    else assert.ok(found <= least + 1e-9 && found > 0, `${found}, by the training ${least}`);
    assert.ok(least < 0.2, `${least}`);
  }
});

for (const [loss, depth] of [
  ['logistic', 3],
  ['exponential', 3],
  ['exponential', 1],
] as const) {
  test(`a monotone feature only ever raises the output: ${loss} loss, depth ${depth}`, () => monotone(loss, depth));
}

function monotone(loss: TreeTraining['loss'], depth: number): void {
  const ensemble = trainTrees(sample('train', 300), {
    ...SMALL,
    loss,
    depth,
    subsample: 0.7,
    columns: 0.8,
    monotone: Int8Array.of(1, 0, 0, -1),
  });
  const random = seededRandom('monotone');
  for (let round = 0; round < 300; round++) {
    const x = Float32Array.from({ length: 4 }, () => random.uniform());
    const [feature, sign] = random.below(2) === 0 ? [0, 1] : [3, -1];
    const raised = x.map((value, f) => (f === feature ? value + (1 - value) * random.uniform() : value));
    const [before, after] = rawOutputs(ensemble, Float32Array.of(...x, ...raised), 2);
    assert.ok(sign * (after! - before!) >= 0);
  }
}

test('stumps are certified exactly, and training lowers their robust error', () => {
  const [train, check] = [sample('train', 300), sample('check', 100)];
  const ordinary = trainTrees(train, { ...SMALL, trees: 25, depth: 1 });
  const robust = trainTrees(train, { ...SMALL, trees: 25, depth: 1, reach: reachWithin(4, 0.1) });
  const found = errors(robust, check, 0.1).robust;
  assert.ok(found < 0.25 && found < errors(ordinary, check, 0.1).robust - 0.3);
  for (let row = 0; row < check.count; row++) {
    const x = check.inputs.slice(row * 4, row * 4 + 4);
    const decided = decideWithin(robust, x, check.labels[row]!, 'linf', 0.1, DOMAIN, {
      boxes: 1e7,
      deadline: Infinity,
      now: () => 0,
    });
    assert.equal(
      isCertified(robust, x, check.labels[row]!, 0.1, DOMAIN, { kind: 'stumps' }),
      decided.kind === 'robust',
    );
  }
});

test('written as an XGBoost model and read back, every margin is the same; the same seed trains the same model', () => {
  const train = sample('train', 200);
  const ensemble = trainTrees(train, { ...SMALL, reach: reachWithin(4, 0.05), subsample: 0.5, seed: 'x' });
  const bytes = writeXgboostModel(xgboostOf(ensemble));
  const back = ensembleOfXgboost(readXgboostModel(bytes));
  assert.deepEqual(rawOutputs(back, train.inputs, train.count), rawOutputs(ensemble, train.inputs, train.count));
  const again = trainTrees(train, { ...SMALL, reach: reachWithin(4, 0.05), subsample: 0.5, seed: 'x' });
  assert.deepEqual(writeXgboostModel(xgboostOf(again)), bytes);
});

test('rows of one class alone make one leaf', () => {
  const data = sample('train', 20);
  for (const depth of [1, 3]) {
    const ensemble = trainTrees(
      { ...data, labels: data.labels.map(() => 1) },
      { ...SMALL, depth, loss: 'exponential', learningRate: 1, trees: 1 },
    );
    assert.deepEqual([...rawOutputs(ensemble, data.inputs, 2)], [1, 1]);
  }
});

test('data and options that cannot be trained with are refused', () => {
  const data = sample('train', 20);
  assert.throws(() => trainTrees({ ...data, labels: data.labels.map(() => 2) }, SMALL), /two classes/);
  assert.throws(() => trainTrees({ ...data, inputs: data.inputs.map(() => NaN) }, SMALL), /finite/);
  assert.throws(() => trainTrees(data, { ...SMALL, learningRate: 0 }), /learningRate/);
  assert.throws(() => trainTrees(data, { ...SMALL, reach: reachWithin(3, 0.1) }), /one entry for each/);
  assert.throws(() => trainTrees(data, { ...SMALL, maxLeaf: Infinity }), /maxLeaf/);
  assert.throws(() => trainTrees(data, { ...SMALL, minRows: -1 }), /minRows/);
  const empty = { ...data, inputs: new Float32Array(0), labels: new Int32Array(0), count: 0 };
  assert.throws(() => trainTrees(data, { ...SMALL, validation: empty }), /validation/);
});
