import type { OnnxNode } from '../../formats/onnx/onnx-model.ts';

/**
 * The same nodes, each with a name of its own: that of its first output where it has none. ONNX Runtime refuses two nodes of one name
 * (functions that were called twice leave them behind), and its messages name nodes.
 */
export function nameNodes(nodes: readonly OnnxNode[]): readonly OnnxNode[] {
  const taken = new Set<string>();
  return nodes.map((node) => {
    const wanted = node.name === '' ? (node.outputs.find((name) => name !== '') ?? node.op) : node.name;
    let name = wanted;
    for (let count = 2; taken.has(name); count++) name = `${wanted}~${count}`;
    taken.add(name);
    return name === node.name ? node : { ...node, name };
  });
}
