import { Fault } from '../../../core/fault.ts';
import { matrix } from '../../../math/matrix.ts';
import { type PrincipalComponents, principalComponents, project } from '../../../math/principal-components.ts';
import { quantile } from '../../../math/quantile.ts';
import { defineInputDetector } from '../detector.ts';
import { fitted, fittedArray } from '../fitted-state.ts';

export interface T2SpeOptions {
  /** Directions that are kept; less than the number of sensors when SPE is used. */
  readonly components: number;
  /** `t2`: variation inside the directions. `spe`: squared distance to them. `both`: the larger, each divided by its 99 % quantile on clean data. */
  readonly statistic: 't2' | 'spe' | 'both';
}

/** Hotelling's T² and the squared prediction error of a linear model of normal operation. */
export const t2Spe = defineInputDetector<'t2-spe', T2SpeOptions>({
  meta: {
    id: 't2-spe',
    title: 'T² and SPE',
    summary: 'Distance of a row of sensors to the linear model of normal operation, inside it and to it.',
    threats: ['adversarial-input'],
    modalities: ['series', 'vector', 'tabular'],
    needs: [],
    stateful: false,
    taxonomy: ['AML.M0015'],
    references: ['Jackson and Mudholkar 1979, doi:10.1080/00401706.1979.10489779', 'Chiang, Russell and Braatz 2001'],
  },
  options: (z) =>
    z.strictObject({
      components: z.int().min(1).max(500).default(17),
      statistic: z.enum(['t2', 'spe', 'both']).default('both'),
    }),
  defaults: { components: 17, statistic: 'both' },
  fit: async (_, data, { components, statistic }) => {
    const d = data.inputs.length / data.count;
    if (components > d || (components === d && statistic !== 't2') || data.count < 2)
      throw new Fault('ERR_DATA', `${components} components cannot be had of ${data.count} rows of ${d} sensors.`, {
        where: 'options.components',
        hint: 'Take fewer: less than the number of sensors, or as many with the statistic t2.',
      });
    const model = principalComponents(matrix(data.count, d, data.inputs), components, { scale: true });
    if (!(model.variances.at(-1)! > 0))
      throw new Fault('ERR_DATA', 'The clean rows vary in fewer directions than asked for.');
    const values = Array.from({ length: data.count }, (__, i) =>
      statistics(model, data.inputs.subarray(i * d, (i + 1) * d)),
    );
    return {
      mean: fittedArray(model.mean),
      scale: fittedArray(model.scale),
      directions: fittedArray(model.directions.data, [components, d]),
      variances: fittedArray(model.variances),
      units: fittedArray([
        quantile(
          values.map(({ t2 }) => t2),
          0.99,
        ),
        Math.max(
          quantile(
            values.map(({ spe }) => spe),
            0.99,
          ),
          Number.MIN_VALUE,
        ),
      ]),
    };
  },
  open: (_, state, { statistic }) => {
    const directions = fitted(state, 'directions', [null, null]);
    const [k, d] = directions.dims as [number, number];
    const model: PrincipalComponents = {
      mean: fitted(state, 'mean', [d]).data,
      scale: fitted(state, 'scale', [d]).data,
      directions: matrix(k, d, directions.data),
      variances: fitted(state, 'variances', [k]).data,
      residualVariances: new Float64Array(0),
    };
    const [t2Unit = 1, speUnit = 1] = fitted(state, 'units', [2]).data;
    const one = (
      row: Float32Array,
    ): { readonly score: number; readonly by: 't2' | 'spe'; readonly coordinates: Float64Array } => {
      const { t2, spe, coordinates } = statistics(model, row);
      if (statistic === 't2') return { score: t2, by: 't2', coordinates };
      if (statistic === 'spe') return { score: spe, by: 'spe', coordinates };
      const inside = t2 / t2Unit >= spe / speUnit;
      return { score: inside ? t2 / t2Unit : spe / speUnit, by: inside ? 't2' : 'spe', coordinates };
    };
    return {
      score: async (x, n) => Float64Array.from({ length: n }, (__, i) => one(x.subarray(i * d, (i + 1) * d)).score),
      scoreGradient: async (x, n) => {
        const gradient = new Float32Array(n * d);
        const scores = new Float64Array(n);
        for (let i = 0; i < n; i++) {
          const row = x.subarray(i * d, (i + 1) * d);
          const { score, by, coordinates } = one(row);
          scores[i] = score;
          const unit = statistic === 'both' ? (by === 't2' ? t2Unit : speUnit) : 1;
          for (let j = 0; j < d; j++) {
            let inside = 0;
            let weighted = 0;
            for (let c = 0; c < k; c++) {
              inside += directions.data[c * d + j]! * coordinates[c]!;
              weighted += (directions.data[c * d + j]! * coordinates[c]!) / model.variances[c]!;
            }
            const residual = (row[j]! - model.mean[j]!) / model.scale[j]! - inside;
            gradient[i * d + j] = (2 * (by === 't2' ? weighted : residual)) / (model.scale[j]! * unit);
          }
        }
        return { scores, gradient };
      },
    };
  },
});

function statistics(
  model: PrincipalComponents,
  row: ArrayLike<number>,
): { readonly t2: number; readonly spe: number; readonly coordinates: Float64Array } {
  const { coordinates, residual } = project(model, row);
  const t2 = coordinates.reduce((sum, value, c) => sum + (value * value) / model.variances[c]!, 0);
  return { t2, spe: residual, coordinates };
}
