import { buildArchitecture } from '../src/engine/build/architectures.ts';
import { prepare } from '../src/engine/graph/prepare.ts';
import { loadOnnxRuntime } from '../src/engine/onnx-runtime.ts';
import { ADAMW, createOptimiser } from '../src/engine/train/optimiser.ts';
import { runAll } from '../src/engine/train/step-pool.ts';
import { StepRunner } from '../src/engine/train/step-runner.ts';
import { trainableWeights } from '../src/engine/train/trainable-weights.ts';
import { buildTrainingProgram } from '../src/engine/train/training-program.ts';
import { writeOnnx } from '../src/formats/onnx/write-onnx.ts';
import { seededRandom } from '../src/math/random.ts';

/**
 * One training step (forward, backward, AdamW) beside ONNX Runtime's forward pass of the same batch, one thread, 128 samples of
 * 3 x 32 x 32, small-cnn (545,098 weights): `npm run bench:training`. Variants alternate; medians over rounds.
 */
const BATCH = 128;
const ROUNDS = 11;
const random = seededRandom('bench');
const x = Float32Array.from({ length: BATCH * 3072 }, () => random.uniform());
const target = new Float32Array(BATCH * 10);
for (let n = 0; n < BATCH; n++) target[n * 10 + random.below(10)] = 1;

const runtime = await loadOnnxRuntime();
const built = buildArchitecture('small-cnn', { inputShape: [3, 32, 32], classes: 10, seed: 'bench' });
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
      ({ gradients } = await runAll(runner, { weights, running: [] }, batches));
      update();
    },
  };
}

const steps = new Map<string, () => Promise<void> | void>();
steps.set('forward of ONNX Runtime', async () => {
  await forward.run({ input: { type: 'float32', dims: [BATCH, 3, 32, 32], data: x } }, ['scores']);
});
let updater: (() => void) | null = null;
for (const micro of [16, 32, 64, 128]) {
  const { step, update } = await stepper(micro);
  steps.set(`training step, micro-batch ${micro}`, step);
  updater = update;
}
steps.set('AdamW alone, in JavaScript', () => updater!());

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
const base = median('forward of ONNX Runtime');
console.log(`| | CPU ms for ${BATCH} samples | times forward |\n| --- | --- | --- |`);
for (const name of steps.keys()) {
  console.log(`| ${name} | ${median(name).toFixed(1)} | ${(median(name) / base).toFixed(2)} |`);
}
process.exit(0);
