import { Fault } from '../../core/fault.ts';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import type { LabelledData } from '../labelled-data.ts';
import type { OnnxTargetOptions } from '../onnx-target.ts';
import { sampleSize } from '../target.ts';
import type { Arithmetic } from './crown.ts';
import type { BoundMethod } from './decide-region.ts';
import { type Certifier, openCertifier, type SampleVerdict } from './open-certifier.ts';

/** What is known at one radius, as shares of the samples that were looked at. They and the misclassified samples add up to 1. */
export interface CertifiedRadius {
  readonly eps: number;
  /** Right, and shown to stay right everywhere within eps: a lower bound of the robust accuracy. */
  readonly certified: number;
  /** Right, and an input within eps is known to which the model answers wrongly. */
  readonly falsified: number;
  /** Right, and neither is known. */
  readonly unknown: number;
}

export interface CertifiedRadii {
  readonly method: BoundMethod;
  readonly norm: 'linf' | 'l2';
  /** How many were looked at, from the first one on; the shares are of these. */
  readonly samples: number;
  /** False where time ran out, or somebody interrupted, before every sample was looked at at every radius. */
  readonly complete: boolean;
  /** In the order of the radii asked about. */
  readonly points: readonly CertifiedRadius[];
}

export interface CertifyRadiiOptions {
  readonly radii: readonly number[];
  readonly norm: 'linf' | 'l2';
  /** Default: `crown`. */
  readonly method?: BoundMethod;
  readonly arithmetic?: Arithmetic;
  /** For all of it; null: no limit but `perSample`. */
  readonly seconds: number | null;
  /** Most seconds for one sample at one radius. Default: 60. */
  readonly perSample?: number;
  readonly signal?: AbortSignal;
  /** @param done share of the work, 0 to 1 */
  readonly progress?: (done: number) => void;
  /** Bounds, preprocessing and threads, when the model is not opened yet. */
  readonly target?: OnnxTargetOptions;
  readonly seed?: string;
}

/**
 * How much of the accuracy is certain, radius by radius. What is left of the time is divided evenly over the samples and radii that are
 * left; quick decisions leave more for the others. What holds at a radius holds at smaller ones, and a
 * counterexample at larger ones, so that a sample is asked about as few radii as decide it.
 * @throws Fault as `openCertifier`; `ERR_USAGE` for radii that are none; `ERR_BUDGET_EXHAUSTED` where time did not suffice for one sample
 */
export async function certifyRadii(
  model: string | Uint8Array | OnnxModel | Certifier,
  data: LabelledData,
  options: CertifyRadiiOptions,
): Promise<CertifiedRadii> {
  const { radii, norm, method = 'crown', signal, progress } = options;
  if (radii.length === 0 || radii.some((eps) => !(eps > 0 && Number.isFinite(eps))))
    throw new Fault('ERR_USAGE', 'The radii of a certificate are numbers above 0.');
  if (data.count === 0) throw new Fault('ERR_DATA', 'There is no sample to certify.');
  const given = typeof model === 'object' && 'certify' in model ? model : null;
  const certifier = given ?? (await openCertifier(model as string | Uint8Array | OnnxModel, options.target));
  try {
    const ascending = [...new Set(radii)].toSorted((a, b) => a - b);
    const end = options.seconds === null ? Number.POSITIVE_INFINITY : performance.now() + options.seconds * 1000;
    const tally = new Map(ascending.map((eps) => [eps, { certified: 0, falsified: 0, unknown: 0 }]));
    const total = data.count * ascending.length;
    let left = total;
    let samples = 0;
    const size = sampleSize(certifier.target);
    for (; samples < data.count; samples++) {
      const x = data.inputs.slice(samples * size, (samples + 1) * size);
      const verdicts: Exclude<SampleVerdict['verdict'], 'misclassified'>[] = [];
      for (const eps of ascending) {
        if (signal?.aborted === true || end <= performance.now()) break;
        const share = (end - performance.now()) / left;
        const { verdict } = await certifier.certify(x, data.labels[samples]!, {
          norm,
          eps,
          method,
          timeout: Math.min(share, (options.perSample ?? 60) * 1000),
          ...(options.arithmetic === undefined ? {} : { arithmetic: options.arithmetic }),
          ...(options.seed === undefined ? {} : { seed: options.seed }),
          ...(signal === undefined ? {} : { signal }),
        });
        left--;
        if (verdict === 'misclassified') {
          // At every radius; it is none of what is counted.
          left -= ascending.length - 1;
          verdicts.length = ascending.length;
          break;
        }
        // A proof at this radius is one at the smaller ones that were left open, a counterexample one at the larger ones.
        if (verdict === 'certified') verdicts.fill('certified');
        verdicts.push(verdict);
        if (verdict !== 'falsified') continue;
        while (verdicts.length < ascending.length && left--) verdicts.push('falsified');
        break;
      }
      if (verdicts.length < ascending.length || signal?.aborted === true) break;
      ascending.forEach((eps, at) => {
        const verdict = verdicts[at];
        if (verdict !== undefined) tally.get(eps)![verdict]++;
      });
      progress?.(1 - left / total);
    }
    if (samples === 0 && signal?.aborted !== true)
      throw new Fault('ERR_BUDGET_EXHAUSTED', 'The time did not suffice to certify one sample.');
    const share = (count: number): number => (samples === 0 ? 0 : count / samples);
    const points = radii.map((eps) => {
      const { certified, falsified, unknown } = tally.get(eps)!;
      return { eps, certified: share(certified), falsified: share(falsified), unknown: share(unknown) };
    });
    return { method, norm, samples, complete: samples === data.count, points };
  } finally {
    if (given === null) await certifier.close();
  }
}
