/**
 * `npm run bench:engine`: one small convolutional network (CIFAR size, 545,098 weights) at batch 128: forward as ONNX Runtime has it, the
 * input gradient, a training step's graph, and 40 steps of PGD. All alternate in one run; medians are reported, as times and as
 * shares of ONNX Runtime's own forward pass with as many threads.
 */
import { availableParallelism } from 'node:os';
import { openGradientModel } from '../src/engine/gradient-model.ts';
import { differentiate } from '../src/engine/gradient/differentiate.ts';
import { buildLossHead } from '../src/engine/gradient/loss-head.ts';
import { GraphBuilder } from '../src/engine/graph/graph-builder.ts';
import { namesOf } from '../src/engine/graph/map-graph.ts';
import { prepare } from '../src/engine/graph/prepare.ts';
import { assembleBytes } from '../src/engine/graph/shaped-graph.ts';
import { specialise } from '../src/engine/graph/specialise.ts';
import { loadOnnxRuntime, type Tensor } from '../src/engine/onnx-runtime.ts';
import { buildNetwork } from '../src/engine/testing/build-network.ts';
import { writeOnnx } from '../src/formats/onnx/write-onnx.ts';
import { seededRandom } from '../src/math/random.ts';

const BATCH = 128;
const ROUNDS = Number(process.argv[2] ?? 7);
const threads = availableParallelism();
const random = seededRandom('bench');
const network = buildNetwork(['n', 3, 32, 32], (build, weight, x) => {
  let y = x;
  for (const [from, to] of [
    [3, 32],
    [32, 64],
  ] as const) {
    const convolved = build.add('Conv', [y, weight(to, from, 3, 3), weight(to)], { pads: [1, 1, 1, 1] });
    y = build.add('MaxPool', [build.add('Relu', [convolved])], { kernel_shape: [2, 2], strides: [2, 2] });
  }
  const hidden = build.add('Relu', [build.add('Gemm', [build.add('Flatten', [y]), weight(4096, 128), weight(128)])]);
  return build.add('Gemm', [hidden, weight(128, 10), weight(10)]);
});
const shape = [BATCH, 3, 32, 32];
const x = Float32Array.from({ length: BATCH * 3072 }, () => random.uniform());
const labels = Int32Array.from({ length: BATCH }, (_, index) => index % 10);
const loss = { kind: 'cross-entropy', labels } as const;

const runtime = await loadOnnxRuntime();
const plain = await runtime.openBytes(writeOnnx(network), { threads });
const output = network.graph.outputs[0]!.name;
const model = await openGradientModel(network, { threads });

// A training step's graph: scores, loss, and the gradient of every weight, weights being inputs.
const parameters = [...network.graph.initializers].filter(([, { type }]) => type === 'float32').map(([name]) => name);
const shaped = await specialise(prepare(network), runtime, { shapes: { x: shape }, parameters });
const build = new GraphBuilder([...namesOf(network.graph), ...shaped.constants.keys()]);
const head = buildLossHead(build, 'cross-entropy', output, BATCH, 10);
const { gradients } = differentiate(shaped, build, {
  seeds: new Map([[output, head.scoreGradient]]),
  wrt: parameters,
  batch: BATCH,
});
const wanted = [head.losses, ...gradients.values()];
const additions = { nodes: build.nodes, constants: build.initializers, inputs: head.inputs };
const outputs = wanted.map((name) => ({ name, type: 'float32' as const, shape: null }));
const training = await runtime.openBytes(assembleBytes(shaped, additions, outputs), { threads });
const input: Tensor = { type: 'float32', dims: shape, data: x };
const feeds: Record<string, Tensor> = { x: input };
for (const [name, { dims, type, data }] of shaped.parameters) feeds[name] = { type, dims, data: data as Float32Array };
feeds[head.inputs[0]!.name] = { type: 'int64', dims: [BATCH, 1], data: BigInt64Array.from(labels, BigInt) };

async function pgd(): Promise<void> {
  const [eps, step] = [8 / 255, 2 / 255];
  const point = x.slice();
  for (let iteration = 0; iteration < 40; iteration++) {
    const { gradient } = await model.lossGradient(point, BATCH, loss);
    for (let at = 0; at < point.length; at++) {
      const moved = point[at]! + step * Math.sign(gradient[at]!);
      point[at] = Math.min(1, x[at]! + eps, Math.max(0, x[at]! - eps, moved));
    }
  }
}

const jobs: readonly [string, () => Promise<unknown>, number?][] = [
  ['forward, ONNX Runtime', () => plain.run({ x: input }, [output])],
  ['forward', () => model.forward(x, BATCH)],
  ['input gradient', () => model.lossGradient(x, BATCH, loss), 4],
  ['training step graph', () => training.run(feeds, wanted), 6],
  ['PGD, 40 steps', pgd],
];
const times = jobs.map((): number[] => []);
for (let round = -1; round < ROUNDS; round++) {
  for (const [index, [, run]] of jobs.entries()) {
    const start = performance.now();
    await run();
    if (round >= 0) times[index]!.push(performance.now() - start);
  }
}
const medians = times.map((list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!);
console.log(`batch ${BATCH}, ${threads} threads, ${runtime.kind}, median of ${ROUNDS} rounds`);
for (const [index, [name, , bar]] of jobs.entries()) {
  const ratio = medians[index]! / medians[0]!;
  const said = bar === undefined ? '' : ratio <= bar ? `  (bar ${bar}: kept)` : `  (bar ${bar}: MISSED)`;
  console.log(
    `${name.padEnd(24)} ${medians[index]!.toFixed(1).padStart(8)} ms  ${ratio.toFixed(2).padStart(7)} x forward${said}`,
  );
}
await Promise.all([model.close(), plain.release(), training.release()]);
