import { Fault } from '../../core/fault.ts';
import { intOf } from './attributes.ts';
import type { OnnxGraph, OnnxModel, OnnxNode } from '../../formats/onnx/onnx-model.ts';

/**
 * Checks that a graph means something, and puts its nodes into an order in which they can run (ONNX asks for one; not every
 * exporter keeps to it). The order of the file is kept where it is one.
 * @throws Fault `ERR_MODEL_MALFORMED` that names the node: a value that nothing computes, one that two nodes compute, a circle, an
 * operator of a domain that the model does not import, two inputs of one name.
 */
export function checkOnnx(model: OnnxModel): OnnxModel {
  const domains = new Set(model.opsets.keys());
  if (!domains.has('')) domains.add(''); // models that use functions or other domains alone
  const ids = new Set(model.functions.map((one) => one.domain));
  const opset = model.opsets.get('') ?? 0;
  const graph = checkGraph(model.graph, new Set(), (node) => {
    refuseCrash(node, opset);
    if (!domains.has(node.domain) && !ids.has(node.domain)) {
      malformed(
        `operator ${node.op} is of domain ${JSON.stringify(node.domain)}, which the model does not import`,
        place(node),
      );
    }
  });
  return { ...model, graph };
}

/**
 * Refuses nodes that a runtime takes on trust and crashes on.
 * @throws Fault `ERR_MODEL_MALFORMED`
 */
export function refuseCrash(node: OnnxNode, opset: number): void {
  if (intOf(node, 'batch_dims', 0) < 0) malformed('the number of its shared axes is below 0', place(node));
  if (leavesOut(node, opset)) malformed('an input that has to be there is left out', place(node));
}

function checkGraph(graph: OnnxGraph, outer: ReadonlySet<string>, check: (node: OnnxNode) => void): OnnxGraph {
  const inputs = new Set<string>();
  for (const { name } of graph.inputs) {
    if (name === '') malformed('an input of the graph has no name');
    if (inputs.has(name)) malformed(`two inputs of the graph are called ${JSON.stringify(name)}`);
    inputs.add(name);
  }
  const known = new Set([...outer, ...inputs, ...graph.initializers.keys()]);
  const computed = new Map<string, OnnxNode>();
  for (const node of graph.nodes) {
    check(node);
    for (const name of node.outputs) {
      if (name === '') continue;
      if (computed.has(name) || inputs.has(name) || graph.initializers.has(name)) {
        malformed(`${JSON.stringify(name)} is computed twice`, place(node));
      }
      computed.set(name, node);
    }
  }
  const nodes = orderNodes(graph.nodes, known, computed).map((node) => {
    if (!hasGraphs(node)) return node;
    const visible = new Set([...known, ...computed.keys()]);
    const attributes = new Map(node.attributes);
    for (const [name, attribute] of attributes) {
      if (attribute.kind === 'graph') {
        attributes.set(name, { kind: 'graph', value: checkGraph(attribute.value, visible, check) });
      } else if (attribute.kind === 'graphs') {
        attributes.set(name, { kind: 'graphs', value: attribute.value.map((one) => checkGraph(one, visible, check)) });
      }
    }
    return { ...node, attributes };
  });
  for (const { name } of graph.outputs) {
    if (!computed.has(name) && !known.has(name)) malformed(`nothing computes the output ${JSON.stringify(name)}`);
  }
  return { ...graph, nodes };
}

/** Operators that take any number of inputs, and from which one on. A runtime takes it that each is there. */
const ANY_NUMBER: Readonly<Record<string, number>> = {
  Sum: 0,
  Mean: 0,
  Max: 0,
  Min: 0,
  Concat: 0,
  Einsum: 0,
  SequenceConstruct: 0,
  Scan: 1,
  Loop: 2,
  FeatureVectorizer: 0,
  QLinearConcat: 2,
};

/** Scan of operator set 8 has lengths in front, which may be left out. */
function leavesOut({ op, inputs }: OnnxNode, opset: number): boolean {
  const from = op === 'Scan' && opset > 8 ? 0 : Object.hasOwn(ANY_NUMBER, op) ? ANY_NUMBER[op]! : Infinity;
  return inputs.some((name, at) => at >= from && name === '');
}

/** Depth first with a stack of its own, so that a chain of a million nodes is no recursion. */
function orderNodes(
  nodes: readonly OnnxNode[],
  known: ReadonlySet<string>,
  computed: ReadonlyMap<string, OnnxNode>,
): readonly OnnxNode[] {
  const ordered: OnnxNode[] = [];
  const state = new Map<OnnxNode, 'open' | 'done'>();
  for (const root of nodes) {
    if (state.has(root)) continue;
    const stack: { readonly node: OnnxNode; readonly needs: readonly string[]; next: number }[] = [];
    const open = (node: OnnxNode): void => {
      state.set(node, 'open');
      stack.push({ node, needs: readNames(node), next: 0 });
    };
    open(root);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      if (top.next === top.needs.length) {
        state.set(top.node, 'done');
        ordered.push(top.node);
        stack.pop();
        continue;
      }
      const name = top.needs[top.next++]!;
      const source = computed.get(name);
      if (source === undefined) {
        if (!known.has(name)) malformed(`nothing computes ${JSON.stringify(name)}`, place(top.node));
      } else if (!state.has(source)) open(source);
      else if (state.get(source) === 'open') malformed(`${JSON.stringify(name)} depends on itself`, place(top.node));
    }
  }
  return ordered;
}

/** Names that a node reads: its inputs, and what graphs inside it read from outside. */
export function readNames(node: OnnxNode): readonly string[] {
  const names = node.inputs.filter((name) => name !== '');
  if (!hasGraphs(node)) return names;
  const all = new Set(names);
  for (const attribute of node.attributes.values()) {
    const graphs = attribute.kind === 'graph' ? [attribute.value] : attribute.kind === 'graphs' ? attribute.value : [];
    for (const graph of graphs) for (const name of freeNames(graph)) all.add(name);
  }
  return [...all];
}

/** Names that a graph reads and does not define itself. The depth is what the reader allows. */
export function freeNames(graph: OnnxGraph): ReadonlySet<string> {
  const own = new Set([...graph.initializers.keys(), ...graph.inputs.map(({ name }) => name)]);
  for (const node of graph.nodes) for (const name of node.outputs) own.add(name);
  const free = new Set<string>();
  for (const node of graph.nodes) for (const name of readNames(node)) if (!own.has(name)) free.add(name);
  for (const { name } of graph.outputs) if (!own.has(name)) free.add(name);
  return free;
}

export function hasGraphs(node: OnnxNode): boolean {
  for (const { kind } of node.attributes.values()) if (kind === 'graph' || kind === 'graphs') return true;
  return false;
}

/** How a node is named in messages: `Conv "layer1/conv"`. */
export function place(node: OnnxNode): string {
  const name = node.name === '' ? (node.outputs.find((output) => output !== '') ?? '') : node.name;
  return `${node.domain === '' ? '' : `${node.domain}.`}${node.op} ${JSON.stringify(name)}`;
}

function malformed(message: string, where?: string): never {
  throw new Fault('ERR_MODEL_MALFORMED', `The model's graph is wrong: ${message}.`, {
    ...(where === undefined ? {} : { where }),
    hint: 'Export the model again, and check it with the tool that made it.',
  });
}
