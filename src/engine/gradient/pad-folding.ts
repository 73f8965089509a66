import type { GraphBuilder } from '../graph/graph-builder.ts';
import { formula, range, sizeOf } from './formula.ts';

export interface Padding {
  /** Shape before padding. */
  readonly dims: readonly number[];
  /** Elements added at the beginning and end of each axis; below zero: taken away. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** `constant`, `reflect`, `edge` or `wrap`. */
  readonly mode: string;
}

/**
 * The adjoint of Pad: the gradient of the padded tensor, with what belongs to copies added to the elements they were made of.
 * @returns a value of shape `dims`.
 */
export function foldPadding(build: GraphBuilder, dy: string, { dims, before, after, mode }: Padding): string {
  if (mode === 'constant') return cutPadding(build, dy, { dims, before, after, mode });
  const f = formula(build);
  const own = dims.map((size, axis) => size + before[axis]! + after[axis]!);
  let folded = dy;
  dims.forEach((size, axis) => {
    const length = own[axis]!;
    if (before[axis] === 0 && after[axis] === 0) return;
    // One matrix an axis: place k of the padded axis comes from place `source` of the input.
    const matrix = new Float32Array(size * length);
    for (let k = 0; k < length; k++) matrix[source(mode, k - before[axis]!, size) * length + k] = 1;
    const flat = f.reshape(folded, [sizeOf(own.slice(0, axis)), length, sizeOf(own.slice(axis + 1))]);
    own[axis] = size;
    folded = f.reshape(f.matmul(build.floats(matrix, [size, length]), flat), own);
  });
  return folded;
}

/** Negative pads cut elements off, which then have no gradient: zeros are added there. */
function cutPadding(build: GraphBuilder, dy: string, { dims, before, after }: Padding): string {
  if ([...before, ...after].every((one) => one === 0)) return dy;
  if ([...before, ...after].some((one) => one < 0)) {
    return build.add('Pad', [dy, build.ints([...before, ...after].map((one) => -one))]);
  }
  const axes = range(dims.length).filter((axis) => before[axis] !== 0 || after[axis] !== 0);
  const from = axes.map((axis) => before[axis]!);
  const to = axes.map((axis) => before[axis]! + dims[axis]!);
  return build.add('Slice', [dy, build.ints(from), build.ints(to), build.ints(axes)]);
}

function source(mode: string, place: number, size: number): number {
  if (mode === 'edge') return Math.min(Math.max(place, 0), size - 1);
  if (mode === 'wrap') return ((place % size) + size) % size;
  const period = Math.max(1, 2 * (size - 1));
  const folded = ((place % period) + period) % period;
  return folded < size ? folded : period - folded;
}
