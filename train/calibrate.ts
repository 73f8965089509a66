import type { Head, Model } from '../src/classify/model.ts';
import { rounded } from './train-model.ts';

/** What a model that never saw a text said of it: the mixture before calibration. */
export interface Judged {
  readonly raw: number;
  readonly label: 0 | 1;
  /** What the text counts. */
  readonly weight: number;
}

/**
 * Platt's calibration (1999): slope and bias that make the weighted log loss of `sigmoid(slope · raw + bias)` least, by
 * Newton's method, with his targets that keep separable data finite.
 */
export function platt(judged: readonly Judged[]): { readonly slope: number; readonly bias: number } {
  let [positives, negatives] = [0, 0];
  for (const { label, weight } of judged)
    if (label === 1) positives += weight;
    else negatives += weight;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (negatives + 2);
  const target = (label: 0 | 1): number => (label === 1 ? high : low);
  const loss = (slope: number, bias: number): number => {
    let sum = 0;
    for (const { raw, label, weight } of judged) {
      const z = slope * raw + bias;
      sum += weight * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - target(label) * z);
    }
    return sum;
  };
  let [slope, bias] = [1, 0];
  let current = loss(slope, bias);
  for (let step = 0; step < 100; step++) {
    let [gs, gb, hss, hsb, hbb] = [0, 0, 1e-9, 0, 1e-9];
    for (const { raw, label, weight } of judged) {
      const p = 1 / (1 + Math.exp(-(slope * raw + bias)));
      const error = (p - target(label)) * weight;
      const curve = p * (1 - p) * weight;
      gs += error * raw;
      gb += error;
      hss += curve * raw * raw;
      hsb += curve * raw;
      hbb += curve;
    }
    const determinant = hss * hbb - hsb * hsb;
    const ds = (hbb * gs - hsb * gb) / determinant;
    const db = (hss * gb - hsb * gs) / determinant;
    // Newton's step, halved until it helps.
    let part = 1;
    while (part > 1e-8 && loss(slope - part * ds, bias - part * db) > current) part /= 2;
    if (part <= 1e-8) break;
    slope -= part * ds;
    bias -= part * db;
    const before = current;
    current = loss(slope, bias);
    if (before - current < 1e-9) break;
  }
  return { slope, bias };
}

/** The model with its head calibrated and its thresholds, which are probabilities. */
export function calibrated(
  model: Model,
  { slope, bias }: { readonly slope: number; readonly bias: number },
  thresholds: Head['thresholds'],
): Model {
  const [head] = model.header.heads as [Head];
  return {
    ...model,
    header: {
      ...model.header,
      heads: [
        {
          ...head,
          bias: rounded(bias),
          scales: head.scales.map((weight) => rounded(weight * slope)),
          whole: rounded(head.whole * slope),
          pieces: rounded(head.pieces * slope),
          thresholds,
        },
      ],
    },
  };
}
