import type { ShapedGraph } from '../graph/shaped-graph.ts';
import type { Composition } from './composition.ts';
import type { Differentiated, DifferentiateOptions } from './differentiate.ts';
import type { GradientContext } from './gradient-rule.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

type Differentiate = (graph: ShapedGraph, build: GraphBuilder, options: DifferentiateOptions) => Differentiated;

/**
 * Gradients by a node's inputs when the node is a composition: its parts make a small graph, which is differentiated like a large one. Inputs that
 * are wanted per sample are its parameters.
 */
export function backwardOfComposition(
  context: Omit<GradientContext, 'backward'>,
  body: Composition,
  outputs: readonly (string | null)[],
  differentiate: Differentiate,
): readonly (string | null)[] {
  const { node, build, batch, straightThrough } = context;
  const seeds = new Map<string, string>();
  node.outputs.forEach((_, at) => {
    const upstream = context.upstream(at);
    const name = outputs[at] ?? null;
    if (upstream === null) return;
    if (name === null) context.unsupported(`its output ${at} is used, whose gradient is not known`);
    seeds.set(name, upstream);
  });
  const names = [...new Set(node.inputs.filter((name) => name !== ''))];
  const wanted = names.filter((name) => context.wants(node.inputs.indexOf(name)) !== null);
  const perSample = wanted.filter((name) => context.wants(node.inputs.indexOf(name)) === 'per-sample');
  const constants = new Map(build.initializers);
  for (const name of names) {
    const constant = context.constantOf(name);
    if (constant !== undefined) constants.set(name, constant);
  }
  const graph: ShapedGraph = {
    opsets: new Map(),
    irVersion: 10,
    nodes: body.nodes,
    constants,
    parameters: new Map(perSample.map((name) => [name, { type: 'float32', dims: context.shapeOf(name), data: null }])),
    inputs: names
      .filter((name) => !perSample.includes(name) && !constants.has(name))
      .map((name) => ({ name, type: context.typeOf(name), shape: context.shapeOf(name) })),
    outputs: [],
    shapes: body.shapes,
    types: body.types,
  };
  const { gradients, unreached } = differentiate(graph, build, {
    seeds,
    wrt: wanted,
    batch,
    straightThrough,
    fixed: body.fixed,
    parameterGradients: perSample.length > 0 ? 'per-sample' : 'sum',
  });
  // An input that stands in two places has its whole gradient in the first.
  return node.inputs.map((name, at) =>
    node.inputs.indexOf(name) !== at || unreached.includes(name) ? null : (gradients.get(name) ?? null),
  );
}
