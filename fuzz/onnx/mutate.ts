import type {
  OnnxAttribute,
  OnnxElementType,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxTensorData,
  OnnxValue,
} from '../../src/formats/onnx/onnx-model.ts';
import type { Random } from '../../src/math/random.ts';

const WHOLE = [
  0,
  1,
  -1,
  2,
  3,
  4,
  7,
  8,
  63,
  64,
  255,
  65_536,
  1_000_001,
  2 ** 28,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 40,
  2 ** 53,
  2n ** 62n,
  2n ** 63n - 1n,
  -(2n ** 63n),
] as const;
const REAL = [0, -0, 1, -1, 0.5, 1e-38, 1e38, Infinity, -Infinity, NaN, 65_536, 1e9] as const;
const TYPES: readonly OnnxElementType[] = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int8',
  'uint8',
  'uint4',
  'int4',
  'bool',
  'complex64',
  'float8e4m3fn',
  'float4e2m1',
];
const LOCATIONS = ['weights', './weights', 'weights/', '.', '../weights', '/etc/hostname', 'none', 'a/../weights', ''];

const any = <Item>(random: Random, items: readonly Item[]): Item => items[random.below(items.length)]!;
const replaced = <Item>(items: readonly Item[], at: number, ...by: readonly Item[]): readonly Item[] => [
  ...items.slice(0, at),
  ...by,
  ...items.slice(at + 1),
];

/** A model with one to four things in it changed, most of them into what a file may say and no exporter writes. */
export function mutateModel(model: OnnxModel, others: readonly OnnxModel[], random: Random): OnnxModel {
  let mutant = model;
  for (let change = 1 + random.below(4); change > 0; change--) mutant = mutateOnce(mutant, others, random);
  return mutant;
}

function mutateOnce(model: OnnxModel, others: readonly OnnxModel[], random: Random): OnnxModel {
  const { graph } = model;
  switch (random.below(20)) {
    case 0:
      return {
        ...model,
        opsets: new Map([...model.opsets, [any(random, ['', 'com.microsoft', 'own']), random.below(26)]]),
      };
    case 1: {
      // Nodes of another model in this one.
      const other = any(random, others).graph;
      const initializers = new Map([...other.initializers, ...graph.initializers]);
      return { ...model, graph: { ...graph, nodes: [...graph.nodes, ...other.nodes], initializers } };
    }
    case 2:
      return { ...model, graph: inBranch(graph) };
    case 3:
      return inFunction(model, random);
    default:
      return { ...model, graph: mutateGraph(graph, others, random, 0) };
  }
}

/** The whole graph as one branch of a node. */
function inBranch(graph: OnnxGraph): OnnxGraph {
  const branch: OnnxAttribute = {
    kind: 'graph',
    value: { ...graph, inputs: [], initializers: new Map(), values: [] },
  };
  const go: OnnxTensor = { type: 'bool', dims: [], data: Uint8Array.of(1) };
  const outputs = graph.outputs.map((one, at) => ({ ...one, name: `chosen ${at}` }));
  const node: OnnxNode = {
    name: 'choice',
    op: 'If',
    domain: '',
    inputs: ['go'],
    outputs: outputs.map(({ name }) => name),
    attributes: new Map([
      ['then_branch', branch],
      ['else_branch', branch],
    ]),
  };
  return { ...graph, nodes: [node], outputs, initializers: new Map([...graph.initializers, ['go', go]]) };
}

/** A node of the graph, or two, as a function that may call itself. */
function inFunction(model: OnnxModel, random: Random): OnnxModel {
  const { graph } = model;
  if (graph.nodes.length === 0) return model;
  const at = random.below(graph.nodes.length);
  const node = graph.nodes[at]!;
  const call: OnnxNode = { ...node, name: 'call', op: 'Mine', domain: 'own', attributes: new Map() };
  const inputs = [...new Set(node.inputs.filter((name) => name !== ''))];
  const body = random.below(8) === 0 ? [node, call] : [node];
  const own = {
    name: 'Mine',
    domain: 'own',
    inputs,
    outputs: node.outputs.filter((name) => name !== ''),
    attributes: [...node.attributes.keys()],
    defaults: new Map(),
    opsets: new Map(model.opsets),
    nodes: body,
  };
  const caller = { ...call, inputs, outputs: own.outputs };
  return {
    ...model,
    opsets: new Map([...model.opsets, ['own', 1]]),
    functions: [...model.functions, own],
    graph: { ...graph, nodes: replaced(graph.nodes, at, caller) },
  };
}

function mutateGraph(graph: OnnxGraph, others: readonly OnnxModel[], random: Random, depth: number): OnnxGraph {
  const { nodes, initializers } = graph;
  const names = [
    ...initializers.keys(),
    ...graph.inputs.map((one) => one.name),
    ...nodes.flatMap((one) => one.outputs),
  ];
  switch (random.below(12)) {
    case 0: {
      if (graph.inputs.length === 0) return graph;
      const at = random.below(graph.inputs.length);
      return { ...graph, inputs: replaced(graph.inputs, at, mutateValue(graph.inputs[at]!, random)) };
    }
    case 1: {
      if (graph.outputs.length === 0) return graph;
      const at = random.below(graph.outputs.length);
      return {
        ...graph,
        outputs: replaced(graph.outputs, at, { ...graph.outputs[at]!, name: any(random, names) ?? '' }),
      };
    }
    case 2:
    case 3:
    case 4: {
      const entries = [...initializers];
      if (entries.length === 0) return graph;
      const at = random.below(entries.length);
      const [name, tensor] = entries[at]!;
      return { ...graph, initializers: new Map(replaced(entries, at, [name, mutateTensor(tensor, random)] as const)) };
    }
    case 5: {
      // An input becomes a constant.
      const [value] = graph.inputs;
      if (value === undefined || value.shape === null) return graph;
      const dims = value.shape.map((one) => (typeof one === 'number' && one < 64 ? one : 2));
      const size = dims.reduce((product, one) => product * one, 1);
      if (size > 4096) return graph;
      const data = Float32Array.from({ length: size }, () => any(random, REAL));
      const tensor: OnnxTensor = { type: 'float32', dims, data };
      return { ...graph, initializers: new Map([...initializers, [value.name, tensor]]) };
    }
    default: {
      if (nodes.length === 0) return graph;
      const at = random.below(nodes.length);
      const node = nodes[at]!;
      if (random.below(24) === 0)
        return { ...graph, nodes: [...nodes, { ...node, outputs: node.outputs.map((one) => `${one}'`) }] };
      return { ...graph, nodes: replaced(nodes, at, mutateNode(node, names, others, random, depth)) };
    }
  }
}

function mutateValue(value: OnnxValue, random: Random): OnnxValue {
  if (random.below(3) === 0) return { ...value, type: any(random, [...TYPES, 'string', null]) };
  const shape = value.shape ?? [];
  const length = any(random, [0, 1, 2, 3, 64, 65_536, 2 ** 31 - 1, 2 ** 40, 'n', null]);
  const at = random.below(Math.max(1, shape.length));
  return { ...value, shape: any(random, [null, replaced(shape, at, length), [...shape, length], shape.slice(1)]) };
}

function mutateNode(
  node: OnnxNode,
  names: readonly string[],
  others: readonly OnnxModel[],
  random: Random,
  depth: number,
): OnnxNode {
  const name = any(random, ['', ...names, 'nothing']);
  const at = random.below(Math.max(1, node.inputs.length));
  switch (random.below(8)) {
    case 0:
      return {
        ...node,
        inputs: any(random, [
          replaced(node.inputs, at, name),
          [...node.inputs, name],
          node.inputs.slice(0, at),
          node.inputs.toReversed(),
        ]),
      };
    case 1: {
      const to = random.below(Math.max(1, node.outputs.length));
      return {
        ...node,
        outputs: any(random, [
          replaced(node.outputs, to, ''),
          [...node.outputs, `${node.outputs[0]} more`],
          node.outputs.toReversed(),
        ]),
      };
    }
    case 2: {
      const other = any(random, any(random, others).graph.nodes);
      return other === undefined ? node : { ...node, op: other.op, domain: other.domain };
    }
    default: {
      const attributes = [...node.attributes];
      const other = any(random, any(random, others).graph.nodes)?.attributes ?? new Map<string, OnnxAttribute>();
      if (attributes.length === 0 || random.below(6) === 0)
        return { ...node, attributes: new Map([...attributes, ...other]) };
      const which = random.below(attributes.length);
      const [key, attribute] = attributes[which]!;
      if (random.below(8) === 0) return { ...node, attributes: new Map(attributes.toSpliced(which, 1)) };
      const mutant = mutateAttribute(attribute, others, random, depth);
      return { ...node, attributes: new Map(attributes.with(which, [key, mutant])) };
    }
  }
}

function mutateAttribute(
  attribute: OnnxAttribute,
  others: readonly OnnxModel[],
  random: Random,
  depth: number,
): OnnxAttribute {
  switch (random.below(12)) {
    case 0:
      return { kind: 'int', value: any(random, WHOLE) };
    case 1:
      return { kind: 'ints', value: Array.from({ length: random.below(9) }, () => any(random, WHOLE)) };
    case 2:
      return {
        kind: 'string',
        value: any(random, ['', 'SAME_UPPER', 'linear', '...ij,jk->i', 'constant', 'é'.repeat(40)]),
      };
  }
  switch (attribute.kind) {
    case 'int':
      return { kind: 'int', value: any(random, WHOLE) };
    case 'float':
      return { kind: 'float', value: any(random, REAL) };
    case 'ints':
    case 'floats': {
      const { value } = attribute as { readonly value: readonly (number | bigint)[] };
      const at = random.below(Math.max(1, value.length));
      const one = attribute.kind === 'ints' ? any(random, WHOLE) : any(random, REAL);
      const changed = any(random, [
        replaced(value, at, one),
        [...value, one],
        value.slice(1),
        value.toReversed(),
        [],
        new Array<number | bigint>(100).fill(one),
      ]);
      return { kind: attribute.kind, value: changed } as OnnxAttribute;
    }
    case 'string': {
      const { value } = attribute;
      const at = random.below(value.length + 1);
      return {
        kind: 'string',
        value:
          value.slice(0, at) + any(random, ['', ',', '->', '.', 'i', 'zz', '...']) + value.slice(at + random.below(3)),
      };
    }
    case 'tensor':
      return { kind: 'tensor', value: mutateTensor(attribute.value, random) };
    case 'graph':
      return depth > 4 ? attribute : { kind: 'graph', value: mutateGraph(attribute.value, others, random, depth + 1) };
    default:
      return attribute;
  }
}

function mutateTensor(tensor: OnnxTensor, random: Random): OnnxTensor {
  const { type, dims, data } = tensor;
  switch (random.below(6)) {
    case 0: {
      const location = any(random, LOCATIONS);
      const offset = Number(any(random, [0, 1, 4, 64, 2 ** 40]));
      return type === 'string' ? tensor : { type, dims, data: null, external: { location, offset } };
    }
    case 1: {
      const at = random.below(Math.max(1, dims.length));
      const length = Number(any(random, WHOLE));
      return {
        ...tensor,
        dims: any(random, [
          dims.toReversed(),
          [...dims, 1],
          [1, ...dims],
          dims.slice(1),
          replaced(dims, at, length),
          [0],
        ]),
      };
    }
    case 2:
      return { ...tensor, type: any(random, TYPES) };
    default:
      return { ...tensor, data: data === null ? null : otherNumbers(data, random) };
  }
}

function otherNumbers(data: OnnxTensorData, random: Random): OnnxTensorData {
  if (!ArrayBuffer.isView(data)) return data;
  const copy = data.slice();
  if (copy.length === 0) return copy;
  const at = random.below(copy.length);
  if (copy instanceof BigInt64Array || copy instanceof BigUint64Array) copy[at] = BigInt(any(random, WHOLE));
  else if (copy instanceof Float32Array || copy instanceof Float64Array) copy[at] = any(random, REAL);
  else copy[at] = Number(any(random, WHOLE));
  return copy;
}

/** Bytes with a few of them changed, left out, doubled or cut off. */
export function mutateBytes(seed: Uint8Array, random: Random): Uint8Array {
  let bytes = Buffer.from(seed);
  for (let change = 1 + random.below(5); change > 0 && bytes.length > 0; change--) {
    const at = random.below(bytes.length);
    switch (random.below(6)) {
      case 0:
      case 1:
        bytes[at] = any(random, [0, 1, 2, 0x7f, 0x80, 0xff, random.below(256)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8))]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - random.below(32)))]);
        break;
      case 4:
        bytes.fill(0xff, at, Math.min(bytes.length, at + 10));
        break;
      default:
        if (random.below(4) === 0) bytes = bytes.subarray(0, at);
    }
  }
  return bytes;
}
