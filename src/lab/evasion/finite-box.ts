import { Fault } from '../../core/fault.ts';
import type { Target } from '../target.ts';
import { boxOf, type Box } from './norm-ball.ts';

/**
 * Bounds for attacks that need an end on both sides.
 * @throws Fault `ERR_USAGE` when a bound is infinite
 */
export function finiteBox(target: Pick<Target, 'bounds' | 'inputShape'>, attack: string): Box {
  const box = boxOf(target);
  const open = box.low.findIndex((low, f) => !Number.isFinite(low) || !Number.isFinite(box.high[f]!));
  if (open < 0) return box;
  throw new Fault('ERR_USAGE', `${attack} needs finite bounds`, {
    where: `feature ${open}`,
    hint: 'Declare the smallest and the largest value that a feature can have.',
  });
}

/** The widest feature: the unit in which step lengths of attacks on images are given. */
export function widest(box: Box): number {
  let span = 0;
  for (let f = 0; f < box.low.length; f++) span = Math.max(span, box.high[f]! - box.low[f]!);
  return span;
}
