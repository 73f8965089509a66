import type { Perturbation } from './attack.ts';
import { imageLayout } from '../image-layout.ts';
import { decodeText } from '../text-codec.ts';
import { wordsAllowed, wordsChanged } from '../text/word-spans.ts';
import { distance, roundingAllowance, type Box } from './norm-ball.ts';

/** How far an adversarial sample lies from its original, and whether that is allowed. */
export interface PerturbationCheck {
  /** In the perturbation's norm; for `patch` the share of the pixels that differ, for `edits` the share of the words; NaN where there is none. */
  readonly distance: number;
  readonly allowed: boolean;
  /** Every value is a number inside the target's bounds. */
  readonly inBounds: boolean;
}

/** Looks at the bytes as they stand; a rounding of float32 over eps is forgiven (`roundingAllowance`), nothing over a bound is. */
export function checkPerturbation(
  original: Float32Array,
  adversarial: Float32Array,
  perturbation: Perturbation,
  box: Box,
  inputShape: readonly number[],
): PerturbationCheck {
  const { norm, eps } = perturbation;
  let inBounds = true;
  for (let f = 0; f < adversarial.length; f++) {
    if (!(adversarial[f]! >= box.low[f]! && adversarial[f]! <= box.high[f]!)) inBounds = false;
  }
  if (norm === 'patch') {
    const share = changedShare(original, adversarial, inputShape);
    return { distance: share, allowed: share <= eps, inBounds };
  }
  if (norm === 'edits') return { ...checkEdits(original, adversarial, eps), inBounds };
  const found = distance(norm, original, adversarial);
  return { distance: found, allowed: found <= eps + roundingAllowance(norm, eps, box) || eps === Infinity, inBounds };
}

/** Share of a text's words that differ; what is no text is not allowed. */
function checkEdits(
  original: Float32Array,
  adversarial: Float32Array,
  eps: number,
): Pick<PerturbationCheck, 'distance' | 'allowed'> {
  try {
    const { changed, of } = wordsChanged(decodeText(original), decodeText(adversarial));
    return { distance: of === 0 ? 0 : changed / of, allowed: changed <= wordsAllowed(of, eps) };
  } catch {
    return { distance: Number.NaN, allowed: false };
  }
}

/** Share of the pixels (of the features, where there are none) that differ in any channel. */
export function changedShare(original: Float32Array, adversarial: Float32Array, inputShape: readonly number[]): number {
  const layout = imageLayout(inputShape) ?? {
    channels: 1,
    height: 1,
    width: original.length,
    at: (_: number, __: number, x: number) => x,
  };
  let changed = 0;
  for (let y = 0; y < layout.height; y++) {
    for (let x = 0; x < layout.width; x++) {
      for (let c = 0; c < layout.channels; c++) {
        const at = layout.at(c, y, x);
        if (original[at] !== adversarial[at]) {
          changed++;
          break;
        }
      }
    }
  }
  return changed / (layout.height * layout.width);
}

/** As an 8-bit file would keep it: 256 levels between the bounds. */
export function roundedToBytes(x: Float32Array, size: number, box: Box): Float32Array {
  return x.map((value, at) => {
    const low = box.low[at % size]!;
    const high = box.high[at % size]!;
    const span = high - low;
    if (!(span > 0) || !Number.isFinite(span)) return value;
    return Math.min(Math.max(low + (Math.round(((value - low) / span) * 255) / 255) * span, low), high);
  });
}
