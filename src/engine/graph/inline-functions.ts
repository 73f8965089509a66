import { Fault } from '../../core/fault.ts';
import type { OnnxAttribute, OnnxFunction, OnnxModel, OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { place, refuseCrash } from './check-onnx.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { mapGraphs, renameNode } from './map-graph.ts';

const MAX_DEPTH = 16;
const MAX_NODES = 1_000_000;

/**
 * Replaces calls of the model's own functions by their nodes. `upgrade` brings a function's nodes from the operator set that the
 * function imports to that of the graph.
 * @throws Fault `ERR_MODEL_MALFORMED` when functions call each other without end, or a call makes a node that a runtime crashes on.
 */
export function inlineFunctions(
  model: OnnxModel,
  names: GraphBuilder,
  upgrade: (nodes: readonly OnnxNode[], opsets: ReadonlyMap<string, number>) => readonly OnnxNode[],
): readonly OnnxNode[] {
  const functions = new Map<string, OnnxFunction>();
  for (const one of model.functions) {
    functions.set(keyOf(one.domain, one.name, one.overload), { ...one, nodes: upgrade(one.nodes, one.opsets) });
  }
  const opset = model.opsets.get('') ?? 0;
  let left = MAX_NODES;

  const inline = (nodes: readonly OnnxNode[], depth: number): readonly OnnxNode[] =>
    nodes.flatMap((node) => {
      if ((left -= 1) < 0 || depth > MAX_DEPTH) {
        throw new Fault('ERR_MODEL_MALFORMED', 'The functions of the model call each other without end.', {
          where: place(node),
        });
      }
      const found = functions.get(keyOf(node.domain, node.op, node.overload));
      if (found !== undefined) return inline(expand(found, node, names), depth + 1);
      // Only now it is known what a caller leaves out.
      if (depth > 0) refuseCrash(node, opset);
      return [mapGraphs(node, (graph) => ({ ...graph, nodes: inline(graph.nodes, depth + 1) }))];
    });

  return inline(upgrade(model.graph.nodes, model.opsets), 0);
}

function keyOf(domain: string, name: string, overload: string | undefined): string {
  return `${domain} ${name} ${overload ?? ''}`;
}

function expand(called: OnnxFunction, node: OnnxNode, names: GraphBuilder): readonly OnnxNode[] {
  const renamed = new Map<string, string>();
  called.inputs.forEach((name, index) => renamed.set(name, node.inputs[index] ?? ''));
  called.outputs.forEach((name, index) => {
    const given = node.outputs[index] ?? '';
    if (given !== '') renamed.set(name, given);
  });
  const rename = (name: string): string => {
    // Constants that the upgrade made belong to the graph.
    if (names.initializers.has(name)) return name;
    let other = renamed.get(name);
    if (other === undefined) renamed.set(name, (other = names.fresh(`${node.outputs[0] ?? node.op}/${name}`)));
    return other;
  };
  const bind = (one: OnnxNode): OnnxNode => {
    const attributes = new Map<string, OnnxAttribute>();
    for (const [name, attribute] of one.attributes) {
      if (attribute.kind !== 'reference') attributes.set(name, attribute);
      else {
        // A reference to an attribute that the caller leaves out leaves this one out, too.
        const value = node.attributes.get(attribute.value) ?? called.defaults.get(attribute.value);
        if (value !== undefined) attributes.set(name, value);
      }
    }
    return mapGraphs({ ...one, attributes }, (graph) => ({ ...graph, nodes: graph.nodes.map(bind) }));
  };
  const body = called.nodes.map((one) => renameNode(bind(one), rename));
  // A function may hand an input through.
  const passed = called.outputs.flatMap((name, index) => {
    const at = called.inputs.indexOf(name);
    const output = node.outputs[index] ?? '';
    if (at < 0 || output === '') return [];
    const input = node.inputs[at] ?? '';
    return [{ name: '', op: 'Identity', domain: '', inputs: [input], outputs: [output], attributes: new Map() }];
  });
  return [...body, ...passed];
}
