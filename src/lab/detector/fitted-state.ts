import { Fault } from '../../core/fault.ts';

/** Numbers with their shape, as fitted. */
export interface FittedArray {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

/** What a detector learnt, by name. Nothing but numbers, so that it can be saved, signed and compared. */
export type FittedState = Readonly<Record<string, FittedArray>>;

export function fittedArray(data: ArrayLike<number>, dims: readonly number[] = [data.length]): FittedArray {
  return { dims, data: Float64Array.from(data) };
}

/**
 * An entry of a state, which may come from a file that anybody wrote.
 * @param dims the shape that it must have; null where any length will do
 * @throws Fault `ERR_CONFIG` when it is not there or has another shape
 */
export function fitted(state: FittedState, name: string, dims: readonly (number | null)[]): FittedArray {
  const value = Object.hasOwn(state, name) ? state[name] : undefined;
  const fits =
    value !== undefined &&
    value.dims.length === dims.length &&
    value.dims.every((length, axis) => length > 0 && (dims[axis] === null || dims[axis] === length)) &&
    value.data.length === value.dims.reduce((product, length) => product * length, 1);
  if (fits) return value;
  const wanted = dims.map((length) => length ?? 'any').join(' x ');
  throw new Fault('ERR_CONFIG', `The fitted numbers of this detector have no "${name}" of ${wanted}.`, {
    where: `state.${name}`,
    hint: 'The thresholds were made for another model, detector or version; calibrate again.',
  });
}
