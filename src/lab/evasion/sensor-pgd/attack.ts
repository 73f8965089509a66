import { Fault } from '../../../core/fault.ts';
import { sampleSize, type Target } from '../../target.ts';
import { ascendGradient } from '../ascend-gradient.ts';
import { assertGradients, beginAttack } from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { assertPerturbation } from '../norm-ball.ts';
import { row } from '../rows.ts';

export interface SensorPgdOptions {
  /** Sensors that the attacker holds: along the first axis of an input, [channels, length] or [features]; null for all. */
  readonly sensors: readonly number[] | null;
  /** Share of eps that each of these sensors may be moved, in the same order; null for all of it. */
  readonly limits: readonly number[] | null;
  /** First time step that is changed. */
  readonly from: number;
  /** Time step before which the change ends; null for the end. */
  readonly to: number | null;
  /** The same shift at every time step: a sensor with a bias, which no filter over time takes away. */
  readonly constant: boolean;
  readonly steps: number;
  readonly restarts: number;
  readonly loss: 'cross-entropy' | 'margin';
}

export const SENSOR_PGD_DEFAULTS: SensorPgdOptions = {
  sensors: null,
  limits: null,
  from: 0,
  to: null,
  constant: false,
  steps: 50,
  restarts: 2,
  loss: 'margin',
};

/** PGD by somebody who holds some of the sensors, each within its own bound, for some of the time. */
export const sensorPgd = defineAttack<'sensor-pgd', SensorPgdOptions>({
  meta: {
    id: 'sensor-pgd',
    title: 'PGD on some sensors',
    summary:
      'Gradient steps on the sensors that an attacker holds, each within its own bound, over a part of the window.',
    knowledge: 'gradients',
    norms: ['linf'],
    modalities: ['series', 'vector'],
    taxonomy: ['AML.T0043.000'],
    references: ['Madry et al. 2018, arXiv:1706.06083', 'Zhang et al. 2020, arXiv:2003.08938'],
  },
  options: (z) =>
    z.strictObject({
      sensors: z.array(z.int().min(0)).min(1).readonly().nullable().default(null),
      limits: z.array(z.number().min(0).max(1)).min(1).readonly().nullable().default(null),
      from: z.int().min(0).default(SENSOR_PGD_DEFAULTS.from),
      to: z.int().min(1).nullable().default(SENSOR_PGD_DEFAULTS.to),
      constant: z.boolean().default(SENSOR_PGD_DEFAULTS.constant),
      steps: z.int().min(1).max(100_000).default(SENSOR_PGD_DEFAULTS.steps),
      restarts: z.int().min(1).max(10_000).default(SENSOR_PGD_DEFAULTS.restarts),
      loss: z.enum(['cross-entropy', 'margin']).default(SENSOR_PGD_DEFAULTS.loss),
    }),
  defaults: SENSOR_PGD_DEFAULTS,
  run: async (plain, data, perturbation, options, context) => {
    const target = assertGradients(plain, 'sensor-pgd');
    const { eps } = assertPerturbation(perturbation, ['linf'], 'sensor-pgd');
    const reach = reachOf(target, options);
    const state = await beginAttack(target, data, context);
    const { size, box } = state;
    /** Puts a shift (in shares of eps) onto a sample, inside the bounds. */
    const place = (point: Float32Array, center: Float32Array, shift: Float32Array): void => {
      for (let f = 0; f < size; f++) {
        const unit = reach.unit[f]!;
        const moved = unit < 0 ? center[f]! : center[f]! + eps * shift[unit]!;
        point[f] = Math.min(Math.max(moved, box.low[f]!), box.high[f]!);
      }
    };

    const shifts = new Map<number, Float32Array>();
    const { steps, restarts, loss } = options;
    return ascendGradient(
      target,
      state,
      {
        steps,
        restarts,
        loss,
        begin: (point, sample, restart) => {
          const random = state.random(sample, `sensor-pgd/${restart}`);
          const shift = Float32Array.from(reach.limit, (limit) => limit * (2 * random.uniform() - 1));
          shifts.set(sample, shift);
          place(point, row(state.inputs, size, sample), shift);
        },
        move: (point, slope, sample, step) => {
          // Long steps first, short ones at the end.
          const share = 0.5 * (1 + Math.cos((Math.PI * step) / steps));
          const length = Math.max(share, 0.02) * 0.5;
          const shift = shifts.get(sample)!;
          const pull = new Float64Array(shift.length);
          for (let f = 0; f < size; f++) if (reach.unit[f]! >= 0) pull[reach.unit[f]!]! += slope[f]!;
          for (let u = 0; u < shift.length; u++) {
            const limit = reach.limit[u]!;
            shift[u] = Math.min(Math.max(shift[u]! + length * limit * Math.sign(pull[u]!), -limit), limit);
          }
          place(point, row(state.inputs, size, sample), shift);
        },
      },
      context,
    );
  },
});

/** Which number of the attacker's moves a feature: -1 for none, the same one for all time steps of a sensor with a constant shift. */
interface Reach {
  readonly unit: Int32Array;
  /** Most that each number may be, as a share of eps. */
  readonly limit: Float32Array;
}

function reachOf(target: Target, options: SensorPgdOptions): Reach {
  const { inputShape } = target;
  const size = sampleSize(target);
  const channels = inputShape[0] ?? 0;
  const length = size / channels;
  const sensors = options.sensors ?? Array.from({ length: channels }, (_, i) => i);
  const unknown = sensors.find((sensor) => sensor >= channels);
  if (unknown !== undefined) {
    throw new Fault('ERR_USAGE', `there is no sensor ${unknown}; the model has ${channels}`, { where: 'sensors' });
  }
  if (options.limits !== null && options.limits.length !== sensors.length) {
    throw new Fault('ERR_USAGE', `there are ${options.limits.length} limits for ${sensors.length} sensors`, {
      where: 'limits',
    });
  }
  const to = Math.min(options.to ?? length, length);
  if (!(options.from < to)) {
    throw new Fault('ERR_USAGE', `the change would begin at step ${options.from} and end at ${to}`, { where: 'from' });
  }
  const unit = new Int32Array(size).fill(-1);
  const limits: number[] = [];
  sensors.forEach((sensor, at) => {
    const limit = options.limits?.[at] ?? 1;
    for (let time = options.from; time < to; time++) {
      if (!options.constant || time === options.from) limits.push(limit);
      unit[sensor * length + time] = limits.length - 1;
    }
  });
  return { unit, limit: Float32Array.from(limits) };
}
