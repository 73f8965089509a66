/**
 * `npm run bench:engine`: what gradients, training and attacks cost beside ONNX Runtime's own forward pass.
 *
 * First one small convolutional network (CIFAR size, 545,098 weights) at batch 128: forward, input gradient, training step (the graph in one call;
 * and whole, in micro-batches with AdamW, as training runs it) and 40 steps of PGD. All alternate in one run, each twice, of which the second counts;
 * PGD in every third round. Medians of processor time over all threads and of wall time; ratios are of processor time, which other work on the machine changes least. Then AutoAttack
 * on 200 MNIST images, and the exact attack on 1,000 rows of a tree ensemble, where ../shared/data is there.
 *
 *     node bench/engine.ts [--rounds 9] [--threads 1] [--only network,autoattack,trees]
 */
import { parseArgs } from 'node:util';
import { buildArchitecture } from '../src/engine/build/architectures.ts';
import { openGradientModel } from '../src/engine/gradient-model.ts';
import { prepare } from '../src/engine/graph/prepare.ts';
import { loadOnnxRuntime, type Tensor } from '../src/engine/onnx-runtime.ts';
import { ADAMW, createOptimiser } from '../src/engine/train/optimiser.ts';
import { runAll } from '../src/engine/train/step-pool.ts';
import { StepRunner } from '../src/engine/train/step-runner.ts';
import { trainableWeights } from '../src/engine/train/trainable-weights.ts';
import { buildTrainingProgram } from '../src/engine/train/training-program.ts';
import { writeOnnx } from '../src/formats/onnx/write-onnx.ts';
import { attackNamed } from '../src/lab/evasion/registry.ts';
import { runAttack } from '../src/lab/evasion/run-attack.ts';
import { rawOutputs } from '../src/lab/trees/evaluate.ts';
import { minimalPerturbation } from '../src/lab/trees/minimal-perturbation.ts';
import { predictedClasses } from '../src/lab/trees/predicted-class.ts';
import { TREE_TRAINING, trainTrees } from '../src/lab/trees/training/train-trees.ts';
import { seededRandom } from '../src/math/random.ts';
import { mnistTestImages, openNetwork } from './attacks/network.ts';
import { twoDigits } from './trees-data.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    threads: { type: 'string', default: '1' },
    only: { type: 'string', default: 'network,autoattack,trees' },
  },
});
const ROUNDS = Number(values.rounds);
const threads = Number(values.threads);
const chosen = values.only.split(',');

/** Processor milliseconds of all threads, and milliseconds by the clock. */
interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

async function costOf(run: () => unknown): Promise<Cost> {
  const busy = process.cpuUsage();
  const start = performance.now();
  await run();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(busy);
  return { cpu: (user + system) / 1000, wall };
}

function medianOf(costs: readonly Cost[]): Cost {
  const middle = (pick: (cost: Cost) => number): number =>
    costs.map(pick).toSorted((a, b) => a - b)[costs.length >> 1]!;
  return { cpu: middle(({ cpu }) => cpu), wall: middle(({ wall }) => wall) };
}

async function benchNetwork(): Promise<void> {
  const BATCH = 128;
  const MICRO = 32;
  const [size, shape] = [3072, [3, 32, 32]] as const;
  const random = seededRandom('bench');
  const network = buildArchitecture('small-cnn', { inputShape: shape, classes: 10, seed: 'bench' });
  const x = Float32Array.from({ length: BATCH * size }, () => random.uniform());
  const labels = Int32Array.from({ length: BATCH }, (_, index) => index % 10);
  const targets = Float32Array.from({ length: BATCH * 10 }, (_, at) => Number(at % 10 === labels[Math.floor(at / 10)]));
  const loss = { kind: 'cross-entropy', labels } as const;

  const runtime = await loadOnnxRuntime();
  const plain = await runtime.openBytes(writeOnnx(network), { threads });
  const [input, output] = [network.graph.inputs[0]!.name, network.graph.outputs[0]!.name];
  const feed: Tensor = { type: 'float32', dims: [BATCH, ...shape], data: x };
  const model = await openGradientModel(network, { threads: threads === 1 ? 0 : threads });
  const prepared = prepare(network);
  const weights = trainableWeights(prepared);
  const parameters = {
    weights: weights.map((name) => (prepared.graph.initializers.get(name)!.data as Float32Array).slice()),
    running: [],
  };
  const optimiser = createOptimiser(
    ADAMW,
    parameters.weights.map(({ length }) => length),
  );
  const stepOf = async (micro: number): Promise<() => Promise<void>> => {
    const program = await buildTrainingProgram({
      model: prepared,
      runtime,
      sampleShapes: { [input]: shape },
      batch: micro,
      accumulates: micro < BATCH,
      tasks: [{ kind: 'cross-entropy' }],
      weights,
      batchNorm: 'update',
    });
    const runner = await StepRunner.open(program, null, threads);
    const batches = Array.from({ length: BATCH / micro }, (_, at) => ({
      inputs: { [input]: x.subarray(at * micro * size, (at + 1) * micro * size) },
      targets: [targets.subarray(at * micro * 10, (at + 1) * micro * 10)],
      perturbation: { kind: 'none' } as const,
      seed: '',
    }));
    return async () => {
      const { gradients } = await runAll(runner, parameters, batches);
      optimiser.update(parameters.weights, gradients, 1e-5);
    };
  };
  const pgd = async (): Promise<void> => {
    const [eps, step] = [8 / 255, 2 / 255];
    const point = x.slice();
    for (let iteration = 0; iteration < 40; iteration++) {
      const { gradient } = await model.lossGradient(point, BATCH, loss);
      for (let at = 0; at < point.length; at++) {
        const moved = point[at]! + step * Math.sign(gradient[at]!);
        point[at] = Math.min(1, x[at]! + eps, Math.max(0, x[at]! - eps, moved));
      }
    }
  };
  const jobs: readonly [string, () => Promise<unknown>, number?][] = [
    ['forward, ONNX Runtime', () => plain.run({ [input]: feed }, [output])],
    ['forward', () => model.forward(x, BATCH)],
    ['input gradient', () => model.lossGradient(x, BATCH, loss), 4],
    ['training step, whole batch', await stepOf(BATCH), 6],
    [`training step, micro-batches of ${MICRO}`, await stepOf(MICRO), 6],
    ['PGD, 40 steps', pgd],
  ];
  const costs = jobs.map((): Cost[] => []);
  for (let round = -2; round < ROUNDS; round++) {
    for (const [index, [, run]] of jobs.entries()) {
      const long = run === pgd;
      if (long && round % 3 !== 0) continue;
      // What ran before has taken the cache; training and attacks run their step again and again.
      if (!long) await run();
      const cost = await costOf(run);
      if (round >= 0) costs[index]!.push(cost);
    }
  }
  const medians = costs.map(medianOf);
  console.log(`batch ${BATCH}, ${threads} thread(s), ${runtime.kind}, medians of ${ROUNDS} rounds\n`);
  console.log('| what | cpu ms | ms | of forward | bar |\n|---|--:|--:|--:|---|');
  for (const [index, [name, , bar]] of jobs.entries()) {
    const { cpu, wall } = medians[index]!;
    const ratio = cpu / medians[0]!.cpu;
    const said = bar === undefined ? '' : `≤ ${bar} × ${ratio <= bar ? 'kept' : 'missed'}`;
    console.log(`| ${name} | ${cpu.toFixed(1)} | ${wall.toFixed(1)} | ${ratio.toFixed(2)} × | ${said} |`);
  }
  await Promise.all([model.close(), plain.release()]);
}

async function benchAutoAttack(): Promise<void> {
  const data = mnistTestImages(200);
  if (data === null) return console.log('\nAutoAttack: skipped, there is no MNIST.');
  const { target, bare, spent } = await openNetwork();
  const loss = { kind: 'cross-entropy', labels: data.labels } as const;
  await bare.scores(data.inputs, data.count);
  const forward: Cost[] = [];
  for (let round = 0; round < 9; round++) forward.push(await costOf(() => bare.scores(data.inputs, data.count)));
  await bare.lossGradient(data.inputs, data.count, loss);
  Object.assign(spent, { forward: 0, backward: 0 });
  const attack = attackNamed('autoattack')!;
  let accuracy = 0;
  const { cpu, wall } = await costOf(async () => {
    const perturbation = { norm: 'linf', eps: 0.3 } as const;
    const report = await runAttack({ attack, target, data, perturbation, options: attack.defaults, chunk: data.count });
    accuracy = report.outcomes.filter(({ clean, fooled }) => clean && !fooled).length / data.count;
  });
  // A gradient is a pass forward and about two back.
  const limit = ((spent.forward + 3 * spent.backward) * medianOf(forward).cpu) / data.count;
  console.log(
    '\n| AutoAttack, Linf 0.3 | robust accuracy | cpu s | s | forward | gradients | of those passes |\n|---|--:|--:|--:|--:|--:|--:|',
  );
  console.log(
    `| 200 MNIST images | ${(100 * accuracy).toFixed(1)} % | ${(cpu / 1000).toFixed(1)} | ${(wall / 1000).toFixed(1)} | ${spent.forward} | ${spent.backward} | ${(cpu / limit).toFixed(2)} × |`,
  );
  await target.close();
}

async function benchTrees(): Promise<void> {
  if (mnistTestImages(1) === null) return console.log('\nTrees: skipped, there is no MNIST.');
  const table = twoDigits(2, 6);
  const features = table.train.inputShape[0]!;
  const ensemble = trainTrees(table.train, {
    ...TREE_TRAINING,
    trees: 30,
    learningRate: 0.2,
    bins: 32,
    columns: 0.3,
    subsample: 0.5,
    depth: 4,
  });
  const rows = 1000;
  const inputs = table.test.inputs.subarray(0, rows * features);
  const classes = predictedClasses(ensemble, inputs, rows);
  const domain = { low: new Float32Array(features), high: new Float32Array(features).fill(1) };
  const evaluate = async (): Promise<Cost> => costOf(() => rawOutputs(ensemble, inputs, rows));
  await evaluate();
  const evaluation = medianOf([await evaluate(), await evaluate(), await evaluate()]);
  let proven = 0;
  const { cpu, wall } = await costOf(() => {
    for (let row = 0; row < rows; row++) {
      const x = inputs.slice(row * features, (row + 1) * features);
      const options = { norm: 'linf', domain, boxes: 1e9, milliseconds: 10_000, now: () => performance.now() } as const;
      proven += Number(minimalPerturbation(ensemble, x, classes[row]!, options).exact);
    }
  });
  console.log(
    '\n| exact smallest Linf perturbation | cpu s | s | ms a row | of evaluation | proven |\n|---|--:|--:|--:|--:|--:|',
  );
  console.log(
    `| 1,000 rows of MNIST 2-6, ${ensemble.roots.length} trees | ${(cpu / 1000).toFixed(2)} | ${(wall / 1000).toFixed(2)} | ${(cpu / rows).toFixed(2)} | ${Math.round(cpu / evaluation.cpu)} × | ${proven} of ${rows} |`,
  );
}

if (chosen.includes('network')) await benchNetwork();
if (chosen.includes('autoattack')) await benchAutoAttack();
if (chosen.includes('trees')) await benchTrees();
process.exit(0);
