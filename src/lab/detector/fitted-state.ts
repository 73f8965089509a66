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

/** An entry of a state. @throws Fault `ERR_CONFIG` when it is not there */
export function fitted(state: FittedState, name: string): FittedArray {
  const value = Object.hasOwn(state, name) ? state[name] : undefined;
  if (value === undefined)
    throw new Fault('ERR_CONFIG', `The fitted numbers of this detector have no "${name}".`, {
      hint: 'The thresholds were made for another detector or version; calibrate again.',
    });
  return value;
}
