import { Fault } from '../../../core/fault.ts';

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Distance in the flat array between neighbours along each axis. */
export function strides(shape: readonly number[]): readonly number[] {
  const result = new Array<number>(shape.length);
  for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
    result[axis] = step;
    step *= shape[axis]!;
  }
  return result;
}

/** An axis that may count from the end. */
export function axisOf(axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis;
  if (from >= 0 && from < Math.max(1, rank)) return from;
  throw new Fault('ERR_MODEL_MALFORMED', `A node of the model names place ${axis}, and there are ${rank}.`, {
    hint: 'Export the model again, and check it with the tool that made it.',
  });
}

/** Shape of an elementwise result under NumPy's rules, or null where the two do not fit. */
export function broadcastShape(a: readonly number[], b: readonly number[]): readonly number[] | null {
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let d = 0; d < rank; d++) {
    const x = a[a.length - rank + d] ?? 1;
    const y = b[b.length - rank + d] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return null;
    shape[d] = x === 1 ? y : x;
  }
  return shape;
}

/** Flat index in an array of shape `from` that element `index` of the broadcast `shape` is taken from. */
export function broadcastIndex(index: number, shape: readonly number[], from: readonly number[]): number {
  let result = 0;
  let step = 1;
  let rest = index;
  for (let d = 1; d <= from.length; d++) {
    const length = shape[shape.length - d]!;
    const own = from[from.length - d]!;
    if (own !== 1) result += (rest % length) * step;
    step *= own;
    rest = Math.floor(rest / length);
  }
  return result;
}

/** The shape that ONNX's Reshape gives: 0 copies a dimension (unless `allowZero`), -1 is what is left. */
export function resolveShape(
  current: readonly number[],
  wanted: readonly number[],
  allowZero: number,
): readonly number[] {
  const shape = wanted.map((length, axis) => (length === 0 && allowZero === 0 ? (current[axis] ?? 0) : length));
  const open = shape.indexOf(-1);
  if (open === -1) return shape;
  const known = shape.reduce((product, length) => (length === -1 ? product : product * length), 1);
  const left = sizeOf(current) / known;
  if (!Number.isInteger(left))
    throw new Fault('ERR_MODEL_MALFORMED', `[${current}] cannot be reshaped to [${wanted}].`);
  shape[open] = left;
  return shape;
}
