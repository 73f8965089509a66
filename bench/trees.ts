/**
 * Tree ensembles: the tables of Andriushchenko and Hein 2019 (arXiv 1906.03526, and its repository) beside ours on the same rows, and what an exact attack on
 * 1,000 rows costs beside plain evaluation.
 *
 *     node bench/trees.ts [--only diabetes] [--model normal|robust] [--splits 5] [--attack]
 *
 * Settings are the paper's (`exps.sh` there): depth 4, rate 0.2 (0.01 for breast cancer), at most 150 trees; stumps with rate 1, at most 300;
 * leaves within +-1, 5 rows a side. How many trees are kept is chosen on a fifth of the training rows. `--attack`: only the second table.
 */
import { parseArgs } from 'node:util';
import { decideWithin } from '../src/lab/trees/decide-within.ts';
import { rawOutputs } from '../src/lab/trees/evaluate.ts';
import { isCertified } from '../src/lab/trees/certificates.ts';
import { minimalPerturbation } from '../src/lab/trees/minimal-perturbation.ts';
import { predictedClasses } from '../src/lab/trees/predicted-class.ts';
import type { TreeEnsemble } from '../src/lab/trees/tree-ensemble.ts';
import { reachWithin, trainTrees, TREE_TRAINING, type TreeTraining } from '../src/lab/trees/training/train-trees.ts';
import { breastCancer, diabetes, fitAndValidation, twoDigits, type Table } from './trees-data.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    model: { type: 'string' },
    splits: { type: 'string', default: '5' },
    attack: { type: 'boolean', default: false },
  },
});

/** TE / RTE / URTE in percent: errors, errors within eps (exact), errors that the certificate cannot exclude. */
const PUBLISHED: Readonly<Record<string, readonly [string, string]>> = {
  'breast-cancer trees': ['.7 / 81.0 / 81.8', '.7 / 6.6 / 6.6'],
  'diabetes trees': ['22.7 / 55.2 / 61.7', '27.3 / 35.7 / 35.7'],
  'MNIST 2-6 trees': ['.4 / 89.6 / 100', '.7 / 3.8 / 4.1'],
  'breast-cancer stumps': ['2.9 / 98.5 / 100', '5.1 / 10.9 / 10.9'],
  'diabetes stumps': ['24.7 / 54.5 / 56.5', '27.3 / 31.8 / 31.8'],
};

interface Run {
  readonly table: () => Table;
  readonly name: string;
  readonly eps: number;
  readonly depth: number;
  readonly learningRate: number;
  /** Splits into rows to fit and rows to choose with, at most. */
  readonly splits: number;
  /** Test rows on which robustness is decided exactly: of robust models, and of normal ones, whose rows are all open and take seconds each. */
  readonly rows: { readonly robust: number; readonly normal: number };
}

const ALL = { robust: Infinity, normal: Infinity };

const runs: readonly Run[] = [
  { table: breastCancer, name: 'breast-cancer', eps: 0.3, depth: 4, learningRate: 0.01, splits: 5, rows: ALL },
  { table: diabetes, name: 'diabetes', eps: 0.05, depth: 4, learningRate: 0.2, splits: 5, rows: ALL },
  { table: breastCancer, name: 'breast-cancer', eps: 0.3, depth: 1, learningRate: 1, splits: 5, rows: ALL },
  { table: diabetes, name: 'diabetes', eps: 0.05, depth: 1, learningRate: 1, splits: 5, rows: ALL },
  {
    table: () => twoDigits(2, 6),
    name: 'MNIST 2-6',
    eps: 0.3,
    depth: 4,
    learningRate: 0.2,
    splits: 1,
    rows: { robust: Infinity, normal: 100 },
  },
];

const limit = () => ({ boxes: 2_000_000, deadline: performance.now() + 10_000, now: () => performance.now() });
const unit = (features: number) => ({ low: new Float32Array(features), high: new Float32Array(features).fill(1) });

interface Errors {
  /** Percent of the test rows. */
  readonly clean: number;
  readonly robust: number;
  readonly uncertified: number;
  readonly undecided: number;
}

function measure(ensemble: TreeEnsemble, test: Table['test'], { eps, depth }: Run, rows: number): Errors {
  const features = ensemble.features;
  const classes = predictedClasses(ensemble, test.inputs, test.count);
  const wrong = classes.reduce((sum, found, row) => sum + Number(found !== test.labels[row]), 0);
  const count = Math.min(rows, test.count);
  const certificate = { kind: depth === 1 ? 'stumps' : 'treewise' } as const;
  let [broken, uncertified, open] = [0, 0, 0];
  for (let row = 0; row < test.count; row++) {
    const x = test.inputs.slice(row * features, (row + 1) * features);
    const label = test.labels[row]!;
    if (isCertified(ensemble, x, label, eps, unit(features), certificate)) continue;
    uncertified++;
    if (row >= count) continue;
    const decision = decideWithin(ensemble, x, label, 'linf', eps, unit(features), limit());
    if (decision.kind !== 'robust') broken++;
    if (decision.kind === 'unknown') open++;
  }
  const percent = (part: number, whole: number): number => (100 * part) / whole;
  return {
    clean: percent(wrong, test.count),
    robust: percent(broken, count),
    uncertified: percent(uncertified, test.count),
    undecided: open,
  };
}

function cell({ clean, robust, uncertified, undecided }: Errors): string {
  const numbers = [clean, robust, uncertified].map((value) => value.toFixed(1)).join(' / ');
  return undecided > 0 ? `${numbers} (${undecided} undecided)` : numbers;
}

function spread(list: readonly number[]): string {
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  return `${mean.toFixed(1)} (${Math.min(...list).toFixed(1)} to ${Math.max(...list).toFixed(1)})`;
}

if (!values.attack) {
  console.log(
    '| data | eps | model | published | ours, first split | trees kept | splits | clean error, mean (range) | robust error, mean (range) | s to train |\n|---|--:|---|---|---|--:|--:|---|---|--:|',
  );
  for (const run of runs) {
    const { eps, depth, learningRate } = run;
    const name = `${run.name} ${depth === 1 ? 'stumps' : 'trees'}`;
    if (!name.includes(values.only)) continue;
    const table = run.table();
    const features = table.train.inputShape[0]!;
    for (const robust of [false, true]) {
      if (values.model !== undefined && (values.model === 'robust') !== robust) continue;
      const results: Errors[] = [];
      const kept: number[] = [];
      let seconds = 0;
      for (let split = 0; split < Math.min(run.splits, Number(values.splits)); split++) {
        const { fit, validation } = fitAndValidation(table.train, split);
        const began = performance.now();
        const options: TreeTraining = {
          ...TREE_TRAINING,
          loss: 'exponential',
          trees: depth === 1 ? 300 : 150,
          bins: 65_000,
          depth,
          learningRate,
          validation,
          ...(robust ? { reach: reachWithin(features, eps) } : {}),
        };
        const ensemble = trainTrees(fit, options, (progress) => {
          if (process.stderr.isTTY)
            process.stderr.write(`\r${name}, split ${split + 1}: tree ${progress.trees} of ${options.trees} `);
        });
        if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
        seconds += (performance.now() - began) / 1000;
        kept.push(ensemble.roots.length);
        results.push(measure(ensemble, table.test, run, run.rows[robust ? 'robust' : 'normal']));
      }
      const row = [
        name,
        String(eps),
        robust ? 'robust' : 'normal',
        PUBLISHED[name]![Number(robust)]!,
        cell(results[0]!),
        String(kept[0]),
        String(results.length),
        spread(results.map((result) => result.clean)),
        spread(results.map((result) => result.robust)),
        (seconds / results.length).toFixed(1),
      ];
      console.log(`| ${row.join(' | ')} |`);
    }
  }
}

// Plain boosting as other libraries do it, few trees: what an exact attack is usually asked for.
const attacked = [breastCancer(), diabetes(), twoDigits(2, 6)]
  .filter((table) => table.name.includes(values.only))
  .map((table) => {
    const options: Partial<TreeTraining> =
      table.name === 'MNIST 2-6' ? { trees: 30, bins: 32, columns: 0.3, subsample: 0.5 } : { trees: 20 };
    return { table, ensemble: trainTrees(table.train, { ...TREE_TRAINING, ...options }) };
  });
console.log(
  '\n| exact smallest Linf perturbation, 1,000 rows | trees | evaluation µs a row | attack ms a row: median | p90 | mean | of evaluation | proven |\n|---|--:|--:|--:|--:|--:|--:|--:|',
);
for (const { ensemble, table } of attacked) {
  const { features } = ensemble;
  const { test, train } = table;
  const inputs = Float32Array.from(
    [...test.inputs, ...train.inputs.subarray(0, 1000 * features)].slice(0, 1000 * features),
  );
  const rows = Math.floor(inputs.length / features);
  const classes = predictedClasses(ensemble, inputs, rows);
  rawOutputs(ensemble, inputs, rows);
  let began = performance.now();
  for (let round = 0; round < 10; round++) rawOutputs(ensemble, inputs, rows);
  const evaluation = (performance.now() - began) / 10 / rows;
  const times: number[] = [];
  let proven = 0;
  for (let row = 0; row < rows; row++) {
    began = performance.now();
    const found = minimalPerturbation(ensemble, inputs.slice(row * features, (row + 1) * features), classes[row]!, {
      norm: 'linf',
      domain: unit(features),
      boxes: 1e9,
      milliseconds: 10_000,
      now: () => performance.now(),
    });
    times.push(performance.now() - began);
    proven += Number(found.exact);
  }
  times.sort((a, b) => a - b);
  const mean = times.reduce((sum, time) => sum + time, 0) / rows;
  console.log(
    `| ${table.name} | ${ensemble.roots.length} | ${(evaluation * 1000).toFixed(2)} | ${times[rows >> 1]!.toFixed(2)} | ${times[Math.floor(rows * 0.9)]!.toFixed(2)} | ${mean.toFixed(2)} | ${Math.round(mean / evaluation)} × | ${proven} of ${rows} |`,
  );
}
