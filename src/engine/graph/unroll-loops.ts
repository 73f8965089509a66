import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { intOf, intsOf } from './attributes.ts';
import { GraphBuilder } from './graph-builder.ts';
import { namesOf, renameNode } from './map-graph.ts';

/** Rounds of one loop, and nodes that it may become. */
const MAX_ROUNDS = 10_000;
const MAX_NODES = 50_000;
/** Nodes of the whole graph, from which on no more loops are written out. */
const MAX_TOTAL = 200_000;

/** What is known of the values in front of a loop. */
export interface KnownValues {
  /** Number of a constant; undefined: it depends on the data. */
  readonly numberOf: (name: string) => number | undefined;
  readonly numbersOf: (name: string) => readonly number[] | undefined;
  readonly shapeOf: (name: string) => readonly number[] | undefined;
}

/**
 * Writes loops out: Loop whose number of rounds is a constant and whose condition is always true, and Scan. Their bodies stand in the graph as
 * often as they would run, so that everything after this knows plain nodes only. Loops whose rounds depend on the data stay, and those
 * that would become too many nodes.
 * @param known `isRunning`: false for nodes that depend on constants alone, which are left
 * @returns null where there is nothing to write out
 */
export function unrollLoops(
  model: OnnxModel,
  known: KnownValues & { readonly isRunning: (node: OnnxNode) => boolean },
): OnnxModel | null {
  const build = new GraphBuilder(namesOf(model.graph));
  let changed = false;
  let total = model.graph.nodes.length;
  const nodes = model.graph.nodes.flatMap((node) => {
    const plain =
      node.domain !== '' || total > MAX_TOTAL || !known.isRunning(node)
        ? null
        : node.op === 'Loop'
          ? loopOf(node, known)
          : node.op === 'Scan'
            ? scanOf(node, known)
            : null;
    if (plain === null) return [node];
    changed = true;
    const before = build.nodes.length;
    plain(build);
    total += build.nodes.length - before;
    return build.nodes.splice(before);
  });
  if (!changed) return null;
  const initializers = new Map([...model.graph.initializers, ...build.initializers]);
  return { ...model, graph: { ...model.graph, nodes, initializers } };
}

/** Loops that are longer stay loops: each value of a graph is asked for its shape. */
function isTooLong(rounds: number, body: OnnxGraph): boolean {
  return rounds > MAX_ROUNDS || rounds * countNodes(body) > MAX_NODES;
}

/** Nodes of a graph and of the graphs inside it, which are written out with it. */
function countNodes(graph: OnnxGraph): number {
  let count = graph.nodes.length;
  for (const { attributes } of graph.nodes) {
    for (const attribute of attributes.values()) {
      if (attribute.kind === 'graph') count += countNodes(attribute.value);
      else if (attribute.kind === 'graphs') for (const one of attribute.value) count += countNodes(one);
    }
  }
  return count;
}

function bodyOf(node: OnnxNode): OnnxGraph | null {
  const body = node.attributes.get('body');
  return body?.kind === 'graph' ? body.value : null;
}

/** Loop (onnx/docs/Operators.md): rounds, condition, carried values; the body gives a condition, carried values and what is collected. */
function loopOf(node: OnnxNode, known: KnownValues): ((build: GraphBuilder) => void) | null {
  const body = bodyOf(node);
  const [rounds = '', condition = '', ...first] = node.inputs;
  const count = rounds === '' ? undefined : known.numberOf(rounds);
  const start = condition === '' ? 1 : known.numberOf(condition);
  if (body === null || count === undefined || start === undefined) return null;
  const total = start === 0 ? 0 : Math.max(0, count);
  if (total > 0 && !isAlwaysTrue(body, known)) return null;
  if (isTooLong(total, body)) return null;
  const carried = first.length;
  // Nothing collected in no round would have a shape that nobody says.
  if (total === 0 && node.outputs.slice(carried).some((name) => name !== '')) return null;
  return (build) => {
    let state: readonly string[] = first;
    const constants = constantsOf(body, build);
    const collected: string[][] = node.outputs.slice(carried).map(() => []);
    for (let round = 0; round < total; round++) {
      const number = (): string =>
        build.tensor({ type: 'int64', dims: [], data: BigInt64Array.of(BigInt(round)) }, `round ${round}`);
      const always = (): string => build.tensor({ type: 'bool', dims: [], data: Uint8Array.of(1) });
      const given = [number(), always(), ...state];
      const [, ...results] = writeBody(body, given, constants, build, `${node.outputs[0] ?? ''}/${round}`);
      state = results.slice(0, carried);
      results.slice(carried).forEach((name, at) => collected[at]?.push(name));
    }
    node.outputs.forEach((name, at) => {
      if (name === '') return;
      if (at < carried) hand(build, state[at]!, name);
      else stack(build, collected[at - carried]!, 0, name);
    });
  };
}

/** Whether the condition that a body gives is the one that it got, or a constant truth. */
export function isAlwaysTrue(body: OnnxGraph, known: Pick<KnownValues, 'numberOf'>): boolean {
  let name = body.outputs[0]?.name ?? '';
  for (let step = 0; step <= body.nodes.length; step++) {
    if (name === body.inputs[1]?.name) return true;
    const constant = body.initializers.get(name);
    if (constant !== undefined) return isTrue(constant);
    const source = body.nodes.find(({ outputs }) => outputs.includes(name));
    if (source === undefined) return known.numberOf(name) === 1;
    if (source.op === 'Constant') {
      const value = source.attributes.get('value');
      return value?.kind === 'tensor' && isTrue(value.value);
    }
    if (source.op !== 'Identity' && source.op !== 'Cast') return false;
    name = source.inputs[0] ?? '';
  }
  return false;
}

function isTrue({ data }: OnnxTensor): boolean {
  return data !== null && Boolean(data[0]);
}

/** Scan (operator set 9 and later): states, then sequences of which each round gets a slice. */
function scanOf(node: OnnxNode, known: KnownValues): ((build: GraphBuilder) => void) | null {
  const body = bodyOf(node);
  const sequences = intOf(node, 'num_scan_inputs', 0);
  const states = node.inputs.length - sequences;
  if (body === null || sequences < 1 || states < 0) return null;
  const inputs = node.inputs.slice(states);
  const shapes = inputs.map((name) => known.shapeOf(name));
  if (shapes.some((shape) => shape === undefined || shape.length === 0)) return null;
  const at = (list: readonly number[], index: number): number => list[index] ?? 0;
  const inputAxes = intsOf(node, 'scan_input_axes', []);
  const outputAxes = intsOf(node, 'scan_output_axes', []);
  const backwards = intsOf(node, 'scan_input_directions', []);
  const outputBackwards = intsOf(node, 'scan_output_directions', []);
  const axes = shapes.map((shape, index) => (at(inputAxes, index) + shape!.length) % shape!.length);
  const total = shapes[0]![axes[0]!]!;
  if (total === 0) return null;
  if (isTooLong(total, body)) return null;
  return (build) => {
    let state: readonly string[] = node.inputs.slice(0, states);
    const constants = constantsOf(body, build);
    const collected: string[][] = node.outputs.slice(states).map(() => []);
    for (let round = 0; round < total; round++) {
      const parts = inputs.map((name, index) => {
        const from = at(backwards, index) === 1 ? total - 1 - round : round;
        return build.add('Gather', [name, build.int(from)], { axis: axes[index]! });
      });
      const results = writeBody(body, [...state, ...parts], constants, build, `${node.outputs[0] ?? ''}/${round}`);
      state = results.slice(0, states);
      results.slice(states).forEach((name, index) => {
        if (at(outputBackwards, index) === 1) collected[index]?.unshift(name);
        else collected[index]?.push(name);
      });
    }
    node.outputs.forEach((name, index) => {
      if (name === '') return;
      if (index < states) hand(build, state[index]!, name);
      else stack(build, collected[index - states]!, at(outputAxes, index - states), name);
    });
  };
}

/** Constants of a body stand in the graph once, under these names, whatever the rounds. */
function constantsOf(body: OnnxGraph, build: GraphBuilder): ReadonlyMap<string, string> {
  return new Map([...body.initializers].map(([name, tensor]) => [name, build.tensor(tensor, name)]));
}

/** One round: the nodes of a body under names of their own. ONNX forbids graphs inside it to use its names for values of theirs. Returns the names of its outputs. */
function writeBody(
  body: OnnxGraph,
  given: readonly string[],
  constants: ReadonlyMap<string, string>,
  build: GraphBuilder,
  prefix: string,
): readonly string[] {
  const own = new Map(constants);
  body.inputs.forEach(({ name }, index) => own.set(name, given[index] ?? ''));
  for (const node of body.nodes) {
    for (const name of node.outputs) if (name !== '') own.set(name, build.fresh(`${prefix}/${name}`));
  }
  const rename = (name: string): string => own.get(name) ?? name;
  for (const node of body.nodes) {
    const renamed = renameNode(node, rename);
    build.nodes.push({ ...renamed, name: node.name === '' ? '' : `${prefix}/${node.name}` });
  }
  return body.outputs.map(({ name }) => rename(name));
}

function hand(build: GraphBuilder, from: string, to: string): void {
  build.nodes.push({ name: '', op: 'Identity', domain: '', inputs: [from], outputs: [to], attributes: new Map() });
}

/** Values side by side along a new axis. */
function stack(build: GraphBuilder, parts: readonly string[], axis: number, to: string): void {
  const wide = parts.map((part) => build.add('Unsqueeze', [part, build.ints([axis])]));
  build.nodes.push({
    name: '',
    op: 'Concat',
    domain: '',
    inputs: wide,
    outputs: [to],
    attributes: new Map([['axis', { kind: 'int', value: axis }]]),
  });
}
