import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** Operators that move numbers and leave them as they are: they may stand before or behind the step from whole numbers to floats. */
const MOVES: ReadonlySet<string> = new Set(['Transpose', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity']);
/** What is only asked for its shape needs no numbers. */
const ASKS: ReadonlySet<string> = new Set(['Shape', 'Size']);

/**
 * Tables of vectors in whole numbers (embeddings, as ONNX Runtime's quantisation writes them) as tables of floats, where all that is looked up in
 * them becomes floats by one scale: the same values, and one place at which ids become vectors. Quantisation moves Transpose and
 * the like between table and scale, which hides that place.
 */
export function dequantiseTables(graph: OnnxGraph, build: GraphBuilder): OnnxGraph {
  const readers = new Map<string, OnnxNode[]>();
  for (const node of graph.nodes) {
    for (const name of node.inputs) {
      const list = readers.get(name);
      if (list === undefined) readers.set(name, [node]);
      else list.push(node);
    }
  }
  const replaced = new Map<OnnxNode, OnnxNode>();
  for (const node of graph.nodes) {
    if (node.op !== 'Gather' || node.domain !== '') continue;
    const found = stepsBehind(node, graph, readers);
    if (found === null) continue;
    const table = build.tensor(floats(found.table, found.scale, found.zero), `${node.inputs[0]} as floats`);
    const lookedUp = build.fresh(`${node.outputs[0]} as floats`);
    const moved = new Map([[node.outputs[0]!, lookedUp]]);
    replaced.set(node, { ...node, inputs: [table, ...node.inputs.slice(1)], outputs: [lookedUp] });
    for (const move of found.moves) {
      const output = build.fresh(`${move.outputs[0]} as floats`);
      replaced.set(move, {
        ...move,
        inputs: [moved.get(move.inputs[0]!)!, ...move.inputs.slice(1)],
        outputs: [output],
      });
      moved.set(move.outputs[0]!, output);
    }
    for (const ask of found.asks) replaced.set(ask, { ...ask, inputs: [moved.get(ask.inputs[0]!)!] });
    for (const step of found.steps) {
      const inputs = [moved.get(step.inputs[0]!)!];
      replaced.set(step, {
        name: step.name,
        op: 'Identity',
        domain: '',
        inputs,
        outputs: step.outputs,
        attributes: new Map(),
      });
    }
  }
  return replaced.size === 0 ? graph : { ...graph, nodes: graph.nodes.map((node) => replaced.get(node) ?? node) };
}

interface Found {
  readonly table: OnnxTensor;
  readonly scale: number;
  readonly zero: number;
  readonly moves: readonly OnnxNode[];
  readonly asks: readonly OnnxNode[];
  readonly steps: readonly OnnxNode[];
}

/** What reads what was looked up; null: something that wants the whole numbers themselves. */
function stepsBehind(
  node: OnnxNode,
  { initializers, outputs }: OnnxGraph,
  readers: ReadonlyMap<string, readonly OnnxNode[]>,
): Found | null {
  const table = initializers.get(node.inputs[0] ?? '');
  if (table === undefined || (table.type !== 'int8' && table.type !== 'uint8') || table.data === null) return null;
  const moves: OnnxNode[] = [];
  const asks: OnnxNode[] = [];
  const steps: OnnxNode[] = [];
  const open = [node.outputs[0]!];
  for (const name of open) {
    if (outputs.some((one) => one.name === name)) return null;
    for (const reader of readers.get(name) ?? []) {
      if (reader.inputs[0] !== name || reader.domain !== '') return null;
      if (ASKS.has(reader.op)) asks.push(reader);
      else if (reader.op === 'DequantizeLinear') steps.push(reader);
      else if (MOVES.has(reader.op)) {
        moves.push(reader);
        open.push(reader.outputs[0]!);
      } else return null;
    }
  }
  const [first] = steps;
  if (first === undefined || steps.some((one) => one.inputs.slice(1).join('\n') !== first.inputs.slice(1).join('\n')))
    return null;
  const [scale, zero] = [initializers.get(first.inputs[1] ?? ''), initializers.get(first.inputs[2] ?? '')];
  if (scale?.type !== 'float32' || scale.data?.length !== 1) return null;
  return {
    table,
    scale: Number(scale.data[0]),
    zero: zero?.data === undefined || zero.data === null ? 0 : Number(zero.data[0]),
    moves: moves,
    asks: asks,
    steps: steps,
  };
}

function floats({ dims, data }: OnnxTensor, scale: number, zero: number): OnnxTensor {
  const numbers = data as Int8Array | Uint8Array;
  const values = new Float32Array(numbers.length);
  for (let at = 0; at < values.length; at++) values[at] = (numbers[at]! - zero) * scale;
  return { type: 'float32', dims, data: values };
}
