import { argmax } from '../../loss-of-scores.ts';
import { type GradientTarget, sampleSize } from '../../target.ts';
import { confirmErrors } from '../confirm-errors.ts';
import type { WrapperStep } from '../wrapper-config.ts';
import { coverRectangle, createPatchCleanser, pictureLayout } from './patchcleanser.ts';

/** Masked pictures in one call of the model. */
const AT_ONCE = 128;

/**
 * A model behind PatchCleanser. The answer is that of double masking. Scores are the mean of the model's own over the pictures with one mask, in which the
 * answer is raised above the others where it is not the highest; the gradient is that of the mean, so attacks know the masks.
 */
export function maskedTarget(
  inner: GradientTarget,
  step: Extract<WrapperStep, { kind: 'patchcleanser' }>,
): GradientTarget {
  const size = sampleSize(inner);
  const { classes } = inner;
  const cleanser = createPatchCleanser(inner, { ...step, batch: AT_ONCE });
  const layout = pictureLayout(inner);
  const { masks } = cleanser;
  const under = (x: Float32Array, n: number, mask: number): Float32Array => {
    const covered = Float32Array.from(x.subarray(0, n * size));
    for (let i = 0; i < n; i++) {
      coverRectangle(covered.subarray(i * size, (i + 1) * size), layout, masks[mask]!, step.fill);
    }
    return covered;
  };
  const scoresOf = async (x: Float32Array, n: number): Promise<Float32Array> => {
    const mean = new Float32Array(n * classes);
    for (let mask = 0; mask < masks.length; mask++) {
      const own = await inner.scores(under(x, n, mask), n);
      for (let at = 0; at < mean.length; at++) mean[at]! += own[at]! / masks.length;
    }
    for (let i = 0; i < n; i++) {
      const row = mean.subarray(i * classes, (i + 1) * classes);
      const { label } = await cleanser.predict(x.subarray(i * size, (i + 1) * size));
      const top = argmax(row);
      if (top !== label) row[label] = row[top]! + 1e-3 * Math.max(1, Math.abs(row[top]!));
    }
    return mean;
  };
  return {
    name: `masked ${inner.name}`,
    differentiable: true,
    inputShape: inner.inputShape,
    classes,
    ...(inner.classNames === undefined ? {} : { classNames: inner.classNames }),
    bounds: inner.bounds,
    scoreType: inner.scoreType,
    scores: scoresOf,
    lossGradient: async (x, n, loss) => {
      const gradient = new Float32Array(n * size);
      const losses = new Float32Array(n);
      const scores = new Float32Array(n * classes);
      for (let mask = 0; mask < masks.length; mask++) {
        const own = await inner.lossGradient(under(x, n, mask), n, loss);
        for (let i = 0; i < n; i++) {
          // Covered pixels are a constant.
          coverRectangle(own.gradient.subarray(i * size, (i + 1) * size), layout, masks[mask]!, 0);
          losses[i]! += own.losses[i]! / masks.length;
        }
        for (let at = 0; at < gradient.length; at++) gradient[at]! += own.gradient[at]! / masks.length;
        for (let at = 0; at < scores.length; at++) scores[at]! += own.scores[at]! / masks.length;
      }
      // Under one mask each the mean may name another class than masking twice does.
      await confirmErrors(scores, x, loss, { ...inner, scores: scoresOf });
      return { scores, losses, gradient };
    },
    activations: (x, n, names) => inner.activations(x, n, names),
    close: () => inner.close(),
  };
}
