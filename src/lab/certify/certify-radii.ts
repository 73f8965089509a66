import { Fault } from '../../core/fault.ts';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import type { LabelledData } from '../labelled-data.ts';
import type { OnnxTargetOptions } from '../onnx-target.ts';
import { sampleSize } from '../target.ts';
import type { Arithmetic } from './crown.ts';
import type { BoundMethod } from './decide-region.ts';
import { type Certifier, openCertifier, type SampleVerdict } from './open-certifier.ts';

/** What is known at one radius, as shares of all samples. They and the misclassified samples add up to 1. */
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
  readonly samples: number;
  /** False where time ran out before every sample was looked at at every radius: those count as unknown. */
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
 * @throws Fault as `openCertifier`; `ERR_USAGE` for radii that are none
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
    let complete = true;
    const size = sampleSize(certifier.target);
    for (let sample = 0; sample < data.count; sample++) {
      const x = data.inputs.slice(sample * size, (sample + 1) * size);
      let known: SampleVerdict['verdict'] | null = null;
      const open: number[] = [];
      for (const eps of ascending) {
        if (known === null) {
          const share = (end - performance.now()) / left;
          const timeout = Math.min(share, (options.perSample ?? 60) * 1000);
          if (signal?.aborted === true || end <= performance.now()) {
            complete = false;
            tally.get(eps)!.unknown++;
            left--;
            continue;
          }
          const { verdict } = await certifier.certify(x, data.labels[sample]!, {
            norm,
            eps,
            method,
            timeout,
            ...(options.arithmetic === undefined ? {} : { arithmetic: options.arithmetic }),
            ...(options.seed === undefined ? {} : { seed: options.seed }),
            ...(signal === undefined ? {} : { signal }),
          });
          // A counterexample and a wrong answer stay what they are at every larger radius.
          if (verdict === 'falsified' || verdict === 'misclassified') known = verdict;
          else tally.get(eps)![verdict]++;
          if (verdict === 'unknown') open.push(eps);
          // A proof at this radius is one at the smaller ones that were left open.
          if (verdict === 'certified')
            for (const smaller of open.splice(0)) {
              tally.get(smaller)!.unknown--;
              tally.get(smaller)!.certified++;
            }
        }
        if (known === 'falsified') tally.get(eps)!.falsified++;
        left--;
      }
      progress?.(1 - left / total);
    }
    const share = (count: number): number => count / data.count;
    const points = radii.map((eps) => {
      const { certified, falsified, unknown } = tally.get(eps)!;
      return { eps, certified: share(certified), falsified: share(falsified), unknown: share(unknown) };
    });
    return { method, norm, samples: data.count, complete, points };
  } finally {
    if (given === null) await certifier.close();
  }
}
