import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../../formats/onnx/onnx-model.ts';
import { type AttributeValue, toAttributes } from '../graph/attributes.ts';

export interface ModelParts {
  /** Name to shape; all float32. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly nodes: readonly OnnxNode[];
  readonly outputs: readonly string[];
  readonly constants?: Readonly<Record<string, OnnxTensor>>;
  readonly opset?: number;
}

/** A model of a few nodes, for tests. */
export function makeModel({ inputs, nodes, outputs, constants = {}, opset = 21 }: ModelParts): OnnxModel {
  const ports = Object.entries(inputs).map(([name, shape]): OnnxValue => ({ name, type: 'float32', shape }));
  return {
    irVersion: 10,
    producer: 'parapet tests',
    producerVersion: '',
    opsets: new Map([
      ['', opset],
      ['com.microsoft', 1],
    ]),
    functions: [],
    metadata: new Map(),
    graph: makeGraph(ports, nodes, outputs, constants),
  };
}

export function makeGraph(
  inputs: readonly OnnxValue[],
  nodes: readonly OnnxNode[],
  outputs: readonly string[],
  constants: Readonly<Record<string, OnnxTensor>> = {},
): OnnxGraph {
  return {
    name: 'graph',
    nodes,
    initializers: new Map(Object.entries(constants)),
    inputs,
    outputs: outputs.map((name) => ({ name, type: null, shape: null })),
    values: [],
  };
}

export function makeNode(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  domain = '',
): OnnxNode {
  return { name: `${op} of ${outputs[0]}`, op, domain, inputs, outputs, attributes: toAttributes(attributes) };
}

export function floatTensor(dims: readonly number[], values: readonly number[]): OnnxTensor {
  return { type: 'float32', dims, data: Float32Array.from(values) };
}

export function intTensor(dims: readonly number[], values: readonly number[]): OnnxTensor {
  return { type: 'int64', dims, data: BigInt64Array.from(values, BigInt) };
}
