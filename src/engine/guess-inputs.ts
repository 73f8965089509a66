import type { OnnxModel, OnnxValue } from '../formats/onnx/onnx-model.ts';
import { zeros } from './graph/specialise.ts';
import { prepare } from './graph/prepare.ts';
import type { PlanOptions } from './model-plan.ts';
import type { Tensor } from './onnx-runtime.ts';

/** Options with which a model can be tried out although nobody said what its inputs are, and what was assumed. */
export interface GuessedInputs {
  readonly options: PlanOptions;
  /** One sentence each. */
  readonly remarks: readonly string[];
}

/** Lengths that are tried for the axes that a file leaves open, by the number of axes without the batch. */
const LENGTHS: Readonly<Record<number, readonly number[]>> = {
  1: [16],
  2: [16],
  3: [224, 64, 32],
  4: [16],
};

/**
 * Fills in what `given` leaves open: shapes of open axes, values of other inputs (zeros, and ones for masks). A network whose inputs are
 * all tokens is cut behind its first embedding, whose output becomes the input.
 * @returns candidates, the likeliest first
 */
export function guessInputs(loaded: OnnxModel, given: PlanOptions): readonly GuessedInputs[] {
  const model = prepare(loaded);
  const inputs = model.graph.inputs;
  const floats = inputs.filter(({ type }) => type === 'float32');
  const main = inputs.find(({ name }) => name === given.input) ?? floats[0];
  if (main === undefined) return [cutAtEmbedding(model, given)].filter((one) => one !== null);
  const remarks: string[] = [];
  const others = inputs.filter((one) => one !== main && given.constants?.[one.name] === undefined);
  if (others.length > 0) {
    const list = others.map(({ name }) => name).join(', ');
    remarks.push(`Differentiated by the input ${main.name}; the others are constant: ${list}.`);
  }
  const open = (main.shape ?? []).slice(1);
  const lengths =
    given.inputShape !== undefined || open.every((one) => typeof one === 'number')
      ? [0]
      : (LENGTHS[open.length] ?? [8]);
  return lengths.map((length) => {
    const shape =
      given.inputShape ?? open.map((one, axis) => (typeof one === 'number' ? one : isChannel(open, axis) ? 3 : length));
    const said = length === 0 ? [] : [`The file leaves the input's shape open; ${shape.join(' x ')} was used.`];
    const constants = { ...fillAll(others), ...given.constants };
    return {
      options: { ...given, input: main.name, constants, ...(length === 0 ? {} : { inputShape: shape }) },
      remarks: [...remarks, ...said],
    };
  });
}

/** The first of three open axes of a picture is taken for the colours. */
function isChannel(axes: readonly unknown[], axis: number): boolean {
  return axes.length === 3 && axis === 0;
}

const TOKENS = 16;

function fillAll(values: readonly OnnxValue[]): Record<string, Tensor> {
  return Object.fromEntries(values.map((value) => [value.name, fill(value)]));
}

function fill({ name, type, shape }: OnnxValue): Tensor {
  const dims = (shape ?? []).map((length, axis) => (typeof length === 'number' ? length : axis === 0 ? 1 : TOKENS));
  const count = dims.reduce((product, length) => product * length, 1);
  const kind = type === null || type === 'string' ? 'float32' : type;
  const data = zeros(kind, count);
  if (kind === 'bool' || name.toLowerCase().includes('mask'))
    (data as { fill(value: number | bigint): unknown }).fill(
      'BYTES_PER_ELEMENT' in data && data instanceof BigInt64Array ? 1n : 1,
    );
  else if (kind === 'float32') (data as Float32Array).fill(0.5);
  return { type: kind, dims, data };
}

function cutAtEmbedding(model: OnnxModel, given: PlanOptions): GuessedInputs | null {
  const { graph } = model;
  const tables = new Set(
    [...graph.initializers]
      .filter(([, { type, dims }]) => type === 'float32' && dims.length === 2)
      .map(([name]) => name),
  );
  const ids = new Map(graph.inputs.map((value) => [value.name, value]));
  // What an id becomes by a cast is still an id.
  for (const node of graph.nodes) {
    const source = ids.get(node.inputs[0] ?? '');
    if (source !== undefined && (node.op === 'Cast' || node.op === 'Identity')) ids.set(node.outputs[0] ?? '', source);
  }
  const found = graph.nodes.find(
    ({ op, inputs }) => op === 'Gather' && tables.has(inputs[0] ?? '') && ids.has(inputs[1] ?? ''),
  );
  if (found === undefined) return null;
  const table = graph.initializers.get(found.inputs[0]!)!;
  const constants = { ...fillAll(graph.inputs), ...given.constants };
  const tokens = constants[ids.get(found.inputs[1]!)!.name]!;
  return {
    options: { ...given, input: found.outputs[0]!, inputShape: [...tokens.dims.slice(1), table.dims[1]!], constants },
    remarks: [
      `All inputs are tokens: differentiated by the embedding ${found.outputs[0]!} of ${tokens.dims.slice(1).join(' x ')} tokens.`,
    ],
  };
}
