import { Fault } from '../core/fault.ts';
import type { OnnxElementType, OnnxModel, OnnxValue } from '../formats/onnx/onnx-model.ts';
import { zeros } from './graph/specialise.ts';
import type { Tensor } from './onnx-runtime.ts';

/** What the other inputs of a network hold: one number for all places, or the numbers in order. */
export type ConstantInputs = Readonly<Record<string, number | readonly number[]>>;

/** Most numbers of one input. */
const MOST = 100_000_000;

/**
 * Constants for inputs that are not attacked, in the type and shape that the file says. Axes that it leaves open have the length 1; of a list, the
 * last open one has what the numbers leave.
 * @throws Fault `ERR_USAGE` with the input's name
 */
export function constantInputs({ graph }: OnnxModel, given: ConstantInputs): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    Object.entries(given).map(([name, values]) => {
      const port = graph.inputs.find((one) => one.name === name);
      if (port === undefined) {
        const names = graph.inputs.map((one) => one.name).join(', ');
        throw new Fault('ERR_USAGE', 'The model has no such input.', { where: name, hint: `Its inputs: ${names}.` });
      }
      return [name, constantInput(port, values)];
    }),
  );
}

function constantInput({ name, type, shape }: OnnxValue, values: number | readonly number[]): Tensor {
  const refuse = (message: string): never => {
    throw new Fault('ERR_USAGE', message, { where: name });
  };
  if (type === null || type === 'string') return refuse('Only inputs of numbers can be given a constant.');
  const dims = dimsOf(shape ?? [], typeof values === 'number' ? null : values.length);
  const count = dims.reduce((product, length) => product * length, 1);
  if (count > MOST) return refuse(`An input of ${count} numbers is too large for a constant.`);
  if (typeof values !== 'number' && values.length !== count)
    return refuse(`${values.length} numbers were given; the input is ${dims.join(' x ') || 'one number'}.`);
  const kind = FLOATS.has(type) ? 'float32' : type;
  const data = zeros(kind as Parameters<typeof zeros>[0], count);
  const big = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let at = 0; at < count; at++) {
    const value = typeof values === 'number' ? values : values[at]!;
    if (big && !Number.isSafeInteger(value)) return refuse('The input holds whole numbers.');
    if (big) data[at] = BigInt(value);
    else data[at] = value;
  }
  return { type: kind, dims, data: data as never };
}

/** Other precisions are computed in float32. */
const FLOATS: ReadonlySet<OnnxElementType> = new Set<OnnxElementType>(['float16', 'bfloat16', 'float64']);

function dimsOf(shape: readonly (number | string | null)[], count: number | null): readonly number[] {
  const dims = shape.map((one) => (typeof one === 'number' ? one : 1));
  const open = shape.findLastIndex((one) => typeof one !== 'number');
  const known = dims.reduce((product, length) => product * length, 1);
  if (count !== null && open >= 0 && known > 0 && count % known === 0) dims[open] = count / known;
  return dims;
}
