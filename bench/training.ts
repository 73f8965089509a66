import { parseArgs } from 'node:util';
import { buildArchitecture } from '../src/engine/build/architectures.ts';
import { prepare } from '../src/engine/graph/prepare.ts';
import { loadOnnxRuntime } from '../src/engine/onnx-runtime.ts';
import { chooseMicroBatch } from '../src/engine/train/micro-batch.ts';
import { ADAMW, createOptimiser } from '../src/engine/train/optimiser.ts';
import { runAll } from '../src/engine/train/step-pool.ts';
import { StepRunner } from '../src/engine/train/step-runner.ts';
import { trainableWeights } from '../src/engine/train/trainable-weights.ts';
import { buildTrainingProgram } from '../src/engine/train/training-program.ts';
import { writeOnnx } from '../src/formats/onnx/write-onnx.ts';
import { seededRandom } from '../src/math/random.ts';

/**
 * One training step (forward, backward, AdamW) beside ONNX Runtime's forward pass of the same batch, one thread, 128 samples of
 * 3 x 32 x 32: `npm run bench:training [-- --architecture small-cnn --rounds 15]`. The forward pass is also run in pieces, and ratios
 * are told by the fastest way of it and by the whole batch. Variants alternate; medians over rounds.
 */
const { values } = parseArgs({
  options: { architecture: { type: 'string', default: 'small-cnn' }, rounds: { type: 'string', default: '15' } },
});
const BATCH = 128;
const PIECES = [16, 32, 64, 128];
const ROUNDS = Number(values.rounds);
const random = seededRandom('bench');
const x = Float32Array.from({ length: BATCH * 3072 }, () => random.uniform());
const target = new Float32Array(BATCH * 10);
for (let n = 0; n < BATCH; n++) target[n * 10 + random.below(10)] = 1;

const runtime = await loadOnnxRuntime();
const built = buildArchitecture(values.architecture, { inputShape: [3, 32, 32], classes: 10, seed: 'bench' });
const model = prepare(built);
const names = trainableWeights(model);
const forward = await runtime.openBytes(writeOnnx(built));

interface Stepper {
  readonly step: () => Promise<void>;
  readonly update: () => void;
}

async function stepper(micro: number): Promise<Stepper> {
  const program = await buildTrainingProgram({
    model,
    runtime,
    sampleShapes: { input: [3, 32, 32] },
    batch: micro,
    tasks: [{ kind: 'cross-entropy' }],
    weights: names,
    batchNorm: 'update',
  });
  const runner = await StepRunner.open(program, null);
  const weights = names.map((name) => (model.graph.initializers.get(name)!.data as Float32Array).slice());
  const running = program.running.map(({ name }) => (model.graph.initializers.get(name)!.data as Float32Array).slice());
  const optimiser = createOptimiser(
    ADAMW,
    weights.map(({ length }) => length),
  );
  const batches = Array.from({ length: BATCH / micro }, (_, at) => ({
    inputs: { input: x.subarray(at * micro * 3072, (at + 1) * micro * 3072) },
    targets: [target.subarray(at * micro * 10, (at + 1) * micro * 10)],
    perturbation: { kind: 'none' } as const,
    seed: '',
  }));
  let gradients: readonly Float32Array[] = weights.map(({ length }) => new Float32Array(length));
  const update = (): void => optimiser.update(weights, gradients, 1e-4);
  return {
    update,
    async step() {
      ({ gradients } = await runAll(runner, { weights, running }, batches));
      update();
    },
  };
}

const steps = new Map<string, () => Promise<void> | void>();
for (const piece of PIECES) {
  steps.set(`forward of ONNX Runtime, ${piece} samples at once`, async () => {
    for (let from = 0; from < BATCH; from += piece) {
      const data = x.subarray(from * 3072, (from + piece) * 3072);
      await forward.run({ input: { type: 'float32', dims: [piece, 3, 32, 32], data } }, ['scores']);
    }
  });
}
let updater: (() => void) | null = null;
for (const micro of PIECES) {
  const { step, update } = await stepper(micro);
  steps.set(`training step, micro-batches of ${micro}`, step);
  updater = update;
}
steps.set('AdamW alone, in JavaScript', () => updater!());
const chosen = await chooseMicroBatch({
  model,
  runtime,
  sampleShapes: { input: [3, 32, 32] },
  batch: BATCH,
  threads: 1,
  batchStatistics: true,
  copies: 1,
});

/** Milliseconds of this process's CPU: what else the machine does counts less than on the wall clock. */
const times = new Map<string, number[]>([...steps.keys()].map((name) => [name, []]));
for (let round = 0; round < ROUNDS + 2; round++) {
  for (const [name, run] of steps) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    if (round >= 2) times.get(name)!.push((user + system) / 1000);
  }
}
const median = (name: string): number => times.get(name)!.toSorted((a, b) => a - b)[ROUNDS >> 1]!;
const passes = PIECES.map((piece) => median(`forward of ONNX Runtime, ${piece} samples at once`));
const [fastest, whole] = [Math.min(...passes), passes.at(-1)!];
console.log(`${values.architecture}, ${ROUNDS} rounds; by default training takes micro-batches of ${chosen} samples\n`);
console.log(`| | CPU ms for ${BATCH} samples | times the fastest forward | times forward of the batch |`);
console.log('| --- | --- | --- | --- |');
for (const name of steps.keys()) {
  const ms = median(name);
  console.log(`| ${name} | ${ms.toFixed(1)} | ${(ms / fastest).toFixed(2)} | ${(ms / whole).toFixed(2)} |`);
}
process.exit(0);
