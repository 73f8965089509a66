import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { seededRandom } from '../../math/random.ts';
import { differentiate } from '../gradient/differentiate.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { prepare } from '../graph/prepare.ts';
import { assemble } from '../graph/shaped-graph.ts';
import { specialise } from '../graph/specialise.ts';
import type { OnnxRuntime, Tensor } from '../onnx-runtime.ts';
import { toOnnxTensor } from './operator-case.ts';
import { evaluateModel } from '../reference/evaluate-graph.ts';
import { fromOnnxTensor, referenceTensor, type ReferenceTensor } from '../reference/reference-tensor.ts';
import { relativeError, runModel } from './run-model.ts';

export interface GradientCheckOptions {
  readonly feeds: ReadonlyMap<string, ReferenceTensor>;
  /** Inputs and initializers whose gradient is checked. */
  readonly wrt: readonly string[];
  /** How many elements of each are moved. Default: all. */
  readonly elements?: number;
}

export interface GradientCheck {
  /** The gradient graph computed in float64, against central differences of the reference's forward of the model as written. */
  readonly exact: number;
  /** The gradient graph in ONNX Runtime, against the same in float64. */
  readonly run: number;
}

const STEP = 1e-6;

/**
 * Checks the gradient of a whole model the way it is used: prepared, specialised, differentiated. The loss is a random weighted sum of the
 * floating outputs.
 */
export async function checkGradient(
  model: OnnxModel,
  runtime: OnnxRuntime,
  { feeds, wrt, elements = Infinity }: GradientCheckOptions,
): Promise<GradientCheck> {
  const parameters = wrt.filter((name) => model.graph.initializers.has(name));
  const given = Object.fromEntries([...feeds].map(([name, tensor]) => [name, toOnnxTensor(tensor) as Tensor]));
  const shapes = Object.fromEntries([...feeds].map(([name, { dims }]) => [name, dims]));
  const graph = await specialise(prepare(model), runtime, { shapes, feeds: given, parameters });
  const random = seededRandom('weights of the loss');
  const seeds = new Map<string, string>();
  const weights = new Map<string, ReferenceTensor>();
  for (const { name, type, shape } of graph.outputs) {
    if (type !== 'float32') continue;
    seeds.set(name, `seed of ${name}`);
    weights.set(
      name,
      referenceTensor('float32', shape, () => Math.fround(random.normal())),
    );
  }
  const build = new GraphBuilder([
    ...graph.nodes.flatMap((node) => [...node.inputs, ...node.outputs]),
    ...seeds.values(),
  ]);
  const batch = graph.inputs[0]?.shape[0] ?? 1;
  const { gradients } = differentiate(graph, build, { seeds, wrt, batch });
  const names = wrt.map((name) => build.add('Identity', [gradients.get(name)!]));
  const backward = assemble(
    graph,
    {
      nodes: build.nodes,
      constants: build.initializers,
      inputs: [...seeds].map(([name, seed]) => ({ name: seed, type: 'float32', shape: weights.get(name)!.dims })),
    },
    names.map((name) => ({ name, type: 'float32', shape: null })),
  );
  const all = new Map(feeds);
  for (const name of parameters) all.set(name, fromOnnxTensor(model.graph.initializers.get(name)!));
  for (const [name, seed] of seeds) all.set(seed, weights.get(name)!);
  const inFloat64 = evaluateModel(backward, all);
  const inRuntime = await runModel(runtime, backward, all);
  let [exact, run] = [0, 0];
  wrt.forEach((name, at) => {
    const found = inFloat64.get(names[at]!)!;
    run = Math.max(run, relativeError(inRuntime.get(names[at]!)!, found));
    exact = Math.max(exact, differenceError(model, all, name, weights, found, elements));
  });
  return { exact, run };
}

function differenceError(
  model: OnnxModel,
  feeds: ReadonlyMap<string, ReferenceTensor>,
  name: string,
  weights: ReadonlyMap<string, ReferenceTensor>,
  found: ReferenceTensor,
  elements: number,
): number {
  const tensor = feeds.get(name)!;
  const lossAt = (element: number, value: number): number => {
    const data = Float64Array.from(tensor.data);
    data[element] = value;
    const values = evaluateModel(model, new Map(feeds).set(name, { ...tensor, data }));
    let loss = 0;
    for (const [output, weight] of weights) {
      weight.data.forEach((one, at) => (loss += one * values.get(output)!.data[at]!));
    }
    return loss;
  };
  const places = seededRandom(`elements of ${name}`).shuffle(Array.from(tensor.data.keys())).slice(0, elements);
  const part = (data: (element: number) => number): ReferenceTensor =>
    referenceTensor('float32', [places.length], places.map(data));
  const wanted = part((element) => {
    const value = tensor.data[element]!;
    return (lossAt(element, value + STEP) - lossAt(element, value - STEP)) / (2 * STEP);
  });
  return relativeError(
    part((element) => found.data[element]!),
    wanted,
  );
}
