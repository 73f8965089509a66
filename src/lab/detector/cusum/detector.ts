import { Fault } from '../../../core/fault.ts';
import { columnMeans, covariance, matrix } from '../../../math/matrix.ts';
import { defineInputDetector, type SeriesReader } from '../detector.ts';
import { fitted, fittedArray } from '../fitted-state.ts';

export interface CusumOptions {
  /** What a standardised sensor may drift in one step without anything being added: half of the shift that is looked for. */
  readonly allowance: number;
}

/** Two-sided cumulative sums of the standardised sensors; the score is the largest. */
export const cusum = defineInputDetector<'cusum', CusumOptions>({
  meta: {
    id: 'cusum',
    title: 'CUSUM',
    summary: 'Cumulative sums of each sensor above and below its mean: small shifts that last.',
    threats: ['adversarial-input'],
    modalities: ['series'],
    needs: [],
    stateful: true,
    taxonomy: ['AML.M0015'],
    references: ['Page 1954, doi:10.1093/biomet/41.1-2.100'],
  },
  options: (z) => z.strictObject({ allowance: z.number().positive().max(10).default(0.5) }),
  defaults: { allowance: 0.5 },
  fit: async (_, data) => {
    const d = data.inputs.length / data.count;
    if (data.count < 2) throw new Fault('ERR_DATA', 'One row has no standard deviation.');
    const rows = matrix(data.count, d, data.inputs);
    const mean = columnMeans(rows);
    const { data: cov } = covariance(rows, mean);
    const deviation = Float64Array.from({ length: d }, (__, j) => Math.sqrt(cov[j * d + j]!) || 1);
    return { mean: fittedArray(mean), deviation: fittedArray(deviation) };
  },
  open: (_, state, { allowance }) => {
    const mean = fitted(state, 'mean', [null]).data;
    const d = mean.length;
    const deviation = fitted(state, 'deviation', [d]).data;
    const follow = (): SeriesReader => {
      const above = new Float64Array(d);
      const below = new Float64Array(d);
      return async (x, n) =>
        Float64Array.from({ length: n }, (__, i) => {
          let most = 0;
          for (let j = 0; j < d; j++) {
            const z = (x[i * d + j]! - mean[j]!) / deviation[j]!;
            // A reading that is no number is reported, and does not reach the sums: one would silence or jam the sensor for ever.
            if (!Number.isFinite(z)) {
              most = Number.POSITIVE_INFINITY;
              continue;
            }
            above[j] = Math.max(0, above[j]! + z - allowance);
            below[j] = Math.max(0, below[j]! - z - allowance);
            most = Math.max(most, above[j]!, below[j]!);
          }
          return most;
        });
    };
    // One call is one series: sums begin at zero.
    return { score: (x, n) => follow()(x, n), follow };
  },
});
