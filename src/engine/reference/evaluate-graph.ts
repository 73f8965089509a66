import type { OnnxFunction, OnnxGraph, OnnxModel, OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { REFERENCE_OPERATORS } from './reference-operators.ts';
import { STAND_INS } from './stand-ins.ts';
import { ReferenceAttributes, type ReferenceCall } from './reference-operator.ts';
import { fromOnnxTensor, type ReferenceTensor } from './reference-tensor.ts';

export type ReferenceValues = ReadonlyMap<string, ReferenceTensor>;

/** Depth of graphs in graphs and functions in functions that is followed. */
const DEPTH_LIMIT = 16;

/** What each node of a graph read and gave at one point. */
export type BasePoint = Map<OnnxNode, { readonly call: ReferenceCall; readonly outputs: readonly ReferenceTensor[] }>;

export interface EvaluateOptions {
  /** Filled with what masking operators read and give. */
  readonly record?: BasePoint;
  /** Masking operators give their stand-ins around this point, in place of their steps (`STAND_INS`). */
  readonly standIns?: BasePoint;
  /** Outputs of masking operators that are known, by name, and taken in place of the computed ones. */
  readonly known?: ReferenceValues;
}

interface Scope extends EvaluateOptions {
  readonly opsets: ReadonlyMap<string, number>;
  readonly functions: readonly OnnxFunction[];
  readonly values: Map<string, ReferenceTensor>;
  readonly outer: Scope | null;
  readonly depth: number;
}

/**
 * Computes a whole model in float64, node after node, as the ONNX operator specification says it: slow, simple, and independent
 * of ONNX Runtime. What tests measure forward results and gradients against.
 * @returns every value of the main graph by name.
 */
export function evaluateModel(
  model: OnnxModel,
  feeds: ReferenceValues,
  options: EvaluateOptions = {},
): ReferenceValues {
  const scope: Scope = {
    ...options,
    opsets: model.opsets,
    functions: model.functions,
    values: new Map(feeds),
    outer: null,
    depth: 0,
  };
  runGraph(model.graph, scope);
  return scope.values;
}

/** Computes one node on given inputs. */
export function evaluateNode(
  node: OnnxNode,
  inputs: readonly (ReferenceTensor | null)[],
  opsets: ReadonlyMap<string, number>,
  options: EvaluateOptions = {},
): readonly ReferenceTensor[] {
  const scope: Scope = { ...options, opsets, functions: [], values: new Map(), outer: null, depth: 0 };
  return runNode(node, inputs, scope);
}

function runGraph(graph: OnnxGraph, scope: Scope): void {
  for (const [name, tensor] of graph.initializers) {
    if (!scope.values.has(name)) scope.values.set(name, fromOnnxTensor(tensor));
  }
  runNodes(graph.nodes, scope);
}

function runNodes(nodes: readonly OnnxNode[], scope: Scope): void {
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => (name === '' ? null : lookUp(name, scope)));
    const outputs = runNode(node, inputs, scope);
    node.outputs.forEach((name, at) => {
      const output = outputs[at];
      if (name === '') return;
      if (output === undefined) throw new TypeError(`the reference of ${node.op} has no output ${at}`);
      scope.values.set(name, output);
    });
  }
}

function lookUp(name: string, scope: Scope): ReferenceTensor {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const found = at.values.get(name);
    if (found !== undefined) return found;
  }
  throw new ReferenceError(`no value ${name}`);
}

function runNode(
  node: OnnxNode,
  inputs: readonly (ReferenceTensor | null)[],
  scope: Scope,
): readonly ReferenceTensor[] {
  if (scope.depth > DEPTH_LIMIT) throw new RangeError('too many graphs in graphs');
  const domain = node.domain === 'ai.onnx' ? '' : node.domain;
  const local = scope.functions.find((one) => one.name === node.op && one.domain === node.domain);
  if (local !== undefined) return runFunction(local, node, inputs, scope);
  const operator = REFERENCE_OPERATORS.get(domain)?.[node.op];
  if (operator === undefined) throw new TypeError(`the reference has no operator ${node.op} of "${domain}"`);
  const call = callOf(node, inputs, scope, domain);
  const standIn = STAND_INS.get(domain)?.[node.op];
  const base = standIn === undefined ? undefined : scope.standIns?.get(node);
  if (base !== undefined) return standIn!(call, base.call, base.outputs);
  const computed = operator(call);
  if (standIn === undefined) return computed;
  const { known } = scope;
  const outputs = known === undefined ? computed : computed.map((one, at) => known.get(node.outputs[at] ?? '') ?? one);
  scope.record?.set(node, { call, outputs });
  return outputs;
}

function callOf(
  node: OnnxNode,
  inputs: readonly (ReferenceTensor | null)[],
  scope: Scope,
  domain: string,
): ReferenceCall {
  const call: ReferenceCall = {
    node,
    opset: scope.opsets.get(domain) ?? 1,
    attributes: new ReferenceAttributes(node),
    count: inputs.length,
    input: (at) => {
      const found = inputs[at];
      if (found === undefined || found === null) throw new TypeError(`${node.op} lacks input ${at}`);
      return found;
    },
    optional: (at) => inputs[at] ?? null,
    all: () => inputs.map((_, at) => call.input(at)),
    ints: (at) => Array.from(call.input(at).data),
    subgraph: (graph, given) => {
      const inner: Scope = { ...scope, values: new Map(), outer: scope, depth: scope.depth + 1 };
      graph.inputs.forEach(({ name }, at) => {
        const value = given[at];
        if (value !== undefined) inner.values.set(name, value);
      });
      runGraph(graph, inner);
      return graph.outputs.map(({ name }) => lookUp(name, inner));
    },
    with: (given) => callOf(node, given, scope, domain),
  };
  return call;
}

function runFunction(
  local: OnnxFunction,
  node: OnnxNode,
  inputs: readonly (ReferenceTensor | null)[],
  scope: Scope,
): readonly ReferenceTensor[] {
  const values = new Map<string, ReferenceTensor>();
  local.inputs.forEach((name, at) => {
    const value = inputs[at];
    if (value !== undefined && value !== null) values.set(name, value);
  });
  const opsets = new Map([...scope.opsets, ...local.opsets]);
  const inner: Scope = { opsets, functions: scope.functions, values, outer: null, depth: scope.depth + 1 };
  if (node.attributes.size > 0) throw new TypeError('the reference knows no attributes of functions');
  runNodes(local.nodes, inner);
  return local.outputs.map((name) => lookUp(name, inner));
}
