import { Fault } from '../../core/fault.ts';

/** The learning rate over a training run. `peak` is the largest; `warmUp` is the share of the run in which it rises to it linearly. */
export interface Schedule {
  readonly kind: 'constant' | 'step' | 'cosine' | 'one-cycle';
  readonly peak: number;
  readonly warmUp?: number;
  /** `step`: shares of the run at which the rate is multiplied by `factor`. Default: 0.5 and 0.75, as is usual for adversarial training. */
  readonly milestones?: readonly number[];
  /** `step`: default 0.1. */
  readonly factor?: number;
  /** `cosine`, `one-cycle`: where it ends, as a share of `peak`. Default 0. */
  readonly floor?: number;
}

/**
 * The rate at `progress` (0 at the first step, 1 behind the last one). `cosine`: Loshchilov and Hutter 2017 without restarts; `one-cycle`:
 * linear up and linear down (Smith 2018), its `warmUp` 0.4 unless given.
 * @throws Fault `ERR_USAGE` when the schedule makes no sense.
 */
export function learningRate(schedule: Schedule, progress: number): number {
  const { kind, peak, factor = 0.1, floor = 0, milestones = [0.5, 0.75] } = schedule;
  const warmUp = schedule.warmUp ?? (kind === 'one-cycle' ? 0.4 : 0);
  if (!(peak > 0 && Number.isFinite(peak)) || !(warmUp >= 0 && warmUp < 1) || !(floor >= 0 && floor <= 1)) {
    throw new Fault('ERR_USAGE', 'The learning rate must be above 0, its warm-up a share below 1, its floor a share.');
  }
  if (progress < warmUp) return peak * Math.max(progress / warmUp, 1e-3);
  const rest = Math.min(1, (progress - warmUp) / (1 - warmUp));
  switch (kind) {
    case 'constant':
      return peak;
    case 'step':
      return peak * factor ** milestones.filter((milestone) => progress >= milestone).length;
    case 'cosine':
      return peak * (floor + ((1 - floor) * (1 + Math.cos(Math.PI * rest))) / 2);
    case 'one-cycle':
      return peak * (1 - (1 - floor) * rest);
  }
}
