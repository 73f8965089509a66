import type { OnnxElementType, OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { readNames } from '../graph/check-onnx.ts';
import type { ShapedGraph } from '../graph/shaped-graph.ts';

/**
 * The same function in an order whose gradient is cheaper. Values that disappear are those between the nodes concerned; outputs and
 * `kept` stay, with their names and values.
 *
 * - Relu, then MaxPool becomes MaxPool, then Relu: equal, because Relu does not decrease, and so is the gradient: the first largest
 *   element of a window is the same one before and after, unless all are at most 0, where no gradient passes. Relu and its mask then
 *   work on the pool's output, a quarter of the elements with windows of 2 x 2.
 * - A MaxPool on the way says where its maxima were, so that its gradient need not search them again.
 */
export function reorderPools(graph: ShapedGraph, kept: Iterable<string> = []): ShapedGraph {
  const asked = new Set([...kept, ...graph.outputs.map(({ name }) => name)]);
  const uses = new Map<string, number>();
  for (const node of graph.nodes) for (const name of readNames(node)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const relus = new Map<string, OnnxNode>();
  for (const node of graph.nodes) if (node.op === 'Relu' && node.domain === '') relus.set(node.outputs[0]!, node);
  const taken = new Set([...graph.shapes.keys(), ...graph.types.keys(), ...graph.constants.keys(), ...asked]);
  const shapes = new Map(graph.shapes);
  const types = new Map(graph.types);
  const dropped = new Set<OnnxNode>();
  const declare = (name: string, like: string, type: OnnxElementType): string => {
    let fresh = name;
    for (let number = 2; taken.has(fresh); number++) fresh = `${name}~${number}`;
    taken.add(fresh);
    shapes.set(fresh, shapes.get(like)!);
    types.set(fresh, type);
    return fresh;
  };

  const nodes = graph.nodes.flatMap((node): OnnxNode[] => {
    const [x = '', y = ''] = [node.inputs[0], node.outputs[0]];
    if (node.op !== 'MaxPool' || node.domain !== '' || graph.types.get(y) !== 'float32') return [node];
    const told = (node.outputs[1] ?? '') !== '';
    const relu = relus.get(x);
    if (relu === undefined || told || asked.has(x) || uses.get(x) !== 1) {
      return told ? [node] : [{ ...node, outputs: [y, declare(`${y}~indices`, y, 'int64')] }];
    }
    dropped.add(relu);
    const pooled = declare(`${y}~pooled`, y, 'float32');
    const indices = declare(`${y}~indices`, y, 'int64');
    const pool = { ...node, inputs: [relu.inputs[0]!, ...node.inputs.slice(1)], outputs: [pooled, indices] };
    return [pool, { ...relu, inputs: [pooled], outputs: [y] }];
  });
  return { ...graph, nodes: nodes.filter((node) => !dropped.has(node)), shapes, types };
}
