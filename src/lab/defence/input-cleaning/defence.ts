import { Fault } from '../../../core/fault.ts';
import { defineDefence } from '../defence.ts';
import { unchanged } from '../unchanged.ts';
import type { WrapperStep } from '../wrapper-config.ts';

export interface InputCleaningOptions {
  /** Bits of each value; 0: not rounded. */
  readonly bits: number;
  /** Side of the median filter; 0: none. */
  readonly median: number;
  /** Quality of JPEG, 1 to 100; 0: not compressed. */
  readonly quality: number;
}

const defaults: InputCleaningOptions = { bits: 5, median: 0, quality: 0 };

/** Feature squeezing and JPEG: detail is taken out of inputs before the model sees them. */
export const inputCleaning = defineDefence<'input-cleaning', InputCleaningOptions>({
  meta: {
    id: 'input-cleaning',
    title: 'Input cleaning',
    summary: 'Takes detail out of inputs (fewer bits, median filter, JPEG) before the model sees them; trains nothing.',
    assurance: 'none',
    references: ['Xu, Evans and Qi 2018, arXiv:1704.01155', 'Athalye, Carlini and Wagner 2018, arXiv:1802.00420'],
  },
  options: (z) =>
    z.strictObject({
      bits: z.int().min(0).max(16).default(defaults.bits),
      median: z.union([z.literal(0), z.int().min(2).max(15)]).default(defaults.median),
      quality: z.int().min(0).max(100).default(defaults.quality),
    }),
  defaults,
  run: (model, _, { bits, median, quality }) => {
    const steps: WrapperStep[] = [
      ...(quality === 0 ? [] : [{ kind: 'jpeg', quality } as const]),
      ...(median === 0 ? [] : [{ kind: 'median-filter', size: median } as const]),
      ...(bits === 0 ? [] : [{ kind: 'bit-depth', bits } as const]),
    ];
    if (steps.length > 0) return Promise.resolve(unchanged(model, steps));
    throw new Fault('ERR_USAGE', 'Input cleaning needs bits, median or quality.', { where: '--set' });
  },
});
