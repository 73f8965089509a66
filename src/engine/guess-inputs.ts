import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from '../formats/onnx/onnx-model.ts';
import { intOf } from './graph/attributes.ts';
import { boundedSize } from './graph/bounded-size.ts';
import { castInputs } from './graph/float-input.ts';
import { zeros } from './graph/specialise.ts';
import { prepare } from './graph/prepare.ts';
import { shapeClues } from './input-shape.ts';
import type { PlanOptions } from './model-plan.ts';
import type { Tensor } from './onnx-runtime.ts';

/** Options with which a model can be tried out although nobody said what its inputs are, and what was assumed. */
export interface GuessedInputs {
  readonly options: PlanOptions;
  /** One sentence each. */
  readonly remarks: readonly string[];
}

/** Lengths that are tried for axes that nothing fixes, by the number of axes of a sample. */
const LENGTHS: Readonly<Record<number, readonly number[]>> = {
  // Features, then sound: a frame, a second.
  1: [16, 1, 10, 100, 512, 1280, 16_000],
  2: [16, 32, 64, 128, 100, 10],
  3: [224, 64, 32, 299, 28, 128, 256, 96, 16],
  4: [16, 32, 64, 8],
};
const OTHER_LENGTHS = [8, 16];
const COLOURS = [3, 1];

/**
 * Fills in what `given` leaves open: shapes of open axes, values of other inputs (zeros, and ones for masks). What weights fix (channels of a
 * convolution, features of a matrix product) is read from the graph; lengths that nothing fixes are tried. A network whose inputs are
 * all tokens is cut behind its first embedding, whose output becomes the input; whole numbers that the network turns into floats
 * are taken as floats.
 * @returns candidates, the likeliest first
 */
export function guessInputs(loaded: OnnxModel, given: PlanOptions): readonly GuessedInputs[] {
  const model = prepare(loaded);
  const { graph } = model;
  const remarks: string[] = [];
  const floats = graph.inputs.filter(({ type }) => type === 'float32');
  let main =
    graph.inputs.find(({ name }) => name === given.input) ?? (given.input === undefined ? floats[0] : undefined);
  if (main === undefined && given.input !== undefined) return [insideGuess(model, given, given.input)];
  if (main === undefined) {
    const embedded = cutAtEmbedding(model, given) ?? cutAtOneHot(model, given);
    if (embedded !== null) return [embedded];
    const cast = castInputs(graph);
    main = graph.inputs.find(({ name }) => name === cast[0]);
    if (main === undefined) return [];
  }
  const port = main;
  if (port.type !== 'float32') {
    remarks.push(
      `The input ${port.name} is ${port.type}: the network turns it into floats, and the gradient is by these, in the same units.`,
    );
  }
  const others = graph.inputs.filter((one) => one !== port && given.constants?.[one.name] === undefined);
  if (others.length > 0) {
    const list = others.map(({ name }) => name).join(', ');
    remarks.push(`Differentiated by the input ${port.name}; the others are constant: ${list}.`);
  }
  return sampleShapes(graph, port, given.inputShape).map(({ shape, guessed }) => {
    // Axes of one name have one length.
    const named = new Map<string, number>();
    port.shape?.slice(1).forEach((one, axis) => {
      if (typeof one === 'string') named.set(one, shape[axis]!);
    });
    const constants = { ...fillAll(graph, others, named, shape), ...given.constants };
    const said = guessed ? [`The file leaves the input's shape open; ${shape.join(' x ')} was used.`] : [];
    return {
      options: { ...given, input: port.name, constants, ...(guessed ? { inputShape: shape } : {}) },
      remarks: [...remarks, ...said],
    };
  });
}

/** A value inside the network: its shape is what was given, or what the operators behind it say. */
function insideGuess(model: OnnxModel, given: PlanOptions, name: string): GuessedInputs {
  const { graph } = model;
  const constants = { ...fillAll(graph, graph.inputs, new Map(), []), ...given.constants };
  if (given.inputShape !== undefined) return { options: { ...given, constants }, remarks: [] };
  const { rank, lengths } = shapeClues(graph, name, null);
  if (rank === null) return { options: { ...given, constants }, remarks: [] };
  const inputShape = Array.from({ length: rank - 1 }, (_, axis) => lengths.get(axis + 1) ?? TOKENS);
  const remarks = [`The shape of ${name} is taken from what reads it: ${inputShape.join(' x ')}.`];
  return { options: { ...given, constants, inputShape }, remarks };
}

interface Shape {
  readonly shape: readonly number[];
  readonly guessed: boolean;
}

/** Shapes of one sample that an input may have. */
function sampleShapes(graph: OnnxGraph, port: OnnxValue, given: readonly number[] | undefined): readonly Shape[] {
  if (given !== undefined) return [{ shape: given, guessed: false }];
  const declared = port.shape?.slice(1) ?? null;
  if (declared !== null && declared.every((one) => typeof one === 'number'))
    return [{ shape: declared as readonly number[], guessed: false }];
  const clues = shapeClues(graph, port.name, port.shape);
  const ranks = declared !== null ? [declared.length] : clues.rank !== null ? [clues.rank - 1] : [1, 3, 2];
  return ranks.flatMap((rank) => {
    const known = Array.from({ length: rank }, (_, axis) => {
      const said = declared?.[axis];
      return typeof said === 'number' ? said : (clues.lengths.get(axis + 1) ?? null);
    });
    const open = known.filter((one) => one === null).length;
    if (open === 0) return [{ shape: known as readonly number[], guessed: true }];
    const lengths = LENGTHS[rank] ?? OTHER_LENGTHS;
    // A picture whose channels nothing fixes: they come first, or last.
    if (rank === 3 && open === 3) {
      const places = clues.channels === null ? [0, 2] : [clues.channels - 1];
      return COLOURS.flatMap((colours) =>
        places.flatMap((place) =>
          lengths.map((length) => ({
            shape: known.map((_, axis) => (axis === place ? colours : length)),
            guessed: true,
          })),
        ),
      );
    }
    return lengths.map((length) => ({ shape: known.map((one) => one ?? length), guessed: true }));
  });
}

const TOKENS = 16;
/** How exporters of language models call the length of what came before. */
const PAST = /^past(_[a-z]+)*$/;

function fillAll(
  graph: OnnxGraph,
  values: readonly OnnxValue[],
  named: ReadonlyMap<string, number>,
  like: readonly number[],
): Record<string, Tensor> {
  // What is the first axis of one input is the batch of all, also where it is not the first: [layers, batch, features].
  const batches = new Set(graph.inputs.map(({ shape }) => shape?.[0]));
  return Object.fromEntries(
    values.map((value) => {
      const { lengths, rank } = shapeClues(graph, value.name, value.shape);
      const declared: readonly (number | string | null)[] =
        value.shape ?? Array.from({ length: rank ?? 1 }, () => null);
      const dims = declared.map((one, axis) => {
        if (typeof one === 'number') return one;
        if (axis === 0 || (typeof one === 'string' && batches.has(one))) return 1;
        // States of recurrent layers: [layers, batch, features].
        if (one === null && axis === 1 && declared.length === 3 && typeof declared[0] === 'number') return 1;
        // Nothing came before: what the tokens are attended with is as long as they are.
        if (typeof one === 'string' && PAST.test(one)) return 0;
        const same = like.length === declared.length - 1 ? like[axis - 1] : undefined;
        return (one === null ? undefined : named.get(one)) ?? lengths.get(axis) ?? same ?? TOKENS;
      });
      const filled = fill(value, dims);
      return [value.name, isLengths(graph, value.name) ? everyStep(filled, like[0] ?? TOKENS) : filled];
    }),
  );
}

/** Numbers in a row of a table of few bits: as many as its scales stand for, or as its bytes hold. */
function unpackedWidth({ initializers }: OnnxGraph, node: OnnxNode, dims: readonly number[]): number {
  const bits = intOf(node, 'bits', 4);
  const type = initializers.get(node.inputs[0] ?? '')?.type;
  const row = dims.slice(1).reduce((size, one) => size * one, 1);
  return type === 'uint8' ? (row * 8) / bits : row;
}

/** How exporters of speech networks call the samples of sound in a second. */
const RATE = /^(sr|sample_?rate|sampling_?rate)$/i;

const LAYERS_WITH_LENGTHS: ReadonlySet<string> = new Set(['LSTM', 'GRU', 'RNN']);

/** Between lengths and the layer that reads them: they may be sorted. */
const MOVES_LENGTHS: ReadonlySet<string> = new Set(
  'Cast Identity TopK Gather Squeeze Unsqueeze Reshape Slice'.split(' '),
);

/** Whether an input says how long the sequences of a recurrent layer are. */
function isLengths(graph: OnnxGraph, input: string): boolean {
  const names = new Set([input]);
  for (const node of graph.nodes) {
    if (MOVES_LENGTHS.has(node.op) && names.has(node.inputs[0] ?? '')) for (const name of node.outputs) names.add(name);
    if (LAYERS_WITH_LENGTHS.has(node.op) && names.has(node.inputs[4] ?? '')) return true;
  }
  return false;
}

/** Lengths of zero would leave nothing of the sequences. */
function everyStep({ type, dims, data }: Tensor, steps: number): Tensor {
  if (data instanceof BigInt64Array) data.fill(BigInt(steps));
  else if (data instanceof Int32Array) data.fill(steps);
  return { type, dims, data };
}

function fill({ name, type }: OnnxValue, dims: readonly number[]): Tensor {
  const count = boundedSize(dims, `The input ${JSON.stringify(name)}`);
  if (type === 'string') return { type, dims, data: new Array<string>(count).fill('') as never };
  const kind = type ?? 'float32';
  const data = zeros(kind, count);
  if (kind === 'bool' || name.toLowerCase().includes('mask')) {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(1n);
    else data.fill(1);
  } else if (kind === 'float32') (data as Float32Array).fill(0.5);
  else if (count === 1 && RATE.test(name)) data[0] = data instanceof BigInt64Array ? 16_000n : (16_000 as never);
  return { type: kind, dims, data };
}

/**
 * The first value that ids are looked up for in a table of vectors, dequantised where the table is of whole numbers. Ids that were only
 * cast are looked for first, then ones that were computed with (Keras adds the table's length to negative ones).
 */
function cutAtEmbedding(model: OnnxModel, given: PlanOptions): GuessedInputs | null {
  return cutBehind(model, given, CASTS) ?? cutBehind(model, given, ID_ARITHMETIC);
}

/** Reshape: GPT-2 brings its ids into the shape that they have. */
const CASTS: ReadonlySet<string> = new Set(['Cast', 'Identity', 'Reshape']);
const ID_ARITHMETIC: ReadonlySet<string> = new Set(
  'Cast Identity Reshape Add Sub Mul Mod Less Not Where Clip'.split(' '),
);

/** For values that operators of `keep` alone make of an input: that input. */
function followed(graph: OnnxGraph, keep: ReadonlySet<string>): ReadonlyMap<string, OnnxValue> {
  const found = new Map(graph.inputs.map((value) => [value.name, value]));
  for (const node of graph.nodes) {
    if (!keep.has(node.op)) continue;
    const source = node.inputs.map((name) => found.get(name)).find((one) => one !== undefined);
    if (source !== undefined) found.set(node.outputs[0] ?? '', source);
  }
  return found;
}

function cutBehind(model: OnnxModel, given: PlanOptions, keep: ReadonlySet<string>): GuessedInputs | null {
  const { graph } = model;
  const ids = followed(graph, keep);
  for (const node of graph.nodes) {
    const fused = node.op === 'EmbedLayerNormalization';
    const [table, index] = fused ? [node.inputs[2], node.inputs[0]] : [node.inputs[0], node.inputs[1]];
    const port = ids.get(index ?? '');
    const packed = node.op === 'GatherBlockQuantized';
    if ((!fused && !packed && node.op !== 'Gather') || port === undefined) continue;
    const vectors = graph.initializers.get(table ?? '');
    if (vectors === undefined || vectors.dims.length < 2 || (!packed && vectors.dims.length !== 2)) continue;
    const output = node.outputs[0]!;
    const real = packed || vectors.type === 'float32';
    const reader = real
      ? undefined
      : graph.nodes.find(({ op, inputs }) => op === 'DequantizeLinear' && inputs[0] === output);
    const input = real ? output : reader?.outputs[0];
    if (input === undefined) continue;
    const constants = { ...fillAll(graph, graph.inputs, new Map(), []), ...given.constants };
    const places = constants[port.name]!.dims.slice(1);
    const width = packed ? unpackedWidth(graph, node, vectors.dims) : vectors.dims[1]!;
    const inputShape = given.inputShape ?? [...places, width];
    const remarks = [
      `All inputs are tokens: differentiated by the embedding ${input} of ${places.join(' x ')} tokens.`,
    ];
    return { options: { ...given, input, inputShape, constants }, remarks };
  }
  return null;
}

/** Ids on their way to rows with a one at their place: they get an axis, and are spread over it. */
const TO_ONE_HOT: ReadonlySet<string> = new Set('Cast Identity Reshape Unsqueeze Expand Tile'.split(' '));

/** The rows with a one at the place of each id: by OneHot, or by comparing ids with all places (JAX). */
function cutAtOneHot(model: OnnxModel, given: PlanOptions): GuessedInputs | null {
  const { graph } = model;
  const ids = followed(graph, TO_ONE_HOT);
  for (const node of graph.nodes) {
    const [first = '', second = ''] = node.inputs;
    const port = ids.get(first) ?? ids.get(second);
    if (port === undefined) continue;
    const places = ids.has(first) ? second : first;
    const width = node.op === 'Equal' ? placesIn(graph, places) : node.op === 'OneHot' ? depthOf(graph, second) : null;
    if (width === null) continue;
    const cast = graph.nodes.find(({ op, inputs }) => op === 'Cast' && inputs[0] === node.outputs[0]);
    const input = cast?.outputs[0] ?? (node.op === 'OneHot' ? node.outputs[0] : undefined);
    if (input === undefined) continue;
    const constants = { ...fillAll(graph, graph.inputs, new Map(), []), ...given.constants };
    const length = constants[port.name]!.dims.slice(1);
    const inputShape = given.inputShape ?? [...length, width];
    const remarks = [
      `All inputs are whole numbers that become rows with a one at their place: differentiated by these, ${input}, ${inputShape.join(' x ')}.`,
    ];
    return { options: { ...given, input, inputShape, constants }, remarks };
  }
  return null;
}

/** Numbers 0, 1, 2, … along the last axis: how many. */
function placesIn({ initializers }: OnnxGraph, name: string): number | null {
  const tensor = initializers.get(name);
  const width = tensor?.dims.at(-1) ?? 0;
  const data = tensor?.data;
  if (width < 2 || data === undefined || data === null || data.length !== width) return null;
  return Array.from(data as ArrayLike<number | bigint>, Number).every((one, at) => one === at) ? width : null;
}

function depthOf({ initializers }: OnnxGraph, name: string): number | null {
  const data = initializers.get(name)?.data;
  return data === undefined || data === null || data.length !== 1 ? null : Number(data[0]);
}
