import { Fault } from '../../core/fault.ts';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { floatsOf, intOf, intsOf } from './attributes.ts';
import { place } from './check-onnx.ts';
import { isAlwaysTrue } from './unroll-loops.ts';

/** Numbers that one operator may be told, by constants of the file, to make: 1 GiB of float32. */
const MAX_MADE = 2 ** 28;
/** Rounds of a loop that nothing but its count ends. */
const MAX_ROUNDS = 1_000_000;
/** Constants of shapes and counts are short; longer ones are no shapes. */
export const MAX_LENGTH = 64;
const MAX_STEPS = 16;

/** Numbers of a constant; undefined: it is none, or depends on what the network computes. */
type Constants = (name: string) => readonly number[] | undefined;

/**
 * Refuses what a small file can say to keep a machine busy for ever or fill its memory: loops whose constant count is huge, and
 * operators whose constant shape, counts or margins are. What a network computes before it asks for it is not seen here.
 * @throws Fault `ERR_MODEL_UNSUPPORTED` that names the node
 */
export function assertAffordable(model: OnnxModel): void {
  assertGraph(model.graph, () => undefined);
}

function assertGraph(graph: OnnxGraph, outer: Constants): void {
  const sources = new Map<string, OnnxNode>();
  for (const node of graph.nodes) for (const name of node.outputs) sources.set(name, node);
  const constants: Constants = (name) => {
    let at = name;
    for (let step = 0; step < MAX_STEPS; step++) {
      const tensor = graph.initializers.get(at);
      if (tensor !== undefined) return numbersOf(tensor);
      const source = sources.get(at);
      if (source === undefined) return outer(at);
      if (source.op === 'Constant') return ofConstant(source);
      if (!HANDS_ON.has(source.op)) return undefined;
      at = source.inputs[0] ?? '';
    }
    return undefined;
  };
  for (const node of graph.nodes) {
    if (node.domain === '') {
      if (node.op === 'Loop') assertLoop(node, constants);
      const made = madeBy(node, constants);
      if (made > MAX_MADE) {
        throw new Fault(
          'ERR_MODEL_UNSUPPORTED',
          `Constants of the file ask ${node.op} for more than 1 GiB of numbers.`,
          {
            where: place(node),
            hint: 'Nothing of this size is made for a file; export the model with smaller shapes.',
          },
        );
      }
    }
    for (const attribute of node.attributes.values()) {
      if (attribute.kind === 'graph') assertGraph(attribute.value, constants);
      else if (attribute.kind === 'graphs') for (const one of attribute.value) assertGraph(one, constants);
    }
  }
}

function assertLoop(node: OnnxNode, constants: Constants): void {
  const [rounds = '', condition = ''] = node.inputs;
  const body = node.attributes.get('body');
  const count = rounds === '' ? Infinity : constants(rounds)?.[0];
  if (count === undefined || count <= MAX_ROUNDS || body?.kind !== 'graph') return;
  // Exporters give a loop that a condition ends the largest number there is.
  if (condition !== '' && constants(condition)?.[0] === 0) return;
  if (!isAlwaysTrue(body.value, { numberOf: (name) => constants(name)?.[0] })) return;
  throw new Fault(
    'ERR_MODEL_UNSUPPORTED',
    count === Infinity
      ? 'A loop never ends: it has no count, and its condition is always true.'
      : `A loop runs ${count.toLocaleString('en')} times, and nothing ends it before.`,
    { where: place(node), hint: `At most ${MAX_ROUNDS.toLocaleString('en')} rounds are run.` },
  );
}

/** Lower bound of the numbers that a node makes, from its constants alone; 0 where they say nothing. */
function madeBy(node: OnnxNode, constants: Constants): number {
  const input = (at: number): readonly number[] => constants(node.inputs[at] ?? '') ?? [];
  switch (node.op) {
    case 'ConstantOfShape':
      return product(input(0));
    case 'Expand':
    case 'Tile':
    case 'CenterCropPad':
    case 'Col2Im':
      return product(input(1));
    case 'MaxUnpool':
      return product(input(2));
    case 'Resize':
      return Math.max(product(input(3)), product(input(2)));
    case 'Range': {
      const [start = 0, limit = 0, step = 1] = [input(0)[0], input(1)[0], input(2)[0]];
      return step === 0 ? 0 : Math.max(0, (limit - start) / step);
    }
    case 'OneHot':
    case 'DFT':
      return Math.abs(input(1)[0] ?? 0);
    case 'HannWindow':
    case 'HammingWindow':
    case 'BlackmanWindow':
      return Math.abs(input(0)[0] ?? 0);
    case 'STFT':
      return Math.abs(input(3)[0] ?? 0);
    case 'MelWeightMatrix':
      return Math.abs(input(0)[0] ?? 0) * Math.abs(input(1)[0] ?? 0);
    case 'RandomNormal':
    case 'RandomUniform':
      return product(intsOf(node, 'shape', []));
    case 'RoiAlign':
      // Samples of one region, which the runtime lays out before it adds them up.
      return (
        Math.max(0, intOf(node, 'sampling_ratio', 0)) ** 2 *
        Math.abs(intOf(node, 'output_height', 1) * intOf(node, 'output_width', 1))
      );
    case 'Pad':
      return margins(input(1));
    case 'Upsample':
      return product(floatsOf(node, 'scales', []));
    default:
      return Math.max(margins(intsOf(node, 'pads', [])), product(intsOf(node, 'output_shape', [])));
  }
}

function product(lengths: readonly number[]): number {
  return lengths.length === 0 ? 0 : lengths.reduce((size, length) => size * Math.abs(length), 1);
}

/** What margins (before every axis, then behind) make of axes of length 0 that become at least 1. */
function margins(pads: readonly number[]): number {
  const axes = pads.length / 2;
  if (!Number.isInteger(axes)) return 0;
  return product(pads.slice(0, axes).map((before, axis) => Math.max(1, before + pads[axes + axis]!)));
}

/** Operators behind which a shape's numbers are the same. */
const HANDS_ON: ReadonlySet<string> = new Set(['Identity', 'Cast', 'Unsqueeze', 'Squeeze', 'Reshape', 'Flatten']);

function numbersOf({ data }: OnnxTensor): readonly number[] | undefined {
  return data === null || data.length > MAX_LENGTH ? undefined : Array.from(data as ArrayLike<number | bigint>, Number);
}

function ofConstant({ attributes }: OnnxNode): readonly number[] | undefined {
  for (const [name, attribute] of attributes) {
    if (name === 'value' && attribute.kind === 'tensor') return numbersOf(attribute.value);
    if (attribute.kind === 'int' || attribute.kind === 'float') return [Number(attribute.value)];
    if (attribute.kind === 'ints' || attribute.kind === 'floats') return attribute.value.map(Number);
  }
  return undefined;
}
