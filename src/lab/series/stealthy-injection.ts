import { Fault } from '../../core/fault.ts';
import type { InputScorer } from '../detector/detector.ts';

/** `bias`: a constant from the start on. `ramp`: grows evenly until the end. `replay`: what was read before is shown again, shifted by nothing. */
export const INJECTIONS = ['bias', 'ramp', 'replay'] as const;
export type InjectionShape = (typeof INJECTIONS)[number];

export interface Injection {
  readonly shape: InjectionShape;
  /** Columns that the attacker writes. */
  readonly sensors: readonly number[];
  /** First row that is changed. */
  readonly from: number;
  /** Largest shift of each of these sensors, in its own units; unused by `replay`. */
  readonly amplitudes: readonly number[];
}

/** Rows [n, sensors] as an attacker makes the monitor see them. */
export function injected(rows: Float32Array, n: number, injection: Injection): Float32Array {
  const { shape, sensors, from, amplitudes } = injection;
  const d = rows.length / n;
  if (!Number.isInteger(d) || sensors.some((sensor) => !(sensor >= 0 && sensor < d))) {
    throw new Fault('ERR_USAGE', `There are ${d} sensors.`, { where: 'sensors' });
  }
  if (!(from >= 0 && from < n)) throw new Fault('ERR_USAGE', `There are ${n} rows.`, { where: 'from' });
  if (shape === 'replay' && from === 0) {
    throw new Fault('ERR_USAGE', 'A replay needs rows before it begins.', { where: 'from' });
  }
  const out = rows.slice();
  for (let i = from; i < n; i++) {
    const share = shape === 'ramp' ? (i - from + 1) / (n - from) : 1;
    sensors.forEach((sensor, at) => {
      if (shape === 'replay') out[i * d + sensor] = rows[((i - from) % from) * d + sensor]!;
      else out[i * d + sensor]! += share * (amplitudes[at] ?? 0);
    });
  }
  return out;
}

/** Rows from the start of an attack or fault until the alarm: the first of `consecutive` rows in a row that are above the threshold, or not a number. Null: none. */
export function detectionDelay(
  scores: ArrayLike<number>,
  threshold: number,
  from: number,
  consecutive = 1,
): number | null {
  let run = 0;
  for (let i = from; i < scores.length; i++) {
    run = scores[i]! <= threshold ? 0 : run + 1;
    if (run === consecutive) return i - consecutive + 1 - from;
  }
  return null;
}

/** A monitor that gives alarm when any of its parts does; its score is the largest, each in units of its threshold. */
export function jointScorer(
  parts: readonly { readonly scorer: InputScorer; readonly threshold: number }[],
): InputScorer {
  return {
    score: async (x, n) => {
      const all = await Promise.all(parts.map(({ scorer }) => scorer.score(x, n)));
      return Float64Array.from({ length: n }, (_, i) =>
        all.reduce((most, scores, at) => {
          const share = scores[i]! / parts[at]!.threshold;
          return Number.isNaN(share) || share > most ? share : most;
        }, -Infinity),
      );
    },
  };
}

export interface HiddenInjection {
  /** Largest shift of the sensor, in its units, that stays hidden. */
  readonly amplitude: number;
  /** What the monitor is shown. */
  readonly rows: Float32Array;
  /** Sum of the shifts over all rows: sensor units times rows. */
  readonly damage: number;
}

export interface HiddenOptions {
  readonly sensor: number;
  readonly direction: 1 | -1;
  /** Other sensors that the attacker holds and moves so that the monitor stays quiet; needs a score with a gradient. */
  readonly helpers?: readonly number[];
  /** A sensor's standard deviation each, in the order of the columns. */
  readonly deviations: ArrayLike<number>;
  readonly threshold: number;
  /** Rows with alarm that are allowed, as a share: the monitor's false alarms, or a little more. */
  readonly alarms: number;
  /** Gradient steps on the helpers for each size that is tried. */
  readonly steps?: number;
}

/**
 * False data that a monitor does not see (Liu, Ning and Reiter 2011, doi:10.1145/1952982.1952995, for any score): the largest constant shift
 * of one sensor for which the share of rows above the threshold stays at most `alarms`, found by doubling and halving. With helpers, each row's other sensors
 * are moved down the score's gradient first, as an attacker would who knows the monitor.
 * @param rows [n, sensors], clean
 */
export async function hiddenInjection(
  scorer: InputScorer,
  rows: Float32Array,
  n: number,
  options: HiddenOptions,
): Promise<HiddenInjection> {
  const { sensor, direction, helpers = [], deviations, threshold, alarms } = options;
  const d = rows.length / n;
  if (helpers.length > 0 && scorer.scoreGradient === undefined) {
    throw new Fault('ERR_USAGE', 'Helpers are moved along the gradient of the score, and this detector has none.', {
      where: 'helpers',
    });
  }
  const shown = async (amplitude: number): Promise<Float32Array> => {
    const moved = rows.slice();
    for (let i = 0; i < n; i++) moved[i * d + sensor]! += direction * amplitude;
    if (helpers.length > 0) await compensate(scorer, moved, n, helpers, deviations, threshold, options.steps ?? 60);
    return moved;
  };
  const isQuiet = async (seen: Float32Array): Promise<boolean> => {
    const scores = await scorer.score(seen, n);
    let above = 0;
    for (const score of scores) if (!(score <= threshold)) above++;
    return above <= alarms * n;
  };
  const unit = deviations[sensor]!;
  let best: { readonly amplitude: number; readonly rows: Float32Array } = { amplitude: 0, rows: rows.slice() };
  let [low, high] = [0, unit / 8];
  for (let seen = await shown(high); await isQuiet(seen); seen = await shown(high)) {
    best = { amplitude: high, rows: seen };
    if (high > unit * 2 ** 16) return { ...best, damage: best.amplitude * n };
    [low, high] = [high, high * 2];
  }
  for (let round = 0; round < 8; round++) {
    const middle = (low + high) / 2;
    const seen = await shown(middle);
    if (await isQuiet(seen)) {
      low = middle;
      best = { amplitude: middle, rows: seen };
    } else high = middle;
  }
  return { ...best, damage: best.amplitude * n };
}

/** Moves the helpers of each row down the score until it is below the threshold or the steps are used up. Steps are in standard deviations. */
async function compensate(
  scorer: InputScorer,
  rows: Float32Array,
  n: number,
  helpers: readonly number[],
  deviations: ArrayLike<number>,
  threshold: number,
  steps: number,
): Promise<void> {
  const d = rows.length / n;
  const first = new Float64Array(n * helpers.length);
  const second = new Float64Array(n * helpers.length);
  for (let step = 1; step <= steps; step++) {
    const { scores, gradient } = await scorer.scoreGradient!(rows, n);
    let open = 0;
    for (let i = 0; i < n; i++) {
      // A little below, so that rounding does not lift it again.
      if (scores[i]! <= threshold * 0.98) continue;
      open++;
      helpers.forEach((helper, at) => {
        const k = i * helpers.length + at;
        const unit = deviations[helper]!;
        const slope = gradient[i * d + helper]! * unit;
        // Adam (Kingma and Ba 2015) in standardised units.
        first[k] = 0.9 * first[k]! + 0.1 * slope;
        second[k] = 0.99 * second[k]! + 0.01 * slope * slope;
        const move = first[k]! / (1 - 0.9 ** step) / (Math.sqrt(second[k]! / (1 - 0.99 ** step)) + 1e-12);
        rows[i * d + helper]! -= 0.15 * move * unit;
      });
    }
    if (open === 0) return;
  }
}
