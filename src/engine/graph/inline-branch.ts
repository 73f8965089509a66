import type { OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { GraphBuilder } from './graph-builder.ts';
import { namesOf, renameNode } from './map-graph.ts';

/** Puts the branch that is taken in the place of each If node of `branches`. */
export function inlineBranch(model: OnnxModel, branches: ReadonlyMap<OnnxNode, boolean>): OnnxModel {
  const names = new GraphBuilder(namesOf(model.graph));
  const initializers = new Map<string, OnnxTensor>(model.graph.initializers);
  const nodes = model.graph.nodes.flatMap((node) => {
    const taken = branches.get(node);
    if (taken === undefined) return [node];
    const branch = node.attributes.get(taken ? 'then_branch' : 'else_branch');
    if (branch?.kind !== 'graph') return [node];
    const graph = branch.value;
    const own = new Map<string, string>();
    const define = (name: string): void => void own.set(name, names.fresh(name));
    for (const name of graph.initializers.keys()) define(name);
    for (const one of graph.nodes) for (const name of one.outputs) if (name !== '') define(name);
    const rename = (name: string): string => own.get(name) ?? name;
    for (const [name, tensor] of graph.initializers) initializers.set(rename(name), tensor);
    const passed = graph.outputs.flatMap((value, index): OnnxNode[] => {
      const output = node.outputs[index] ?? '';
      if (output === '') return [];
      return [
        {
          name: '',
          op: 'Identity',
          domain: '',
          inputs: [rename(value.name)],
          outputs: [output],
          attributes: new Map(),
        },
      ];
    });
    return [...graph.nodes.map((one) => renameNode(one, rename)), ...passed];
  });
  return { ...model, graph: { ...model.graph, nodes, initializers } };
}
