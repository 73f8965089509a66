import type { OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { place } from '../graph/check-onnx.ts';
import type { ShapedGraph } from '../graph/shaped-graph.ts';
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
    if (!node.inputs.some((name) => active.has(name))) continue;
    const floats = node.outputs.filter((name) => name !== '' && graph.types.get(name) === 'float32');
    if (floats.length === 0) continue;
    forward.push(node);
    for (const name of floats) active.add(name);
  }
  const needed = new Set(outputs);
  const way: OnnxNode[] = [];
  for (const node of forward.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    way.push(node);
    for (const name of node.inputs) if (active.has(name)) needed.add(name);
  }
  way.reverse();
  const missing: { operator: string; node: string }[] = [];
  const masked: { operator: string; node: string; reason: string }[] = [];
  for (const node of way) {
    const rule = findGradientRule(node.domain, node.op);
    const said = { operator: operatorName(node), node: place(node) };
    if (rule === undefined) missing.push(said);
    else if (rule.masked !== undefined) masked.push({ ...said, reason: rule.masked });
  }
  return { onTheWay: [...new Set(way.map(operatorName))], missing, masked };
}

export function operatorName({ domain, op }: { readonly domain: string; readonly op: string }): string {
  return domain === '' ? op : `${domain}.${op}`;
}
