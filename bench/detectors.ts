/**
 * Detectors on MNIST: what they see of an attack that does not know them, and of one that does. Two networks: one trained plainly, here, and
 * one trained with PGD at eps 0.3 (`bench/attacks`).
 *
 *     node bench/detectors.ts [--samples 200] [--only knn,mahalanobis] [--steps 50] [--restarts 4] [--json FILE]
 *
 * Data: MNIST in `../shared/data/models/mnist`. The plain network and its twin are trained on the first 10,000 training images. Detectors are fitted
 * on 2,000 test images, their thresholds set by 2,000 others (false alarms on 1 %), false alarms counted on 2,000 more, of which the first
 * `--samples` are attacked (20 by queries). T², SPE and CUSUM are in `bench/series-detectors.ts`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { buildArchitecture } from '../src/engine/build/architectures.ts';
import { loadOnnx } from '../src/engine/load-onnx.ts';
import type { OnnxModel } from '../src/formats/onnx/onnx-model.ts';
import { standard } from '../src/lab/defence/standard/defence.ts';
import { calibrateDetector } from '../src/lab/detector/calibrate.ts';
import type { DetectorModels } from '../src/lab/detector/detector.ts';
import { type DetectorMeasurement, measureDetector } from '../src/lab/detector/measure-detector.ts';
import { openDetector } from '../src/lab/detector/open-detector.ts';
import { inputDetectorNamed } from '../src/lab/detector/registry.ts';
import type { Share } from '../src/lab/evasion/metrics.ts';
import { attackNamed } from '../src/lab/evasion/registry.ts';
import { openFeatureTarget } from '../src/lab/feature-target.ts';
import { type LabelledData, sliceData } from '../src/lab/labelled-data.ts';
import { openOnnxTarget } from '../src/lab/onnx-target.ts';
import { NETWORK } from './attacks/network.ts';

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '200' },
    only: { type: 'string' },
    steps: { type: 'string', default: '50' },
    restarts: { type: 'string', default: '4' },
    json: { type: 'string' },
  },
});
const DATA = resolve(import.meta.dirname, '../../shared/data/models/mnist');
if (!existsSync(DATA)) {
  console.log('skipped: ../shared/data/models/mnist is not there');
  process.exit(0);
}
const RATE = 0.01;
const bounds = { low: 0, high: 1 };

function images(name: string, count: number): LabelledData {
  const read = (kind: string): Buffer => gunzipSync(readFileSync(join(DATA, `${name}-${kind}.gz`)));
  const pixels = read('images-idx3-ubyte').subarray(16, 16 + count * 784);
  return {
    inputs: Float32Array.from(pixels, (value) => value / 255),
    labels: Int32Array.from(read('labels-idx1-ubyte').subarray(8, 8 + count)),
    count,
    inputShape: [1, 28, 28],
  };
}

const train = images('train', 10_000);
const test = images('t10k', 10_000);
const clean = sliceData(test, 0, 4000);
const unseen = sliceData(test, 4000, 6000);

async function trained(seed: string): Promise<OnnxModel> {
  const model = buildArchitecture('strided-cnn', { inputShape: [1, 28, 28], classes: 10, seed });
  const options = { ...standard.defaults, epochs: 3, batch: 64 };
  return (await standard.run(model, train, options, { bounds, classes: 10, seed, threads: 1 })).model;
}

interface Case {
  readonly detector: string;
  readonly options: object;
  readonly attack: string;
  readonly attackOptions: object;
}
const CASES: readonly Case[] = [
  { detector: 'feature-squeezing', options: { bits: 1, median: 2 }, attack: 'pgd', attackOptions: {} },
  { detector: 'mahalanobis', options: {}, attack: 'pgd', attackOptions: {} },
  { detector: 'knn', options: {}, attack: 'pgd', attackOptions: {} },
  { detector: 'ensemble-disagreement', options: {}, attack: 'pgd', attackOptions: {} },
  { detector: 'stateful-query', options: {}, attack: 'square', attackOptions: { queries: 1000 } },
  { detector: 'stateful-query', options: {}, attack: 'hopskipjump', attackOptions: { maxQueries: 1000 } },
];

const percent = ({ value }: Share): string => `${(100 * value).toFixed(1)} %`;
const results: object[] = [];
const chosen = values.only?.split(',');
const [plain, twin, robust] = [await trained('plain'), await trained('twin'), await loadOnnx(NETWORK)];
console.log(
  '| network | eps | detector | attack | false alarms | fooled | seen, unaware | AUROC | TPR at 0.1 % / 1 % / 5 % | fooled, aware | seen, aware | AUROC, aware | fooled unseen |',
);
console.log('|---|--:|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|');
for (const [network, model, other, sizes] of [
  ['plain', plain, twin, [0.1, 0.2]],
  ['PGD, eps 0.3', robust, plain, [0.3]],
] as const) {
  const options = { bounds, threads: 1 };
  const target = await openOnnxTarget(model, options);
  const features = await openFeatureTarget(model, options);
  const ensemble = await openOnnxTarget(other, options);
  for (const eps of sizes)
    for (const one of CASES) {
      if (chosen !== undefined && !chosen.includes(one.detector)) continue;
      const detector = inputDetectorNamed(one.detector)!;
      const models: DetectorModels = { model: target, features, ensemble: [ensemble] };
      const parsed = detector.options(z).parse(one.options);
      const calibrated = await calibrateDetector(detector, models, clean, parsed, { falsePositiveRate: RATE });
      const attack = attackNamed(one.attack)!;
      const { measurement } = await measureDetector({
        opened: openDetector(calibrated, models),
        target,
        data: unseen,
        attack,
        attackOptions: { ...(attack.defaults as object), ...one.attackOptions },
        perturbation: { norm: 'linf', eps },
        attacked: detector.meta.watches === 'queries' ? 20 : Number(values.samples),
        adaptive: { steps: Number(values.steps), restarts: Number(values.restarts) },
      });
      results.push({ network, ...measurement });
      console.log(row(network, measurement));
    }
  for (const opened of [target, features, ensemble]) await opened.close();
}
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, null, 1));

function row(network: string, found: DetectorMeasurement): string {
  const { adaptive, adaptiveFooled, tprAt, queries } = found;
  const cells = [
    network,
    String(found.eps),
    found.detector,
    found.attack,
    percent(found.falsePositiveRate),
    percent(found.fooled),
    queries === undefined
      ? percent(found.truePositiveRate)
      : `${percent(found.truePositiveRate)} of queries, ${percent(queries.runsReported)} of runs, first at ${queries.untilReported ?? '-'}`,
    found.auroc.toFixed(3),
    [tprAt['0.001'], tprAt['0.01'], tprAt['0.05']].map((rate) => (100 * rate).toFixed(1)).join(' / '),
    percent(adaptiveFooled),
    adaptive === null ? '-' : percent(adaptive.truePositiveRate),
    adaptive === null ? '-' : adaptive.auroc.toFixed(3),
    queries === undefined
      ? adaptive === null
        ? '-'
        : percent(adaptive.evaded)
      : queries.knowing
          .map(
            ({ strategy, evaded, accounts }) =>
              `${percent(evaded)} (${strategy === 'accounts' ? `${accounts} accounts` : 'one account, own copy'})`,
          )
          .join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}
