import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';

/** A copy of a node in which every graph in its attributes went through `map`; the node itself where it has none. */
export function mapGraphs(node: OnnxNode, map: (graph: OnnxGraph) => OnnxGraph): OnnxNode {
  let attributes: Map<string, OnnxAttribute> | undefined;
  for (const [name, attribute] of node.attributes) {
    if (attribute.kind === 'graph') {
      (attributes ??= new Map(node.attributes)).set(name, { kind: 'graph', value: map(attribute.value) });
    } else if (attribute.kind === 'graphs') {
      (attributes ??= new Map(node.attributes)).set(name, { kind: 'graphs', value: attribute.value.map(map) });
    }
  }
  return attributes === undefined ? node : { ...node, attributes };
}

/** A copy of a graph under other names, in the graphs inside it, too. `rename` gets every name that is read or defined, but `''`. */
export function renameGraph(graph: OnnxGraph, rename: (name: string) => string): OnnxGraph {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => renameNode(node, rename)),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [rename(name), tensor])),
    inputs: graph.inputs.map((value) => ({ ...value, name: rename(value.name) })),
    outputs: graph.outputs.map((value) => ({ ...value, name: rename(value.name) })),
    values: [],
  };
}

export function renameNode(node: OnnxNode, rename: (name: string) => string): OnnxNode {
  const each = (name: string): string => (name === '' ? '' : rename(name));
  const renamed = { ...node, inputs: node.inputs.map(each), outputs: node.outputs.map(each) };
  return mapGraphs(renamed, (graph) => renameGraph(graph, rename));
}

/** Every name that a graph or a graph inside it defines or reads, and the names of its nodes. */
export function* namesOf(graph: OnnxGraph): Generator<string> {
  yield* graph.initializers.keys();
  for (const { name } of graph.inputs) yield name;
  for (const { name } of graph.outputs) yield name;
  for (const node of graph.nodes) {
    yield node.name;
    yield* node.inputs;
    yield* node.outputs;
    for (const attribute of node.attributes.values()) {
      if (attribute.kind === 'graph') yield* namesOf(attribute.value);
      else if (attribute.kind === 'graphs') for (const one of attribute.value) yield* namesOf(one);
    }
  }
}

/** Every tensor of a model, under the name of the initializer or of the node that holds it. */
export function* tensorsOf({ graph, functions }: OnnxModel): Generator<readonly [string, OnnxTensor]> {
  yield* tensorsOfGraph(graph);
  for (const { name, nodes, defaults } of functions) {
    for (const node of nodes) yield* tensorsOfAttributes(node.name, node.attributes);
    yield* tensorsOfAttributes(name, defaults);
  }
}

function* tensorsOfGraph({ initializers, nodes }: OnnxGraph): Generator<readonly [string, OnnxTensor]> {
  yield* initializers;
  for (const { name, attributes } of nodes) yield* tensorsOfAttributes(name, attributes);
}

function* tensorsOfAttributes(
  owner: string,
  attributes: ReadonlyMap<string, OnnxAttribute>,
): Generator<readonly [string, OnnxTensor]> {
  for (const attribute of attributes.values()) {
    if (attribute.kind === 'tensor') yield [owner, attribute.value];
    else if (attribute.kind === 'tensors') for (const one of attribute.value) yield [owner, one];
    else if (attribute.kind === 'graph') yield* tensorsOfGraph(attribute.value);
    else if (attribute.kind === 'graphs') for (const one of attribute.value) yield* tensorsOfGraph(one);
  }
}
