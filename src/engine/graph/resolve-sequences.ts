import type { OnnxModel, OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { intOf } from './attributes.ts';
import { GraphBuilder } from './graph-builder.ts';
import { namesOf } from './map-graph.ts';
import type { KnownValues } from './unroll-loops.ts';

/** Operators that make or change sequences. */
export const SEQUENCE_OPERATORS: ReadonlySet<string> = new Set([
  'SequenceEmpty',
  'SequenceConstruct',
  'SequenceInsert',
  'SequenceErase',
  'SplitToSequence',
]);
/** Parts of one SplitToSequence. */
const MAX_PARTS = 10_000;

/**
 * Says what is taken out of sequences (SequenceAt, SequenceLength, ConcatFromSequence) in terms of the tensors that were put in, where
 * places are constants. What made the sequences stays, and is nobody's then.
 * @returns null where there is nothing to say
 */
export function resolveSequences(model: OnnxModel, known: KnownValues): OnnxModel | null {
  const build = new GraphBuilder(namesOf(model.graph));
  const sequences = new Map<string, readonly string[]>();
  let changed = false;
  const nodes = model.graph.nodes.flatMap((node) => {
    if (node.domain !== '') return [node];
    const before = build.nodes.length;
    const list = elementsOf(node, sequences, known, build);
    if (list !== null) {
      sequences.set(node.outputs[0] ?? '', list);
      return [...build.nodes.splice(before), node];
    }
    const taken = takenFrom(node, sequences, known, build);
    if (taken === null) return [node];
    changed = true;
    return [...build.nodes.splice(before), taken];
  });
  if (!changed) return null;
  const initializers = new Map([...model.graph.initializers, ...build.initializers]);
  return { ...model, graph: { ...model.graph, nodes, initializers } };
}

/** The tensors in the sequence that a node gives; null: it gives none, or one that is not known. */
function elementsOf(
  node: OnnxNode,
  sequences: ReadonlyMap<string, readonly string[]>,
  known: KnownValues,
  build: GraphBuilder,
): readonly string[] | null {
  const [first = '', second = '', third = ''] = node.inputs;
  const list = sequences.get(first);
  switch (node.op) {
    case 'SequenceEmpty':
      return [];
    case 'SequenceConstruct':
      return node.inputs;
    case 'Identity':
      return list ?? null;
    case 'SequenceInsert': {
      const at = list === undefined ? null : placeIn(list.length + 1, third, list.length, known);
      return at === null ? null : list!.toSpliced(at, 0, second);
    }
    case 'SequenceErase': {
      const at = list === undefined ? null : placeIn(list.length, second, list.length - 1, known);
      return at === null ? null : list!.toSpliced(at, 1);
    }
    case 'SplitToSequence':
      return splitOf(node, known, build);
    default:
      return null;
  }
}

/** A place in a sequence, counted from the end where it is negative; null: it depends on the data, or lies outside. */
function placeIn(length: number, name: string, otherwise: number, known: KnownValues): number | null {
  const given = name === '' ? otherwise : known.numberOf(name);
  if (given === undefined) return null;
  const at = given < 0 ? given + length : given;
  return at >= 0 && at < length ? at : null;
}

function splitOf(node: OnnxNode, known: KnownValues, build: GraphBuilder): readonly string[] | null {
  const [x = '', sizes = ''] = node.inputs;
  const shape = known.shapeOf(x);
  if (shape === undefined || shape.length === 0) return null;
  const axis = (intOf(node, 'axis', 0) + shape.length) % shape.length;
  const length = shape[axis];
  const given = sizes === '' ? [1] : known.numbersOf(sizes);
  if (given === undefined) return null;
  // A scalar: parts of that length, the last one shorter.
  const scalar = sizes === '' || known.shapeOf(sizes)?.length === 0;
  const each = given[0] ?? 0;
  if (length === undefined || (scalar && !(each >= 1 && length / each <= MAX_PARTS))) return null;
  const parts = scalar
    ? Array.from({ length: Math.ceil(length / each) }, (_, at) => Math.min(each, length - at * each))
    : given;
  if (parts.length === 0 || parts.length > MAX_PARTS) return null;
  const names =
    parts.length === 1
      ? [build.add('Identity', [x])]
      : build.addMany('Split', [x, build.ints(parts)], parts.length, { axis });
  const squeezed = sizes === '' && intOf(node, 'keepdims', 1) === 0;
  return squeezed ? names.map((name) => build.add('Squeeze', [name, build.ints([axis])])) : names;
}

/** The node that gives the same tensor without the sequence; null: it takes nothing from a sequence that is known. */
function takenFrom(
  node: OnnxNode,
  sequences: ReadonlyMap<string, readonly string[]>,
  known: KnownValues,
  build: GraphBuilder,
): OnnxNode | null {
  const list = sequences.get(node.inputs[0] ?? '');
  if (list === undefined) return null;
  const same = (from: string): OnnxNode => ({ ...node, op: 'Identity', inputs: [from], attributes: new Map() });
  switch (node.op) {
    case 'SequenceLength':
      return same(build.int(list.length));
    case 'SequenceAt': {
      const at = placeIn(list.length, node.inputs[1] ?? '', 0, known);
      return at === null ? null : same(list[at]!);
    }
    case 'ConcatFromSequence': {
      if (list.length === 0) return null;
      const axis = intOf(node, 'axis', 0);
      const stacked = intOf(node, 'new_axis', 0) === 1;
      const parts = stacked ? list.map((name) => build.add('Unsqueeze', [name, build.ints([axis])])) : list;
      return { ...node, op: 'Concat', inputs: parts, attributes: new Map([['axis', { kind: 'int', value: axis }]]) };
    }
    default:
      return null;
  }
}
