import { type BoundedNetwork, evaluateNetwork, outputSize } from './bounded-network.ts';
import { boundBackward, boundNetwork, type NetworkBounds } from './crown.ts';
import type { Interval } from './relaxation.ts';
import { caseDistance, type UnsafeRegion } from './unsafe-region.ts';

export type SplitOutcome =
  | { readonly verdict: 'holds'; readonly boxes: number }
  | { readonly verdict: 'violated'; readonly boxes: number }
  | { readonly verdict: 'unknown'; readonly boxes: number; readonly reason: string };

interface Task {
  readonly box: Interval;
  /** Indices of the cases that are not ruled out yet. */
  readonly open: readonly number[];
  readonly parent: NetworkBounds | undefined;
}

export interface SplitOptions {
  readonly mostBoxes: number;
  readonly expired: () => boolean;
}

/**
 * Branch and bound over the inputs: a box whose bounds do not rule out every case is halved along the input that moves the bound most.
 * Complete for networks with few inputs, up to the limits given. Depth first, so that memory stays small.
 * @param accept decides whether an unsafe candidate counts
 */
export async function splitInputs(
  network: BoundedNetwork,
  region: UnsafeRegion,
  { mostBoxes, expired }: SplitOptions,
  accept: (x: Float64Array) => Promise<boolean>,
): Promise<SplitOutcome> {
  const stack: Task[] = [{ box: region.box, open: region.cases.map((_, i) => i), parent: undefined }];
  let boxes = 0;
  while (stack.length > 0) {
    if (expired()) return { verdict: 'unknown', boxes, reason: 'out of time' };
    if (boxes >= mostBoxes) return { verdict: 'unknown', boxes, reason: `more than ${mostBoxes} boxes` };
    const task = stack.pop()!;
    boxes++;
    const bounds = boundNetwork(network, task.box, task.parent === undefined ? {} : { known: task.parent });
    const { open, slopes } = stillOpen(network, bounds, region, task.open);
    if (open.length === 0) continue;
    for (const x of candidates(task.box, slopes)) {
      const output = evaluateNetwork(network, x).at(-1)!;
      if (open.some((index) => caseDistance(region.cases[index]!, output) <= 0) && (await accept(x)))
        return { verdict: 'violated', boxes };
    }
    const halves = halve(task.box, slopes);
    if (halves === null) return { verdict: 'unknown', boxes, reason: 'a box cannot be halved any further' };
    for (const box of halves) stack.push({ box, open, parent: bounds });
  }
  return { verdict: 'holds', boxes };
}

/** Cases that the bounds do not rule out, and for each the slopes of its most promising constraint by the inputs. */
function stillOpen(
  network: BoundedNetwork,
  bounds: NetworkBounds,
  region: UnsafeRegion,
  indices: readonly number[],
): { readonly open: readonly number[]; readonly slopes: readonly Float64Array[] } {
  const size = outputSize(network);
  const inputs = region.box.low.length;
  const rows: Float64Array[] = [];
  for (const index of indices) for (const { coefficients } of region.cases[index]!) rows.push(coefficients);
  const flat = new Float64Array(rows.length * size);
  rows.forEach((row, r) => flat.set(row, r * size));
  const result = boundBackward(network, bounds, network.steps.length - 1, flat, rows.length);
  const open: number[] = [];
  const slopes: Float64Array[] = [];
  let at = 0;
  for (const index of indices) {
    let [best, row] = [Number.NEGATIVE_INFINITY, at];
    for (const { bound } of region.cases[index]!) {
      const margin = result.lower[at]! - bound;
      if (margin > best) [best, row] = [margin, at];
      at++;
    }
    // Ruled out: one of the constraints that must all be true is false in the whole box.
    if (best > 0) continue;
    open.push(index);
    slopes.push(result.slopes.slice(row * inputs, (row + 1) * inputs));
  }
  return { open, slopes };
}

/** The middle of the box, and the corners in which the linear bounds are smallest. */
function candidates(box: Interval, slopes: readonly Float64Array[]): readonly Float64Array[] {
  const middle = box.low.map((value, i) => value / 2 + box.high[i]! / 2);
  return [middle, ...slopes.map((slope) => slope.map((value, i) => (value > 0 ? box.low[i]! : box.high[i]!)))];
}

function halve(box: Interval, slopes: readonly Float64Array[]): readonly [Interval, Interval] | null {
  let [axis, most] = [-1, -1];
  for (let i = 0; i < box.low.length; i++) {
    const width = box.high[i]! - box.low[i]!;
    const middle = box.low[i]! + width / 2;
    if (!(middle > box.low[i]! && middle < box.high[i]!)) continue;
    let score = 1e-9 * width;
    for (const slope of slopes) score += Math.abs(slope[i]!) * width;
    if (score > most) [axis, most] = [i, score];
  }
  if (axis === -1) return null;
  const middle = box.low[axis]! + (box.high[axis]! - box.low[axis]!) / 2;
  const [upTo, from] = [box.high.slice(), box.low.slice()];
  upTo[axis] = middle;
  from[axis] = middle;
  return [
    { low: box.low, high: upTo },
    { low: from, high: box.high },
  ];
}
