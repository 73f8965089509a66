import { type BoundedNetwork, evaluateNetwork, outputSize } from './bounded-network.ts';
import { type Arithmetic, boundBackward, boundNetwork, type NetworkBounds } from './crown.ts';
import { descend } from './falsify.ts';
import { gradientRange } from './gradient-range.ts';
import { optimiseSlopes } from './optimise-slopes.ts';
import { type InputRegion, lowestPoint } from './input-region.ts';
import { caseDistance, type UnsafeRegion } from './unsafe-region.ts';

export type SplitOutcome =
  | { readonly verdict: 'holds'; readonly boxes: number }
  | { readonly verdict: 'violated'; readonly boxes: number }
  | { readonly verdict: 'unknown'; readonly boxes: number; readonly reason: string };

/** Of the descent from the best point of a box. */
const STEPS = 8;

/** Of slope optimisation for a constraint that plain bounds do not rule out. */
const ROUNDS = 4;

interface Task {
  readonly box: InputRegion;
  /** Indices of the cases that are not ruled out yet. */
  readonly open: readonly number[];
  readonly parent: NetworkBounds | undefined;
}

export interface SplitOptions {
  readonly mostBoxes: number;
  readonly arithmetic: Arithmetic;
  readonly expired: () => boolean;
}

/**
 * Branch and bound over the inputs: a box whose bounds do not rule out every case is halved along the input that moves the bound most.
 * Complete for networks with few inputs, up to the limits given. Depth first, so that memory stays small; of two halves the one whose middle is
 * nearer to an unsafe output first. From the nearest point of each box a few steps of descent are tried. A box that cannot be halved any further, at an output on
 * the very edge of being unsafe, is left aside while others are searched.
 * @param accept decides whether an unsafe candidate counts
 */
export async function splitInputs(
  network: BoundedNetwork,
  region: UnsafeRegion,
  { mostBoxes, arithmetic, expired }: SplitOptions,
  accept: (x: Float64Array) => Promise<boolean>,
): Promise<SplitOutcome> {
  const stack: Task[] = [{ box: region.box, open: region.cases.map((_, i) => i), parent: undefined }];
  let boxes = 0;
  let stuck = false;
  while (stack.length > 0) {
    if (expired()) return { verdict: 'unknown', boxes, reason: 'out of time' };
    if (boxes >= mostBoxes) return { verdict: 'unknown', boxes, reason: `more than ${mostBoxes} boxes` };
    const task = stack.pop()!;
    boxes++;
    const bounds = boundNetwork(network, task.box, {
      arithmetic,
      ...(task.parent === undefined ? {} : { known: task.parent }),
    });
    const open = openCases(network, bounds, region, task.open);
    if (open.length === 0) continue;
    let nearest: { readonly x: Float64Array; readonly index: number; readonly distance: number } | undefined;
    for (const x of candidates(task.box, open)) {
      const output = evaluateNetwork(network, x).at(-1)!;
      for (const { index } of open) {
        const distance = caseDistance(region.cases[index]!, output);
        if (distance <= 0 && (await accept(x))) return { verdict: 'violated', boxes };
        if (nearest === undefined || distance < nearest.distance) nearest = { x, index, distance };
      }
    }
    // Steps as wide as the box may leave it, for the region around it.
    const width = task.box.high.map((value, i) => value - task.box.low[i]!);
    const from = nearest!.x.slice();
    const limits = { width, steps: STEPS, expired };
    if (await descend(network, region.box, region.cases[nearest!.index]!, from, limits, accept))
      return { verdict: 'violated', boxes };
    const halves = halve(
      task.box,
      open.map(({ row, slopes }) => splitScores(task.box, slopes, gradientRange(network, bounds, row))),
    );
    if (halves === null) {
      stuck = true;
      continue;
    }
    const indices = open.map(({ index }) => index);
    const distances = halves.map((box) => {
      const output = evaluateNetwork(network, middleOf(box)).at(-1)!;
      return Math.min(...indices.map((index) => caseDistance(region.cases[index]!, output)));
    });
    const order = distances[0]! < distances[1]! ? [halves[1], halves[0]] : halves;
    for (const box of order) stack.push({ box, open: indices, parent: bounds });
  }
  if (stuck) return { verdict: 'unknown', boxes, reason: 'a box cannot be halved any further' };
  return { verdict: 'holds', boxes };
}

function middleOf(box: InputRegion): Float64Array {
  return box.low.map((value, i) => value / 2 + box.high[i]! / 2);
}

/** A case that bounds do not rule out. */
interface OpenCase {
  readonly index: number;
  /** Coefficients of its most promising constraint. */
  readonly row: Float64Array;
  /** Slopes of that constraint's bound by the inputs. */
  readonly slopes: Float64Array;
}

/** Those of the cases that the bounds do not rule out. */
export function openCases(
  network: BoundedNetwork,
  bounds: NetworkBounds,
  region: UnsafeRegion,
  indices: readonly number[],
  through: 'lines' | 'intervals' = 'lines',
): readonly OpenCase[] {
  const size = outputSize(network);
  const inputs = region.box.low.length;
  const rows = indices.flatMap((index) => region.cases[index]!.map(({ coefficients }) => coefficients));
  const flat = new Float64Array(rows.length * size);
  rows.forEach((row, r) => flat.set(row, r * size));
  const result = boundBackward(network, bounds, network.steps.length - 1, flat, rows.length, undefined, through);
  let at = 0;
  return indices.flatMap((index) => {
    const constraints = region.cases[index]!;
    // A case without a constraint is unsafe whatever the output: nothing rules it out.
    if (constraints.length === 0) return [{ index, row: new Float64Array(size), slopes: new Float64Array(inputs) }];
    const margins = constraints.map(({ bound }, k) => result.lower[at + k]! - bound);
    // A margin that could not be computed (NaN) is none: the case stays open.
    const best = Math.max(0, margins.indexOf(Math.max(...margins)));
    const slopes = result.slopes.slice((at + best) * inputs, (at + best + 1) * inputs);
    at += constraints.length;
    // Ruled out: one of the constraints that must all be true is false in the whole box.
    if (margins[best]! > 0) return [];
    const { coefficients: row, bound: goal } = constraints[best]!;
    if (through === 'intervals') return [{ index, row, slopes }];
    const { lower } = optimiseSlopes(network, bounds, row, { rounds: ROUNDS, goal });
    return lower > goal ? [] : [{ index, row, slopes }];
  });
}

/** The middle of the box, and the corners in which the linear bounds are smallest. */
function candidates(box: InputRegion, open: readonly OpenCase[]): readonly Float64Array[] {
  return [middleOf(box), ...open.map(({ slopes }) => lowestPoint(slopes, box))];
}

/** Share of each input in what moves the bound: half by the linear bound's slopes, half by the range of the gradient. */
function splitScores(box: InputRegion, slopes: Float64Array, ranges: Float64Array): Float64Array {
  const weighted = [slopes, ranges].map((list) => list.map((v, i) => Math.abs(v) * (box.high[i]! - box.low[i]!)));
  const [first, second] = weighted.map((list) => list.reduce((sum, v) => sum + v, 1e-300));
  return slopes.map((_, i) => weighted[0]![i]! / first! + weighted[1]![i]! / second!);
}

function halve(box: InputRegion, influence: readonly Float64Array[]): readonly [InputRegion, InputRegion] | null {
  let [axis, most] = [-1, -1];
  for (let i = 0; i < box.low.length; i++) {
    const width = box.high[i]! - box.low[i]!;
    const middle = box.low[i]! + width / 2;
    if (!(middle > box.low[i]! && middle < box.high[i]!)) continue;
    let score = 0;
    for (const list of influence) score += list[i]!;
    if (score > most) [axis, most] = [i, score];
  }
  if (axis === -1) return null;
  const middle = box.low[axis]! + (box.high[axis]! - box.low[axis]!) / 2;
  const [upTo, from] = [box.high.slice(), box.low.slice()];
  upTo[axis] = middle;
  from[axis] = middle;
  return [
    { ...box, high: upTo },
    { ...box, low: from },
  ];
}
