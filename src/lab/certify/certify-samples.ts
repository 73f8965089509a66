import { digestOf, digestOfData, textOf, valuesOf } from '../evasion/attack-log.ts';
import { type Share, share } from '../evasion/metrics.ts';
import type { LabelledData } from '../labelled-data.ts';
import { sampleSize } from '../target.ts';
import type { Arithmetic } from './crown.ts';
import type { BoundMethod } from './decide-region.ts';
import { openCertificateLog } from './certificate-log.ts';
import type { Certifier } from './open-certifier.ts';

export const VERDICTS = ['certified', 'falsified', 'unknown', 'misclassified'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What is known of one sample of the data. */
export interface SampleCertificate {
  readonly sample: number;
  readonly label: number;
  readonly verdict: Verdict;
  readonly seconds: number;
  /** Of a falsified or misclassified sample: what the model answers instead. */
  readonly answer?: number;
  /** Of a counterexample. */
  readonly distance?: number;
  /** Why it is unknown. */
  readonly reason?: string;
}

export interface CertificateReport {
  readonly norm: 'linf' | 'l2';
  readonly eps: number;
  readonly method: BoundMethod;
  readonly arithmetic: Arithmetic;
  /** `stopped`: by the signal or because time ran out; the numbers are then about the samples that were looked at. */
  readonly status: 'complete' | 'stopped';
  readonly samples: number;
  readonly looked: number;
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly cleanAccuracy: Share;
  /** A lower bound of the robust accuracy. */
  readonly certifiedAccuracy: Share;
  /** Right and not falsified: an upper bound of the robust accuracy. */
  readonly notFalsified: Share;
  readonly certificates: readonly SampleCertificate[];
  /** [samples, size]: the counterexample of each falsified sample, the original of the others. */
  readonly counterexamples: Float32Array;
}

export interface CertifySamplesOptions {
  readonly norm: 'linf' | 'l2';
  readonly eps: number;
  readonly method: BoundMethod;
  readonly arithmetic?: Arithmetic;
  /** Most seconds for one sample. */
  readonly perSample: number;
  /** For all of them; null: no limit. */
  readonly seconds?: number | null;
  readonly seed?: string;
  /** Digest of the model, so that a log of another is refused. */
  readonly model?: string;
  /** File of results so far: made when absent, continued when it belongs to the same run. */
  readonly log?: string;
  readonly signal?: AbortSignal;
  /** @param done share of the samples */
  readonly progress?: (done: number) => void;
}

interface Entry extends Omit<SampleCertificate, 'sample'> {
  /** float32 values of a counterexample, little-endian in base64. */
  readonly x?: string;
}

/** Certifies sample by sample, and keeps what is known in a log. @throws Fault as the certifier and the log. */
export async function certifySamples(
  certifier: Certifier,
  data: LabelledData,
  options: CertifySamplesOptions,
): Promise<CertificateReport> {
  const { norm, eps, method, arithmetic = 'float32', perSample, seconds = null, seed = 'certify', signal } = options;
  const size = sampleSize(certifier.target);
  const run = {
    model: options.model ?? certifier.target.name,
    data: digestOfData(data),
    bounds: digestOf(
      Float32Array.from(
        [certifier.target.bounds.low, certifier.target.bounds.high].flatMap((b) =>
          typeof b === 'number' ? [b] : [...b],
        ),
      ),
    ),
    norm,
    eps,
    method,
    arithmetic,
    perSample,
    seed,
  };
  const log = openCertificateLog(options.log, { format: 'parapet-certificates', version: 1, run }, (value) =>
    entryOf(value, size),
  );
  const end = seconds === null ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
  const stopped = (): boolean => signal?.aborted === true;
  for (let sample = 0; sample < data.count; sample++) {
    if (log.entries.has(sample)) continue;
    if (stopped() || performance.now() >= end) break;
    const began = performance.now();
    const label = data.labels[sample]!;
    const limit = Math.min(perSample * 1000, end - began);
    const found = await certifier.certify(data.inputs.slice(sample * size, (sample + 1) * size), label, {
      norm,
      eps,
      method,
      arithmetic,
      timeout: limit,
      seed: `${seed}/${sample}`,
      ...(signal === undefined ? {} : { signal }),
    });
    // Cut short by the end of the run it says nothing about the sample: not kept.
    if (found.verdict === 'unknown' && (stopped() || limit < perSample * 1000)) break;
    const { verdict, ...rest } = found;
    const entry = { label, verdict, seconds: (performance.now() - began) / 1000 };
    log.append(
      sample,
      'input' in rest
        ? { ...entry, answer: rest.answer, distance: rest.distance, x: textOf(rest.input) }
        : { ...entry, ...rest },
    );
    options.progress?.((sample + 1) / data.count);
  }
  const counterexamples = Float32Array.from(data.inputs);
  const counts: Record<Verdict, number> = { certified: 0, falsified: 0, unknown: 0, misclassified: 0 };
  const certificates = [...log.entries]
    .filter(([sample]) => sample < data.count)
    .toSorted(([a], [b]) => a - b)
    .map(([sample, { x, ...rest }]): SampleCertificate => {
      if (x !== undefined) counterexamples.set(valuesOf(x), sample * size);
      counts[rest.verdict]++;
      return { sample, ...rest };
    });
  const looked = certificates.length;
  return {
    norm,
    eps,
    method,
    arithmetic,
    status: looked === data.count ? 'complete' : 'stopped',
    samples: data.count,
    looked,
    counts,
    cleanAccuracy: share(looked - counts.misclassified, looked),
    certifiedAccuracy: share(counts.certified, looked),
    notFalsified: share(counts.certified + counts.unknown, looked),
    certificates,
    counterexamples,
  };
}

function entryOf(value: unknown, size: number): Entry {
  const { sample: _, ...entry } = value as Entry & { readonly sample: number };
  const sound =
    Number.isInteger(entry.label) &&
    VERDICTS.includes(entry.verdict) &&
    typeof entry.seconds === 'number' &&
    (entry.verdict === 'falsified'
      ? typeof entry.x === 'string' && valuesOf(entry.x).length === size && Number.isInteger(entry.answer)
      : entry.x === undefined);
  if (!sound) throw new TypeError('no result');
  return entry;
}
