import type { Random } from '../../math/random.ts';

/**
 * The order of an epoch's samples. Depends on the seed and the epoch alone, so that a run that is resumed goes on with the order that it
 * would have had.
 */
export function epochOrder(random: Random, count: number, epoch: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  return random.fork(`order of epoch ${epoch}`).shuffle(order);
}
