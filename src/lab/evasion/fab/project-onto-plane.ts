import type { Box } from '../norm-ball.ts';

/**
 * The smallest step from `point` onto the plane w·x = w·point - gap within a box, or as far towards it as the box allows when the
 * plane does not meet it (Croce and Hein 2020, arXiv:1907.02044, section 3.1).
 *
 * Every feature can only move in the direction that lowers the gap, by at most its room to the box. The gap closed is a concave, piecewise
 * linear function of the length of the step, so Newton's method from zero meets the answer from below in a finite number of rounds.
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
  const away = gap >= 0 ? -1 : 1;
  const needed = Math.abs(gap);
  const room = new Float64Array(size);
  const pull = new Float64Array(size);
  let reachable = 0;
  for (let f = 0; f < size; f++) {
    pull[f] = Math.abs(w[f]!) < 1e-8 && norm === 'l2' ? 0 : Math.abs(w[f]!);
    if (pull[f] === 0) continue;
    room[f] = away * w[f]! > 0 ? box.high[f]! - point[f]! : point[f]! - box.low[f]!;
    room[f] = Math.max(room[f]!, 0);
    reachable += pull[f]! * room[f]!;
  }
  const signed = (f: number, length: number): number => Math.sign(away * w[f]!) * length;
  if (reachable <= needed) {
    for (let f = 0; f < size; f++) if (pull[f]! > 0) step[f] = signed(f, room[f]!);
    return step;
  }
  if (norm === 'l1') {
    // A unit of L1 length buys most where |w| is largest.
    let left = needed;
    const order = Array.from(pull.keys()).sort((a, b) => pull[b]! - pull[a]!);
    for (const f of order) {
      if (left <= 0 || pull[f] === 0) break;
      const length = Math.min(room[f]!, left / pull[f]!);
      step[f] = signed(f, length);
      left -= length * pull[f]!;
    }
    return step;
  }
  const reach = (f: number, lambda: number): number => (norm === 'linf' ? lambda : lambda * pull[f]!);
  let lambda = 0;
  for (let round = 0; round < 100; round++) {
    let closed = 0;
    let rate = 0;
    for (let f = 0; f < size; f++) {
      if (pull[f] === 0) continue;
      const length = reach(f, lambda);
      if (length < room[f]!) {
        closed += pull[f]! * length;
        rate += norm === 'linf' ? pull[f]! : pull[f]! * pull[f]!;
      } else closed += pull[f]! * room[f]!;
    }
    if (rate === 0) break;
    const further = (needed - closed) / rate;
    if (!(further > lambda * 1e-12)) break;
    lambda += further;
  }
  for (let f = 0; f < size; f++) if (pull[f]! > 0) step[f] = signed(f, Math.min(reach(f, lambda), room[f]!));
  return step;
}
