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

/**
 * A monitor that gives alarm when any of its parts does; its score is the largest, each in units of its threshold. Where some part has a gradient,
 * so has the whole: of the largest among those.
 */
export function jointScorer(
  parts: readonly { readonly scorer: InputScorer; readonly threshold: number }[],
): InputScorer {
  const scoresOf = async (x: Float32Array, n: number): Promise<Float64Array> => {
    const all = await Promise.all(parts.map(({ scorer }) => scorer.score(x, n)));
    return Float64Array.from({ length: n }, (_, i) =>
      all.reduce((most, scores, at) => {
        const share = scores[i]! / parts[at]!.threshold;
        return Number.isNaN(share) || share > most ? share : most;
      }, -Infinity),
    );
  };
  const smooth = parts.filter(({ scorer }) => scorer.scoreGradient !== undefined);
  if (smooth.length === 0) return { score: scoresOf };
  return {
    score: scoresOf,
    scoreGradient: async (x, n) => {
      const d = x.length / n;
      const gradient = new Float32Array(x.length);
      const most = new Float64Array(n).fill(-Infinity);
      for (const { scorer, threshold } of smooth) {
        const own = await scorer.scoreGradient!(x, n);
        for (let i = 0; i < n; i++) {
          if (!(own.scores[i]! / threshold > most[i]!)) continue;
          most[i] = own.scores[i]! / threshold;
          for (let j = i * d; j < (i + 1) * d; j++) gradient[j] = own.gradient[j]! / threshold;
        }
      }
      return { scores: await scoresOf(x, n), gradient };
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
  /** Most that each helper may be moved, in its units and the order of `helpers`: what a monitor without a gradient lets pass. Default: no limit. */
  readonly limits?: readonly number[];
  /** Default `bias`. */
  readonly shape?: Exclude<InjectionShape, 'replay'>;
  /** Gradient steps on the helpers for each size that is tried. */
  readonly steps?: number;
}

/**
 * False data that a monitor does not see (Liu, Ning and Reiter 2011, doi:10.1145/1952982.1952995, for any score): the largest shift
 * of one sensor, constant or growing, for which the share of rows above the threshold stays at most `alarms`, found by doubling and halving. With helpers, each row's other sensors
 * are moved down the score's gradient first, as an attacker would who knows the monitor.
 * @param rows [n, sensors], clean
 */
export async function hiddenInjection(
  scorer: InputScorer,
  rows: Float32Array,
  n: number,
  options: HiddenOptions,
): Promise<HiddenInjection> {
  const { sensor, direction, helpers = [], deviations, threshold, alarms, shape = 'bias' } = options;
  if (options.limits !== undefined && options.limits.length !== helpers.length) {
    throw new Fault('ERR_USAGE', `There are ${options.limits.length} limits for ${helpers.length} helpers.`, {
      where: 'limits',
    });
  }
  if (helpers.length > 0 && scorer.scoreGradient === undefined) {
    throw new Fault('ERR_USAGE', 'Helpers are moved along the gradient of the score, and this detector has none.', {
      where: 'helpers',
    });
  }
  const shown = async (amplitude: number): Promise<Float32Array> => {
    const moved = injected(rows, n, { shape, sensors: [sensor], from: 0, amplitudes: [direction * amplitude] });
    if (helpers.length > 0) await compensate(scorer, moved, rows, n, options);
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
  const done = (): HiddenInjection => ({
    ...best,
    damage: best.amplitude * (shape === 'ramp' ? (n + 1) / 2 : n),
  });
  let [low, high] = [0, unit / 8];
  for (let seen = await shown(high); await isQuiet(seen); seen = await shown(high)) {
    best = { amplitude: high, rows: seen };
    if (high > unit * 2 ** 16) return done();
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
  return done();
}

/** Moves the helpers of each row down the score until it is below the threshold or the steps are used up. Steps are in standard deviations. */
async function compensate(
  scorer: InputScorer,
  rows: Float32Array,
  clean: Float32Array,
  n: number,
  options: HiddenOptions,
): Promise<void> {
  const { helpers = [], limits, deviations, threshold, steps = 60 } = options;
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
        const reach = limits?.[at] ?? Infinity;
        const origin = clean[i * d + helper]!;
        rows[i * d + helper] = Math.min(
          Math.max(rows[i * d + helper]! - 0.15 * move * unit, origin - reach),
          origin + reach,
        );
      });
    }
    if (open === 0) return;
  }
}
