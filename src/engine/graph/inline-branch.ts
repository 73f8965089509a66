import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { GraphBuilder } from './graph-builder.ts';
import { namesOf, renameNode } from './map-graph.ts';

/** Puts the branch that is taken in the place of each If node of `branches`. */
export function inlineBranch(model: OnnxModel, branches: ReadonlyMap<OnnxNode, boolean>): OnnxModel {
  const place = new Placing(model);
  const nodes = model.graph.nodes.flatMap((node) => {
    const taken = branches.get(node);
    const branch = taken === undefined ? null : branchOf(node, taken);
    if (branch === null) return [node];
    const placed = place.branch(branch);
    const passed = node.outputs.flatMap((output, index): OnnxNode[] =>
      output === '' ? [] : [plain('Identity', [placed.outputs[index]!], output)],
    );
    return [...placed.nodes, ...passed];
  });
  return place.finish(nodes);
}

/** A model in which both branches of some If nodes run, and what they give. */
export interface BothBranches {
  readonly model: OnnxModel;
  /** Values of which one is chosen: of equal shapes, or the model is not the same. */
  readonly pairs: readonly (readonly [string, string])[];
}

/**
 * Runs both branches of each of `ifs` and chooses by the condition, which depends on the data: the choice (Where) has a gradient, that of the
 * branch that is taken.
 */
export function runBothBranches(model: OnnxModel, ifs: ReadonlySet<OnnxNode>): BothBranches {
  const place = new Placing(model);
  const pairs: (readonly [string, string])[] = [];
  const nodes = model.graph.nodes.flatMap((node) => {
    const [one, other] = [branchOf(node, true), branchOf(node, false)];
    if (!ifs.has(node) || one === null || other === null) return [node];
    const [yes, no] = [place.branch(one), place.branch(other)];
    const scalar = place.names.fresh('condition');
    const condition = plain('Reshape', [node.inputs[0]!, place.emptyShape()], scalar);
    const chosen = node.outputs.flatMap((output, index): OnnxNode[] => {
      if (output === '') return [];
      const pair = [yes.outputs[index]!, no.outputs[index]!] as const;
      pairs.push(pair);
      return [plain('Where', [scalar, ...pair], output)];
    });
    return [...yes.nodes, ...no.nodes, condition, ...chosen];
  });
  return { model: place.finish(nodes), pairs };
}

function branchOf(node: OnnxNode, taken: boolean): OnnxGraph | null {
  const branch = node.attributes.get(taken ? 'then_branch' : 'else_branch');
  return branch?.kind === 'graph' ? branch.value : null;
}

function plain(op: string, inputs: readonly string[], output: string): OnnxNode {
  return { name: output, op, domain: '', inputs, outputs: [output], attributes: new Map() };
}

/** Brings the graphs of branches into the graph around them, under names that nothing else has. */
class Placing {
  readonly names: GraphBuilder;
  readonly #model: OnnxModel;
  readonly #initializers: Map<string, OnnxTensor>;

  constructor(model: OnnxModel) {
    this.#model = model;
    this.names = new GraphBuilder(namesOf(model.graph));
    this.#initializers = new Map(model.graph.initializers);
  }

  branch(graph: OnnxGraph): { readonly nodes: readonly OnnxNode[]; readonly outputs: readonly string[] } {
    const own = new Map<string, string>();
    const define = (name: string): void => void own.set(name, this.names.fresh(name));
    for (const name of graph.initializers.keys()) define(name);
    for (const one of graph.nodes) for (const name of one.outputs) if (name !== '') define(name);
    const rename = (name: string): string => own.get(name) ?? name;
    for (const [name, tensor] of graph.initializers) this.#initializers.set(rename(name), tensor);
    return {
      nodes: graph.nodes.map((one) => renameNode(one, rename)),
      outputs: graph.outputs.map(({ name }) => rename(name)),
    };
  }

  /** The shape of a scalar. */
  emptyShape(): string {
    return this.names.ints([]);
  }

  finish(nodes: readonly OnnxNode[]): OnnxModel {
    const initializers = new Map([...this.#initializers, ...this.names.initializers]);
    return { ...this.#model, graph: { ...this.#model.graph, nodes, initializers } };
  }
}
