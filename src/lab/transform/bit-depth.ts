import type { InputTransform } from '../transformed-target.ts';

/**
 * Rounds values in [low, high] to 2^bits evenly spaced ones (Xu, Evans and Qi 2018, arXiv:1704.01155, section III-B). No gradient of its
 * own: attacks go through it as if it were the identity.
 */
export function bitDepth(bits: number, { low, high }: { readonly low: number; readonly high: number }): InputTransform {
  const levels = 2 ** bits - 1;
  return {
    name: `${bits}-bit values`,
    randomised: false,
    apply: (x) =>
      x.map((value) => {
        const share = Math.min(Math.max((value - low) / (high - low), 0), 1);
        return low + (Math.round(share * levels) / levels) * (high - low);
      }),
  };
}
