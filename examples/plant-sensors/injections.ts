import { detectionDelay, hiddenInjection, injected } from '../../src/lab/series/stealthy-injection.ts';
import { alarmRate, CONSECUTIVE, type Monitor } from './monitors.ts';
import { HOUR, type Rows, sensorName, SENSORS } from './read-process.ts';

/** Sensors that an attacker wants to falsify: what keeps the reactor and the columns safe. */
export const FALSIFIED = [6, 7, 8, 11] as const;
export const HELPERS = [0, 1, 4, 8] as const;

export interface HiddenShift {
  readonly monitor: string;
  readonly sensor: string;
  readonly shape: 'bias' | 'ramp';
  readonly helpers: number;
  readonly hours: number;
  /** Largest shift that stays hidden, in standard deviations of the sensor. */
  readonly amplitude: number;
  /** Sum of the shift over time: standard deviations times hours. */
  readonly damage: number;
}

export interface InjectionPlan {
  readonly sensors: readonly number[];
  readonly helpers: readonly number[];
  readonly steps: number;
  readonly deviations: ArrayLike<number>;
  /** Sensors from the one that goes best with a given one to the one that goes least with it. */
  readonly companions: (sensor: number) => readonly number[];
}

/** Alarms that an attack may add: what nobody looks twice at. */
const TOLERATED = 0.01;

/** The largest shifts that a monitor does not see on these rows. Where the score has no gradient (CUSUM alone) helpers are of no use: it looks at each sensor by itself. */
export async function hiddenShifts(
  monitor: Monitor,
  cusum: Monitor,
  rows: Rows,
  plan: InjectionPlan,
): Promise<readonly HiddenShift[]> {
  const { scorer, threshold } = monitor;
  const { deviations } = plan;
  const alarms = (await alarmRate(monitor, rows)) + TOLERATED;
  const found: HiddenShift[] = [];
  const joint = scorer.scoreGradient !== undefined && monitor.name === 'all three';
  // What CUSUM lets pass for each helper, by the sensor.
  const limits = new Map<number, number>();
  const limitOf = async (sensor: number): Promise<number> => {
    let limit = limits.get(sensor);
    if (limit === undefined) {
      const own = { deviations, threshold: cusum.threshold * threshold, alarms: await alarmRate(cusum, rows) };
      const both = [1, -1] as const;
      const sizes = await Promise.all(
        both.map(
          async (direction) =>
            (await hiddenInjection(cusum.scorer, rows.inputs, rows.count, { ...own, sensor, direction })).amplitude,
        ),
      );
      limits.set(sensor, (limit = Math.min(...sizes)));
    }
    return limit;
  };
  for (const sensor of plan.sensors) {
    // Who holds eight helpers can leave seven alone.
    let most: { readonly amplitude: number; readonly damage: number } = { amplitude: 0, damage: 0 };
    const record = async (shape: 'bias' | 'ramp', helpers: readonly number[]): Promise<void> => {
      const own = await hiddenInjection(scorer, rows.inputs, rows.count, {
        sensor,
        direction: 1,
        helpers,
        ...(joint && helpers.length > 0 && { limits: await Promise.all(helpers.map(limitOf)) }),
        deviations,
        threshold,
        alarms,
        shape,
        steps: plan.steps,
      });
      if (shape === 'ramp' || own.amplitude > most.amplitude) most = own;
      const { amplitude, damage } = most;
      const unit = deviations[sensor]!;
      found.push({
        monitor: monitor.name,
        sensor: sensorName(sensor),
        shape,
        helpers: helpers.length,
        hours: rows.count / HOUR,
        amplitude: amplitude / unit,
        damage: damage / unit / HOUR,
      });
    };
    for (const count of plan.helpers) {
      if (count > 0 && scorer.scoreGradient === undefined) continue;
      await record('bias', plan.companions(sensor).slice(0, count));
    }
    await record('ramp', []);
  }
  return found;
}

/** Sensors by how much they move with a given one on normal rows (absolute correlation), itself left out. */
export function companionsOf({ inputs, count }: Rows): (sensor: number) => readonly number[] {
  const standard = new Float64Array(inputs.length);
  for (let s = 0; s < SENSORS; s++) {
    let [mean, squares] = [0, 0];
    for (let i = 0; i < count; i++) mean += inputs[i * SENSORS + s]! / count;
    for (let i = 0; i < count; i++) squares += (inputs[i * SENSORS + s]! - mean) ** 2;
    const unit = Math.sqrt(squares) || 1;
    for (let i = 0; i < count; i++) standard[i * SENSORS + s] = (inputs[i * SENSORS + s]! - mean) / unit;
  }
  return (sensor) => {
    const strength = Float64Array.from({ length: SENSORS }, (_, other) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += standard[i * SENSORS + sensor]! * standard[i * SENSORS + other]!;
      return Math.abs(sum);
    });
    const others = Array.from({ length: SENSORS }, (_, other) => other).filter((other) => other !== sensor);
    return others.toSorted((a, b) => strength[b]! - strength[a]!);
  };
}

export interface ReplayResult {
  readonly monitor: string;
  /** Sensors that show what was recorded before the fault: those that the fault moves most. */
  readonly replayed: number;
  /** Faults that call the operator when nothing is replayed, and of these the ones that no longer do. */
  readonly seen: number;
  readonly hidden: number;
}

/** While a fault runs, some sensors show what they showed before it. */
export async function hiddenReplays(
  monitor: Monitor,
  tests: ReadonlyMap<number, Rows>,
  onset: number,
  counts: readonly number[],
  deviations: ArrayLike<number>,
): Promise<readonly ReplayResult[]> {
  const called = async (rows: Float32Array, count: number): Promise<boolean> =>
    detectionDelay(await monitor.scorer.score(rows, count), monitor.threshold, onset, CONSECUTIVE) !== null;
  const seen: Rows[] = [];
  for (const rows of tests.values()) if (await called(rows.inputs, rows.count)) seen.push(rows);
  const results: ReplayResult[] = [];
  for (const replayed of counts) {
    let hidden = 0;
    for (const rows of seen) {
      const sensors = mostMoved(rows, onset, deviations).slice(0, replayed);
      const shown = injected(rows.inputs, rows.count, { shape: 'replay', sensors, from: onset, amplitudes: [] });
      if (!(await called(shown, rows.count))) hidden++;
    }
    results.push({ monitor: monitor.name, replayed, seen: seen.length, hidden });
  }
  return results;
}

/** Sensors by how far they are from their mean before the onset, squared and summed, in standard deviations. */
export function mostMoved({ inputs, count }: Rows, onset: number, deviations: ArrayLike<number>): readonly number[] {
  const moved = Float64Array.from({ length: SENSORS }, (_, s) => {
    let [mean, sum] = [0, 0];
    for (let i = 0; i < onset; i++) mean += inputs[i * SENSORS + s]! / onset;
    for (let i = onset; i < count; i++) sum += ((inputs[i * SENSORS + s]! - mean) / (deviations[s]! || 1)) ** 2;
    return sum;
  });
  return Array.from({ length: SENSORS }, (_, s) => s).toSorted((a, b) => moved[b]! - moved[a]!);
}
