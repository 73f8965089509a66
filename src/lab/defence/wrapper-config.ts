import { Fault } from '../../core/fault.ts';

/**
 * What has to happen around a hardened model whenever it is used, in order: a JSON file beside the model, which whoever serves it
 * reads (docs/wrappers.md). `{"version": 1, "model": "hardened.onnx", "steps": [...]}`. A reader refuses a version or a step that it does not know: a
 * defence that is left out silently is none.
 */
export interface WrapperConfig {
  readonly version: 1;
  /** The model's file, beside this one. */
  readonly model: string;
  /** Smallest and largest value of an input. Absent: what the model says, or 0 to 1. */
  readonly bounds?: readonly [number, number];
  readonly steps: readonly WrapperStep[];
}

export type WrapperStep =
  /** Cohen et al. 2019: the class that wins most often among `samples` copies with sigma N(0, 1) noise, or nothing. */
  | {
      readonly kind: 'randomised-smoothing';
      /** In units of the inputs. */
      readonly sigma: number;
      /** Noisy copies for one answer. */
      readonly samples: number;
      /** Probability with which an answer may be wrong where the smoothed model's is another; above it: abstain. */
      readonly alpha: number;
    }
  /** Texts are brought into their canonical form (`src/lab/text/canonical-text.ts`, as the gateway reads them) before they are tokenised. */
  | { readonly kind: 'canonical-text' }
  /** Xiang et al. 2022: the answer that survives double masking, which no patch of at most this size can change where it is certified. */
  | {
      readonly kind: 'patchcleanser';
      /** Largest patch, in pixels. */
      readonly patch: { readonly height: number; readonly width: number };
      /** Masks along each axis. */
      readonly masksPerAxis: number;
      /** Value of masked pixels, in units of the inputs. */
      readonly fill: number;
    }
  /** Xu et al. 2018: values are rounded to 2^bits evenly spaced ones between the bounds. */
  | { readonly kind: 'bit-depth'; readonly bits: number }
  /** Xu et al. 2018: each value becomes the median of its window. */
  | { readonly kind: 'median-filter'; readonly size: number }
  /** Pictures are compressed and decompressed; quality 1 to 100 as libjpeg has it. */
  | { readonly kind: 'jpeg'; readonly quality: number }
  /** The model and others, which stand beside it: the mean of their scores, or the class on which they agree. */
  | {
      readonly kind: 'ensemble';
      readonly models: readonly string[];
      /** How many of all must name the same class, more than half of them; otherwise nothing is answered. Absent: the mean decides. */
      readonly agree?: number;
    };

export const WRAPPER_KINDS = [
  'randomised-smoothing',
  'canonical-text',
  'patchcleanser',
  'bit-depth',
  'median-filter',
  'jpeg',
  'ensemble',
] as const satisfies readonly WrapperStep['kind'][];

const STEPS: Readonly<Record<WrapperStep['kind'], Readonly<Record<string, (value: unknown) => boolean>>>> = {
  'randomised-smoothing': {
    sigma: (value) => isNumber(value) && value > 0,
    samples: (value) => isWhole(value) && value <= 1_000_000,
    alpha: (value) => isNumber(value) && value > 0 && value < 1,
  },
  'canonical-text': {},
  patchcleanser: {
    patch: (value) =>
      isRecord(value) && Object.keys(value).toSorted().join() === 'height,width' && Object.values(value).every(isWhole),
    masksPerAxis: (value) => isWhole(value) && value <= 64,
    fill: isNumber,
  },
  'bit-depth': { bits: (value) => isWhole(value) && value <= 16 },
  'median-filter': { size: (value) => isWhole(value) && value >= 2 && value <= 15 },
  jpeg: { quality: (value) => isWhole(value) && value <= 100 },
  ensemble: {
    models: (value) => Array.isArray(value) && value.length > 0 && value.length <= 16 && value.every(isFileName),
    agree: isWhole,
  },
};

/** Keys that a step need not have. */
const OPTIONAL: ReadonlySet<string> = new Set(['ensemble.agree']);

/**
 * Reads a `wrapper.json`.
 * @throws Fault `ERR_DATA` for a version, a step or a value that is not known: a defence that is left out silently is none
 */
export function parseWrapperConfig(value: unknown): WrapperConfig {
  const wrong = (message: string, where: string): Fault =>
    new Fault('ERR_DATA', message, { where, hint: 'docs/wrappers.md says what a wrapper holds.' });
  if (!isRecord(value) || value['version'] !== 1) throw wrong('A wrapper of version 1 is expected.', 'version');
  const { model, bounds, steps } = value;
  if (!isFileName(model)) throw wrong("The model's file name is expected.", 'model');
  if (bounds !== undefined && !isRange(bounds))
    throw wrong('Two numbers are expected, the smaller one first.', 'bounds');
  if (!Array.isArray(steps) || steps.length > 16) throw wrong('A list of at most 16 steps is expected.', 'steps');
  const extra = Object.keys(value).find((key) => !['version', 'model', 'bounds', 'steps'].includes(key));
  if (extra !== undefined) throw wrong('This key is not known.', extra.slice(0, 80));
  steps.forEach((step: unknown, index) => {
    const kind = isRecord(step) ? step['kind'] : undefined;
    const keys =
      typeof kind === 'string' && Object.hasOwn(STEPS, kind) ? STEPS[kind as WrapperStep['kind']] : undefined;
    if (keys === undefined) throw wrong('This step is not known.', `steps[${index}].kind`);
    for (const [key, own] of Object.entries(step as object))
      if (key !== 'kind' && !(Object.hasOwn(keys, key) && keys[key]!(own)))
        throw wrong('This value is not one.', `steps[${index}].${key.slice(0, 80)}`);
    const missing = Object.keys(keys).find(
      (key) => !Object.hasOwn(step as object, key) && !OPTIONAL.has(`${kind as string}.${key}`),
    );
    if (missing !== undefined) throw wrong('This value is missing.', `steps[${index}].${missing}`);
    const { models, agree } = step as { readonly models?: readonly string[]; readonly agree?: number };
    if (agree !== undefined && !(2 * agree > models!.length + 1 && agree <= models!.length + 1))
      throw wrong(
        `Of ${models!.length + 1} models more than half, and at most all, can be asked to agree.`,
        `steps[${index}].agree`,
      );
  });
  return {
    version: 1,
    model,
    ...(bounds === undefined ? {} : { bounds: bounds as [number, number] }),
    steps: steps as readonly WrapperStep[],
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name, not a path: models stand beside their wrapper. */
function isFileName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/[/\\\0]/.test(value) && value !== '.' && value !== '..';
}

function isRange(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every(isNumber) && value[0]! < value[1]!;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** @param bounds of what it was hardened on: a model may say others by itself */
export function wrapperConfig(
  model: string,
  steps: readonly WrapperStep[],
  bounds?: { readonly low: number; readonly high: number },
): WrapperConfig {
  return { version: 1, model, ...(bounds === undefined ? {} : { bounds: [bounds.low, bounds.high] }), steps };
}
