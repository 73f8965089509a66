import { Fault } from '../../core/fault.ts';
import type { OnnxElementType, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../../formats/onnx/onnx-model.ts';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import { BLOCKED } from './blocked-layout.ts';
import { readNames } from './check-onnx.ts';

/**
 * A prepared graph for inputs of known shape: the shape and type of every value is known, and what depends on constants and shapes
 * alone has become a constant. In an order that runs.
 */
export interface ShapedGraph {
  readonly opsets: ReadonlyMap<string, number>;
  readonly irVersion: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  /** Former constants that are inputs now, with their values: what is trained. */
  readonly parameters: ReadonlyMap<string, OnnxTensor>;
  /** Without the parameters. */
  readonly inputs: readonly ShapedValue[];
  readonly outputs: readonly ShapedValue[];
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly types: ReadonlyMap<string, OnnxElementType>;
  /** Channels in a block, where convolutions have been put into the blocked layout (`gradient/block-convolutions.ts`). */
  readonly block?: number;
}

export interface ShapedValue {
  readonly name: string;
  readonly type: OnnxElementType;
  readonly shape: readonly number[];
}

export function shapeIn(graph: ShapedGraph, name: string): readonly number[] {
  const shape = graph.shapes.get(name) ?? graph.constants.get(name)?.dims ?? graph.parameters.get(name)?.dims;
  if (shape === undefined)
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'The shape of a value is not known.', { where: name });
  return shape;
}

export function typeIn(graph: ShapedGraph, name: string): OnnxElementType {
  const type = graph.types.get(name) ?? graph.constants.get(name)?.type ?? graph.parameters.get(name)?.type;
  if (type === undefined)
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'The type of a value is not known.', { where: name });
  return type;
}

/** What is added to a shaped graph to make a program of it. */
export interface Additions {
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly ShapedValue[];
}

/** The model file of a shaped graph with additions behind it, pruned to what `outputs` need. Parameters are inputs of the model. */
export function assemble(graph: ShapedGraph, additions: Additions, outputs: readonly OnnxValue[]): OnnxModel {
  const needed = new Set(outputs.map(({ name }) => name));
  const kept: OnnxNode[] = [];
  const nodes = [...graph.nodes, ...additions.nodes];
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index]!;
    if (!node.outputs.some((name) => needed.has(name))) continue;
    kept.push(node);
    for (const name of readNames(node)) needed.add(name);
  }
  const constants = [...graph.constants, ...additions.constants].filter(([name]) => needed.has(name));
  const parameters = [...graph.parameters].map(([name, { type, dims }]) => ({ name, type, shape: dims }));
  const opsets = new Map(graph.opsets);
  if (!opsets.has('com.microsoft')) opsets.set('com.microsoft', 1);
  if (graph.block !== undefined) opsets.set(BLOCKED, 1);
  return {
    irVersion: graph.irVersion,
    producer: 'parapet',
    producerVersion: '',
    opsets,
    functions: [],
    metadata: new Map(),
    graph: {
      name: 'main',
      nodes: kept.toReversed(),
      initializers: new Map(constants),
      inputs: [...graph.inputs, ...parameters, ...additions.inputs].filter(({ name }) => needed.has(name)),
      outputs,
      values: [],
    },
  };
}

export function assembleBytes(graph: ShapedGraph, additions: Additions, outputs: readonly OnnxValue[]): Uint8Array {
  return writeOnnx(assemble(graph, additions, outputs));
}
