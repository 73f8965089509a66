import { defineInputDetector } from '../detector.ts';
import { fitted, fittedArray } from '../fitted-state.ts';

export interface ConstraintViolationOptions {
  /** Ranges reach beyond the smallest and largest clean value by this share of their distance. */
  readonly slack: number;
}

/** What clean rows never break: ranges, whole numbers, constant columns. */
export const constraintViolation = defineInputDetector<'constraint-violation', ConstraintViolationOptions>({
  meta: {
    id: 'constraint-violation',
    title: 'Constraint violation',
    summary: 'How far a row breaks the ranges and the whole numbers that all clean rows keep.',
    threats: ['adversarial-input'],
    modalities: ['tabular', 'series'],
    needs: [],
    stateful: false,
    quietWhenClean: true,
    taxonomy: ['AML.M0015'],
    references: ['Simonetto et al. 2024, arXiv:2406.00775'],
  },
  options: (z) => z.strictObject({ slack: z.number().min(0).max(10).default(0.01) }),
  defaults: { slack: 0.01 },
  fit: async (_, data, { slack }) => {
    const d = data.inputs.length / data.count;
    const low = new Float64Array(d).fill(Number.POSITIVE_INFINITY);
    const high = new Float64Array(d).fill(Number.NEGATIVE_INFINITY);
    const whole = new Float64Array(d).fill(1);
    for (let at = 0; at < data.inputs.length; at++) {
      const [j, value] = [at % d, data.inputs[at]!];
      low[j] = Math.min(low[j]!, value);
      high[j] = Math.max(high[j]!, value);
      if (!Number.isInteger(value)) whole[j] = 0;
    }
    const width = high.map((value, j) => value - low[j]!);
    return {
      low: fittedArray(low.map((value, j) => value - slack * width[j]!)),
      high: fittedArray(high.map((value, j) => value + slack * width[j]!)),
      // A constant column is measured in its own size.
      unit: fittedArray(width.map((value, j) => (value > 0 ? value : Math.max(Math.abs(low[j]!), 1)))),
      whole: fittedArray(whole),
    };
  },
  open: (_, state) => {
    const d = fitted(state, 'low', [null]).data.length;
    const [low, high, unit, whole] = ['low', 'high', 'unit', 'whole'].map((name) => fitted(state, name, [d]).data);
    /** Sum of what each column is off, in widths of its range; whole numbers by their distance to the next. */
    const row = (x: Float32Array, slopes?: Float32Array): number => {
      let sum = 0;
      for (let j = 0; j < d; j++) {
        const value = x[j]!;
        const off = Math.max(low![j]! - value, value - high![j]!, 0);
        const part = whole![j] === 1 ? value - Math.round(value) : 0;
        sum += off / unit![j]! + Math.abs(part);
        if (slopes !== undefined)
          slopes[j] = (off === 0 ? 0 : value > high![j]! ? 1 / unit![j]! : -1 / unit![j]!) + Math.sign(part);
      }
      return Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum;
    };
    return {
      score: async (x, n) => Float64Array.from({ length: n }, (__, i) => row(x.subarray(i * d, (i + 1) * d))),
      scoreGradient: async (x, n) => {
        const gradient = new Float32Array(n * d);
        const scores = Float64Array.from({ length: n }, (__, i) =>
          row(x.subarray(i * d, (i + 1) * d), gradient.subarray(i * d, (i + 1) * d)),
        );
        return { scores, gradient };
      },
      // Ranges are cut, and whole numbers step towards where they began, so that a row never gets farther from it.
      repair: (x, original, n) => {
        const result = x.slice();
        for (let at = 0; at < n * d; at++) {
          const j = at % d;
          const began = original[at]!;
          let value = Math.min(Math.max(x[at]!, Math.min(low![j]!, began)), Math.max(high![j]!, began));
          if (whole![j] === 1) value = began + Math.trunc(value - began);
          result[at] = value;
        }
        return result;
      },
    };
  },
});
