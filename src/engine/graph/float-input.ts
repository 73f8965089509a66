import type { OnnxElementType, OnnxGraph, OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { intOf } from './attributes.ts';
import { GraphBuilder } from './graph-builder.ts';
import { namesOf } from './map-graph.ts';

const WHOLE: ReadonlySet<OnnxElementType | null> = new Set<OnnxElementType | null>([
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'uint64',
  'int64',
]);
const FLOAT32 = 1;
/** Operators that move numbers without computing: they take floats as well. */
const MOVES: ReadonlySet<string> = new Set<string>(
  (
    'Identity Transpose Reshape Flatten Squeeze Unsqueeze Slice Expand Tile Split Gather ' +
    'SpaceToDepth DepthToSpace MaxPool Resize ReverseSequence'
  ).split(' '),
);

/** Whole-number inputs of a prepared graph that `withFloatInput` can change. */
export function castInputs(graph: OnnxGraph): readonly string[] {
  return graph.inputs
    .filter((one) => WHOLE.has(one.type) && replaced(graph, one.name) !== null)
    .map(({ name }) => name);
}

/**
 * The same network with an input of whole numbers (pictures as bytes) as an input of float32: where the network turns these numbers into
 * floats before it computes, it gives the same scores, and can be differentiated by its input.
 * @returns null where something computes with the whole numbers, or looks them up in a table
 */
export function withFloatInput(graph: OnnxGraph, name: string): OnnxGraph | null {
  const found = WHOLE.has(typeOf(graph, name)) ? replaced(graph, name) : null;
  if (found === null) return null;
  return {
    ...graph,
    nodes: graph.nodes.flatMap((node) => found.nodes.get(node) ?? [node]),
    initializers: new Map([...graph.initializers, ...found.build.initializers]),
    inputs: graph.inputs.map((one) => (one.name === name ? { ...one, type: 'float32' as const } : one)),
  };
}

function typeOf(graph: OnnxGraph, input: string): OnnxElementType | null {
  return graph.inputs.find(({ name }) => name === input)?.type ?? null;
}

interface Replaced {
  readonly build: GraphBuilder;
  readonly nodes: ReadonlyMap<OnnxNode, readonly OnnxNode[]>;
}

function replaced(graph: OnnxGraph, input: string): Replaced | null {
  if (graph.outputs.some(({ name }) => name === input)) return null;
  const build = new GraphBuilder(namesOf(graph));
  const nodes = new Map<OnnxNode, readonly OnnxNode[]>();
  /** Values that were whole numbers and are floats now. */
  const changed = new Set([input]);
  let reached = false;
  for (const node of graph.nodes) {
    const read = node.inputs.filter((name) => changed.has(name));
    if (read.length === 0) continue;
    if (node.op === 'Shape' || node.op === 'Size') continue;
    const others = node.op === 'Concat' ? node.inputs.every((name) => changed.has(name)) : read.length === 1;
    if (node.domain !== '' || !others || !changed.has(node.inputs[0] ?? '')) return null;
    if (node.op === 'Cast') {
      const whole = intOf(node, 'to', FLOAT32) !== FLOAT32;
      if (whole && intOf(node, 'to', FLOAT32) === BOOL) return null;
      nodes.set(node, [{ ...node, op: 'Identity', attributes: new Map() }]);
      if (whole) changed.add(node.outputs[0] ?? '');
      else reached = true;
    } else if (node.op === 'DequantizeLinear') {
      const given = dequantized(node, build);
      if (given === null) return null;
      nodes.set(node, given);
      reached = true;
    } else if (node.op === 'Concat' || MOVES.has(node.op)) for (const name of node.outputs) changed.add(name);
    else return null;
  }
  if (graph.outputs.some(({ name }) => changed.has(name))) return null;
  return reached ? { build, nodes } : null;
}

const BOOL = 9;

/** (x - zero) scale, for one scale for all. */
function dequantized(node: OnnxNode, build: GraphBuilder): readonly OnnxNode[] | null {
  const [x = '', scale = '', zero = ''] = node.inputs;
  if (node.attributes.has('block_size') && intOf(node, 'block_size', 0) > 0) return null;
  const before = build.nodes.length;
  const one = (name: string): string => build.add('Reshape', [name, build.ints([])]);
  const shifted = zero === '' ? x : build.add('Sub', [x, one(build.add('Cast', [zero], { to: FLOAT32 }))]);
  const factor = one(scale);
  const added = build.nodes.splice(before);
  return [...added, { ...node, op: 'Mul', inputs: [shifted, factor], attributes: new Map() }];
}
