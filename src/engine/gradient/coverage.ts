import type { OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { place, readNames } from '../graph/check-onnx.ts';
import type { ShapedGraph } from '../graph/shaped-graph.ts';
import { carriesGradient, maskedBy } from './gradient-rule.ts';
import { findGradientRule } from './registry.ts';

/** Which operators of a graph a gradient passes. */
export interface GradientCoverage {
  /** Operators on the way from `wrt` to `outputs`, each once, in the order in which they come. */
  readonly onTheWay: readonly string[];
  /** Places of nodes on the way that have no gradient. */
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
  return { onTheWay: [...new Set(way.map(operatorName))], missing, masked };
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
