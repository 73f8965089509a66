import { seededRandom } from '../../math/random.ts';
import { digestOfData } from '../evasion/attack-log.ts';
import { type Share, share } from '../evasion/metrics.ts';
import type { LabelledData } from '../labelled-data.ts';
import { sampleSize, type Target } from '../target.ts';
import { openCertificateLog } from './certificate-log.ts';
import { certifiedCurve, type CertifiedPoint, certifySmoothed, type SmoothingOptions } from './smoothing.ts';

/** What randomised smoothing says of one sample; `radius` is that of an L2 ball. */
export interface SmoothedSample {
  readonly sample: number;
  readonly label: number;
  /** `certified` may be for a wrong class: see `answer`. */
  readonly kind: 'certified' | 'abstain';
  readonly answer: number;
  /** 0 where it abstains. */
  readonly radius: number;
}

export interface SmoothingReport extends SmoothingOptions {
  readonly status: 'complete' | 'stopped';
  readonly samples: number;
  readonly looked: number;
  /** The smoothed model is right, at radius 0; an abstention is not. */
  readonly accuracy: Share;
  readonly abstentions: number;
  readonly curve: readonly CertifiedPoint[];
  readonly certificates: readonly SmoothedSample[];
}

export interface SmoothSamplesOptions extends SmoothingOptions {
  /** Radii of the curve. */
  readonly radii: readonly number[];
  readonly seconds?: number | null;
  readonly seed?: string;
  readonly model?: string;
  readonly log?: string;
  readonly signal?: AbortSignal;
  readonly progress?: (done: number) => void;
}

/** CERTIFY of Cohen et al. 2019 over a data set, with a log to go on from. @throws Fault as the target and the log. */
export async function smoothSamples(
  target: Target,
  data: LabelledData,
  options: SmoothSamplesOptions,
): Promise<SmoothingReport> {
  const { sigma, n0, n, alpha, batch, radii, seconds = null, seed = 'smoothing', signal } = options;
  const size = sampleSize(target);
  const run = { model: options.model ?? target.name, data: digestOfData(data), sigma, n0, n, alpha, seed };
  const log = openCertificateLog(options.log, { format: 'parapet-certificates', version: 1, run }, entryOf);
  const end = seconds === null ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
  const random = seededRandom(seed);
  for (let sample = 0; sample < data.count; sample++) {
    if (log.entries.has(sample)) continue;
    if (signal?.aborted === true || performance.now() >= end) break;
    const x = data.inputs.subarray(sample * size, (sample + 1) * size);
    const found = await certifySmoothed(target, x, { sigma, n0, n, alpha, batch }, random.fork(sample));
    const radius = found.kind === 'certified' ? found.radius : 0;
    log.append(sample, { label: data.labels[sample]!, kind: found.kind, answer: found.label, radius });
    options.progress?.((sample + 1) / data.count);
  }
  const certificates = [...log.entries]
    .filter(([sample]) => sample < data.count)
    .toSorted(([a], [b]) => a - b)
    .map(([sample, rest]): SmoothedSample => ({ sample, ...rest }));
  const looked = certificates.length;
  const curve = certifiedCurve(
    certificates.map(({ kind, answer, radius }) =>
      kind === 'abstain' ? { kind, label: answer } : { kind, label: answer, radius, lowerBound: Number.NaN },
    ),
    certificates.map(({ label }) => label),
    radii,
  );
  const right = certificates.filter(({ kind, label, answer }) => kind === 'certified' && label === answer).length;
  return {
    sigma,
    n0,
    n,
    alpha,
    batch,
    status: looked === data.count ? 'complete' : 'stopped',
    samples: data.count,
    looked,
    accuracy: share(right, looked),
    abstentions: certificates.filter(({ kind }) => kind === 'abstain').length,
    curve,
    certificates,
  };
}

function entryOf(value: unknown): Omit<SmoothedSample, 'sample'> {
  const { label, kind, answer, radius } = value as SmoothedSample;
  const sound =
    Number.isInteger(label) &&
    Number.isInteger(answer) &&
    (kind === 'certified' || kind === 'abstain') &&
    typeof radius === 'number' &&
    radius >= 0;
  if (!sound) throw new TypeError('no result');
  return { label, kind, answer, radius };
}
