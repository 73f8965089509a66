import type { OnnxAttribute, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { writeOnnx as writeModel } from '../../formats/onnx/write-onnx.ts';

/** A short way to write down graphs of tests and benchmarks. */

export type DataType = 'float32' | 'int32' | 'int64';

export interface Initializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array;
}

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers, lists of integers, and numbers with a fraction (write them as `{ float: 1e-12 }`). */
  readonly attributes?: Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;
}

export interface Port {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly (number | string)[];
}

export interface Graph {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
}

/** @param opset version of the default operator set. */
export function writeOnnx(graph: Graph, opset = 17): Buffer {
  const bytes = writeModel({
    irVersion: 8,
    producer: 'parapet tests',
    producerVersion: '',
    opsets: new Map([['', opset]]),
    functions: [],
    metadata: new Map(),
    graph: {
      name: 'graph',
      nodes: graph.nodes.map(({ op, inputs, outputs, attributes = {} }) => ({
        name: '',
        op,
        domain: '',
        inputs,
        outputs,
        attributes: new Map(Object.entries(attributes).map(([name, value]) => [name, toAttribute(value)])),
      })),
      initializers: new Map(graph.initializers.map((initializer) => [initializer.name, toTensor(initializer)])),
      inputs: graph.inputs,
      outputs: graph.outputs,
      values: [],
    },
  });
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function toAttribute(value: number | readonly number[] | { readonly float: number }): OnnxAttribute {
  if (typeof value === 'number') return { kind: 'int', value };
  return 'float' in value ? { kind: 'float', value: value.float } : { kind: 'ints', value };
}

function toTensor({ dims, data }: Initializer): OnnxTensor {
  const type = data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'int64';
  return { type, dims, data };
}
