import { type Share, share } from '../../evasion/metrics.ts';
import type { LabelledData } from '../../labelled-data.ts';
import { sampleSize, type Target } from '../../target.ts';
import type { WrapperStep } from '../wrapper-config.ts';
import { createPatchCleanser } from './patchcleanser.ts';

export interface PatchReport {
  readonly method: 'patchcleanser';
  readonly norm: 'patch';
  /** Largest patch that certificates are about, in pixels. */
  readonly patch: { readonly height: number; readonly width: number };
  readonly status: 'complete' | 'stopped';
  readonly samples: number;
  readonly looked: number;
  /** Of the answers behind double masking. */
  readonly cleanAccuracy: Share;
  /** Right, and no patch of this size can change it. */
  readonly certifiedAccuracy: Share;
  readonly certificates: readonly {
    readonly sample: number;
    readonly label: number;
    readonly answer: number;
    readonly certified: boolean;
  }[];
}

/** PatchCleanser's certificates of samples (Xiang et al. 2022, theorem 1). @throws Fault as the target */
export async function certifyPatches(
  target: Target,
  step: Extract<WrapperStep, { kind: 'patchcleanser' }>,
  data: LabelledData,
  options: {
    readonly seconds: number | null;
    readonly signal?: AbortSignal;
    readonly progress?: (done: number) => void;
  },
): Promise<PatchReport> {
  const cleanser = createPatchCleanser(target, { ...step, batch: 128 });
  const size = sampleSize(target);
  const end = options.seconds === null ? Infinity : performance.now() + options.seconds * 1000;
  const certificates: PatchReport['certificates'][number][] = [];
  for (let sample = 0; sample < data.count; sample++) {
    if (options.signal?.aborted === true || performance.now() >= end) break;
    const x = data.inputs.subarray(sample * size, (sample + 1) * size);
    const label = data.labels[sample]!;
    const certified = await cleanser.certify(x, label);
    // What is certified is also what is answered.
    const answer = certified ? label : (await cleanser.predict(x)).label;
    certificates.push({ sample, label, answer, certified });
    options.progress?.((sample + 1) / data.count);
  }
  const looked = certificates.length;
  return {
    method: 'patchcleanser',
    norm: 'patch',
    patch: step.patch,
    status: looked === data.count ? 'complete' : 'stopped',
    samples: data.count,
    looked,
    cleanAccuracy: share(certificates.filter(({ answer, label }) => answer === label).length, looked),
    certifiedAccuracy: share(certificates.filter(({ certified }) => certified).length, looked),
    certificates,
  };
}
