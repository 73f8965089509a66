import type { OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { place, readNames } from '../graph/check-onnx.ts';
import type { ShapedGraph } from '../graph/shaped-graph.ts';
import { carriesGradient, maskedBy } from './gradient-rule.ts';
import { findGradientRule } from './registry.ts';

/** Which operators of a graph a gradient passes. */
export interface GradientCoverage {
  /** Operators on the way from `wrt` to `outputs`, each once, in the order in which they come. */
  readonly onTheWay: readonly string[];
  /** Places of nodes on the way that have no gradient; where there is no way at all, of those at which all ways end. */
  readonly missing: readonly { readonly operator: string; readonly node: string }[];
  readonly masked: readonly { readonly operator: string; readonly node: string; readonly reason: string }[];
}

/** Looks at the same nodes as `differentiate`, without building anything. */
export function gradientCoverage(
  graph: ShapedGraph,
  wrt: readonly string[],
  outputs: readonly string[],
): GradientCoverage {
  const active = new Set(wrt);
  const forward: OnnxNode[] = [];
  for (const node of graph.nodes) {
    if (!readNames(node).some((name) => active.has(name))) continue;
    const carriers = node.outputs.filter((name) => name !== '' && carriesGradient(graph.types.get(name)));
    if (carriers.length === 0) continue;
    forward.push(node);
    for (const name of carriers) active.add(name);
  }
  const needed = new Set(outputs);
  const way: OnnxNode[] = [];
  for (const node of forward.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    way.push(node);
    for (const name of readNames(node)) if (active.has(name) && passes(graph, node, name)) needed.add(name);
  }
  way.reverse();
  const missing: { operator: string; node: string }[] = [];
  const masked: { operator: string; node: string; reason: string }[] = [];
  for (const node of way) {
    const rule = findGradientRule(node.domain, node.op);
    const said = { operator: operatorName(node), node: place(node) };
    if (rule === undefined) missing.push(said);
    else {
      const reason = maskedBy(rule, node, (name) => graph.types.get(name));
      if (reason !== undefined) masked.push({ ...said, reason });
    }
  }
  if (!wrt.some((name) => needed.has(name))) {
    const known = new Set(missing.map(({ node }) => node));
    for (const node of endsOfWay(graph, wrt, outputs)) {
      if (!known.has(place(node))) missing.push({ operator: operatorName(node), node: place(node) });
    }
  }
  return { onTheWay: [...new Set(way.map(operatorName))], missing, masked };
}

/**
 * Where every way from `wrt` to `outputs` ends for gradients: nodes that read floating-point numbers which depend on `wrt`, and have no
 * gradient, or say something else about them (labels, comparisons) that the outputs depend on.
 */
function endsOfWay(graph: ShapedGraph, wrt: readonly string[], outputs: readonly string[]): readonly OnnxNode[] {
  const dependent = new Set(wrt);
  const real = new Set(wrt);
  for (const node of graph.nodes) {
    const read = readNames(node);
    if (!read.some((name) => dependent.has(name))) continue;
    for (const name of node.outputs) {
      dependent.add(name);
      if (isReal(graph, name) && read.some((one) => real.has(one))) real.add(name);
    }
  }
  const needed = new Set(outputs);
  const found: OnnxNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    const told = node.outputs.filter((name) => needed.has(name));
    if (told.length === 0) continue;
    const read = readNames(node).filter((name) => dependent.has(name));
    for (const name of read) needed.add(name);
    const ends = told.every((name) => !isReal(graph, name)) || findGradientRule(node.domain, node.op) === undefined;
    if (ends && read.some((name) => real.has(name))) found.push(node);
  }
  return found.reverse();
}

/** Operators that make numbers of the whole numbers that they get; for others whole numbers are places and shapes. */
const FROM_WHOLE: ReadonlySet<string> = new Set([
  'Cast',
  'CastLike',
  'DequantizeLinear',
  'MatMulInteger',
  'ConvInteger',
  'QGemm',
  'QAttention',
  'MatMulIntegerToFloat',
]);

function passes(graph: ShapedGraph, node: OnnxNode, input: string): boolean {
  if (isReal(graph, input)) return true;
  return FROM_WHOLE.has(node.op) || !node.outputs.some((name) => name !== '' && isReal(graph, name));
}

function isReal(graph: ShapedGraph, name: string): boolean {
  const type = graph.types.get(name);
  return type === undefined || type === 'float32';
}

export function operatorName({ domain, op }: { readonly domain: string; readonly op: string }): string {
  return domain === '' ? op : `${domain}.${op}`;
}
