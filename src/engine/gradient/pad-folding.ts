import type { GraphBuilder } from '../graph/graph-builder.ts';
import { range } from './formula.ts';

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
  const own = dims.map((size, axis) => size + before[axis]! + after[axis]!);
  let folded = dy;
  dims.forEach((size, axis) => {
    if (before[axis] === 0 && after[axis] === 0) return;
    const parts = runs(mode, own[axis]!, before[axis]!, size).map((run) =>
      takeRun(build, folded, run, axis, own, size),
    );
    own[axis] = size;
    folded = parts.length === 1 ? parts[0]! : build.add('Sum', parts);
  });
  return folded;
}

/** Places `from` to `from + length - 1` of a padded axis, and where the first of them came from; the next ones from `step` further on. */
interface Run {
  readonly from: number;
  readonly source: number;
  readonly step: 1 | 0 | -1;
  length: number;
}

/** A padded axis in as few runs as there are: nothing is made that grows with the square of its length (sound has 44,100 places a second). */
function runs(mode: string, length: number, before: number, size: number): readonly Run[] {
  const found: Run[] = [];
  let last: Run | undefined;
  for (let place = 0; place < length; place++) {
    const here = source(mode, place - before, size);
    if (last !== undefined && here === last.source + last.step * last.length) {
      last.length += 1;
      continue;
    }
    const next = place + 1 < length ? source(mode, place + 1 - before, size) - here : 1;
    last = { from: place, source: here, step: next === -1 || next === 0 ? next : 1, length: 1 };
    found.push(last);
  }
  return found;
}

/** The gradient of one run, brought to where it belongs on an axis of `size` places: zeros elsewhere. */
function takeRun(
  build: GraphBuilder,
  dy: string,
  { from, source: at, step, length }: Run,
  axis: number,
  shape: readonly number[],
  size: number,
): string {
  const axes = build.ints([axis]);
  const back = step === -1;
  const [start, end] = back ? [from + length - 1, from - 1] : [from, from + length];
  // An end before the first place is said by one that no axis reaches.
  const bounds = [build.ints([start]), build.ints([end < 0 ? -(2 ** 31) : end]), axes, build.ints([back ? -1 : 1])];
  let part = build.add('Slice', [dy, ...bounds]);
  if (step === 0 && length > 1) part = build.add('ReduceSum', [part, axes], { keepdims: 1 });
  const first = back ? at - length + 1 : at;
  const count = step === 0 ? 1 : length;
  if (first === 0 && count === size) return part;
  const pads = [
    ...shape.map((_, one) => (one === axis ? first : 0)),
    ...shape.map((_, one) => (one === axis ? size - first - count : 0)),
  ];
  return build.add('Pad', [part, build.ints(pads)]);
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
