import type { Box } from '../norm-ball.ts';

/**
 * The smallest step from `point` onto the plane w·x = w·point - gap within a box, or as far towards it as the box allows when the
 * plane does not meet it (Croce and Hein 2020, arXiv:1907.02044, section 3.1).
 *
 * Every feature can only move in the direction that lowers the gap, by at most its room to the box. The gap closed is a concave, piecewise
 * linear function of the length lambda of the step: with the features that have used up their room set aside, lambda follows from the
 * others; when that uses up more of them, again. Each round sets some aside, so the answer is exact after at most as many rounds as features.
 */
export function stepOntoPlane(
  norm: 'linf' | 'l2' | 'l1',
  point: Float32Array,
  w: Float32Array,
  gap: number,
  box: Box,
): Float64Array {
  const size = point.length;
  const step = new Float64Array(size);
  const up = gap < 0;
  const needed = Math.abs(gap);
  const least = norm === 'l2' ? 1e-8 : 0;
  // Signed room of each feature in its direction; in `step`, which is right as it is when the plane cannot be reached.
  const movable = new Int32Array(size);
  let count = 0;
  let reachable = 0;
  for (let f = 0; f < size; f++) {
    const weight = w[f]!;
    if (!(Math.abs(weight) > least)) continue;
    const room = weight > 0 === up ? Math.max(box.high[f]! - point[f]!, 0) : Math.min(box.low[f]! - point[f]!, 0);
    if (room === 0) continue;
    step[f] = room;
    reachable += Math.abs(weight * room);
    movable[count++] = f;
  }
  if (reachable <= needed) return step;
  return norm === 'l1'
    ? largestFirst(step, w, needed, movable.subarray(0, count))
    : sharedLength(norm, step, w, needed, movable.subarray(0, count));
}

/** A unit of L1 length buys most where |w| is largest. */
function largestFirst(step: Float64Array, w: Float32Array, needed: number, movable: Int32Array): Float64Array {
  let left = needed;
  for (const f of movable.sort((a, b) => Math.abs(w[b]!) - Math.abs(w[a]!))) {
    const weight = Math.abs(w[f]!);
    const length = Math.min(Math.abs(step[f]!), Math.max(left, 0) / weight);
    step[f] = Math.sign(step[f]!) * length;
    left -= length * weight;
  }
  return step;
}

/** Each feature moves by lambda (Linf) or lambda |w| (L2), or by its room where that is less. */
function sharedLength(
  norm: 'linf' | 'l2',
  step: Float64Array,
  w: Float32Array,
  needed: number,
  movable: Int32Array,
): Float64Array {
  let rate = 0;
  for (const f of movable) rate += norm === 'linf' ? Math.abs(w[f]!) : w[f]! ** 2;
  let left = needed;
  let open = movable.length;
  let lambda = 0;
  for (;;) {
    lambda = left / rate;
    let kept = 0;
    for (let i = 0; i < open; i++) {
      const f = movable[i]!;
      const weight = Math.abs(w[f]!);
      const room = Math.abs(step[f]!);
      if (room > (norm === 'linf' ? lambda : lambda * weight)) movable[kept++] = f;
      else {
        left -= room * weight;
        rate -= norm === 'linf' ? weight : weight * weight;
      }
    }
    const settled = kept === open;
    open = kept;
    if (settled || kept === 0) break;
  }
  for (let i = 0; i < open; i++) {
    const f = movable[i]!;
    step[f] = Math.sign(step[f]!) * (norm === 'linf' ? lambda : lambda * Math.abs(w[f]!));
  }
  return step;
}
