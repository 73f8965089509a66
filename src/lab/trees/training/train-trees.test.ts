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
import { growTree } from './grow-tree.ts';
import { newtonSplits } from './newton-split.ts';
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

test('a monotone feature only ever raises the output', () => {
  const ensemble = trainTrees(sample('train', 300), {
    ...SMALL,
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
});

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

test('data and options that cannot be trained with are refused', () => {
  const data = sample('train', 20);
  assert.throws(() => trainTrees({ ...data, labels: data.labels.map(() => 2) }, SMALL), /two classes/);
  assert.throws(() => trainTrees({ ...data, inputs: data.inputs.map(() => NaN) }, SMALL), /finite/);
  assert.throws(() => trainTrees(data, { ...SMALL, learningRate: 0 }), /learningRate/);
  assert.throws(() => trainTrees(data, { ...SMALL, reach: reachWithin(3, 0.1) }), /one entry for each/);
});
