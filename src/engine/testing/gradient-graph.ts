import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { seededRandom } from '../../math/random.ts';
import { differentiate, type DifferentiateOptions, type MaskingOperator } from '../gradient/differentiate.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { prepare } from '../graph/prepare.ts';
import { assemble, type ShapedGraph } from '../graph/shaped-graph.ts';
import { specialise } from '../graph/specialise.ts';
import type { OnnxRuntime, Tensor } from '../onnx-runtime.ts';
import { toOnnxTensor } from './operator-case.ts';
import { fromOnnxTensor, referenceTensor, type ReferenceTensor } from '../reference/reference-tensor.ts';

export interface GradientGraphOptions extends Pick<DifferentiateOptions, 'parameterGradients' | 'straightThrough'> {
  readonly feeds: ReadonlyMap<string, ReferenceTensor>;
  /** Inputs and initializers. */
  readonly wrt: readonly string[];
}

/** A model's gradient graph the way the engine makes it: prepared, specialised, differentiated. */
export interface GradientGraph {
  readonly graph: ShapedGraph;
  readonly model: OnnxModel;
  /** What the gradient graph runs on: feeds, parameters, weights of the loss. */
  readonly feeds: ReadonlyMap<string, ReferenceTensor>;
  /** The loss is the sum of these products with the floating outputs, drawn once. */
  readonly weights: ReadonlyMap<string, ReferenceTensor>;
  /** Names of the gradients, in the order of `wrt`. */
  readonly names: readonly string[];
  readonly masked: readonly MaskingOperator[];
  readonly unreached: readonly string[];
}

export async function gradientGraph(
  model: OnnxModel,
  runtime: OnnxRuntime,
  { feeds, wrt, ...options }: GradientGraphOptions,
): Promise<GradientGraph> {
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
  const taken = graph.nodes.flatMap((node) => [...node.inputs, ...node.outputs]);
  const build = new GraphBuilder([...taken, ...seeds.values(), ...graph.constants.keys()]);
  const batch = graph.inputs[0]?.shape[0] ?? 1;
  const { gradients, masked, unreached } = differentiate(graph, build, { seeds, wrt, batch, ...options });
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
  return { graph, model: backward, feeds: all, weights, names, masked, unreached };
}
