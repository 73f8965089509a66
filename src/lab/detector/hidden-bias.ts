import type { InputScorer } from './detector.ts';
import { reportedCount } from './reported.ts';

/**
 * What an attacker who knows a series detector can do to one sensor: the largest constant that can be added to all its readings while the
 * share of alarms stays at most `alarms`. Found by doubling and halving; the largest for which smaller ones were quiet, too.
 * @param series [n, sensors], clean
 * @param direction +1 or -1
 * @param unit first step, in the sensor's units: its standard deviation
 * @returns in the sensor's units; infinite when 2^20 units still give no alarm
 */
export async function largestHiddenBias(
  scorer: InputScorer,
  series: Float32Array,
  n: number,
  sensor: number,
  {
    threshold,
    alarms,
    direction,
    unit,
  }: { readonly threshold: number; readonly alarms: number; readonly direction: 1 | -1; readonly unit: number },
): Promise<number> {
  const size = series.length / n;
  const quiet = async (bias: number): Promise<boolean> => {
    const moved = series.slice();
    for (let i = 0; i < n; i++) moved[i * size + sensor]! += direction * bias;
    const scores = await scorer.score(moved, n);
    return reportedCount(scores, threshold) <= alarms * n;
  };
  if (!(await quiet(0))) return 0;
  let [low, high] = [0, unit / 16];
  while (await quiet(high)) {
    if (high > unit * 2 ** 20) return Number.POSITIVE_INFINITY;
    [low, high] = [high, high * 2];
  }
  for (let round = 0; round < 12; round++) {
    const middle = (low + high) / 2;
    if (await quiet(middle)) low = middle;
    else high = middle;
  }
  return low;
}
