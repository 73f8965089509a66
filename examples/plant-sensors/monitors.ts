import { cusum } from '../../src/lab/detector/cusum/detector.ts';
import type { InputScorer } from '../../src/lab/detector/detector.ts';
import { t2Spe } from '../../src/lab/detector/t2-spe/detector.ts';
import type { LabelledData } from '../../src/lab/labelled-data.ts';
import { detectionDelay, jointScorer } from '../../src/lab/series/stealthy-injection.ts';
import { thresholdAtRate } from '../../src/math/quantile.ts';
import { type ProcessData, type Rows, SENSORS, sliceRows } from './read-process.ts';

export interface Monitor {
  readonly name: string;
  readonly scorer: InputScorer;
  readonly threshold: number;
}

/** Principal components that T² and SPE are of: what Chiang, Russell and Braatz take. */
const COMPONENTS = 17;
/** Rows above the threshold, one after another, that an operator is called for: what studies of this process take. */
export const CONSECUTIVE = 6;

/**
 * T², SPE, CUSUM, and all three together, fitted on normal rows. A part's threshold is what a share `rate` of other normal rows exceeds; the joint monitor's is set
 * anew, so that together they give no more alarms than one alone.
 */
export async function fitMonitors(normal: Rows, forThresholds: Rows, rate: number): Promise<readonly Monitor[]> {
  const data: LabelledData = { ...normal, labels: new Int32Array(normal.count), inputShape: [SENSORS] };
  const at = async (name: string, scorer: InputScorer): Promise<Monitor> => ({
    name,
    scorer,
    threshold: thresholdAtRate(await scorer.score(forThresholds.inputs, forThresholds.count), rate),
  });
  const components = Math.min(COMPONENTS, SENSORS - 1);
  const parts: Monitor[] = [];
  for (const statistic of ['t2', 'spe'] as const) {
    const options = { components, statistic };
    parts.push(
      await at(statistic === 't2' ? 'T²' : 'SPE', t2Spe.open({}, await t2Spe.fit({}, data, options), options)),
    );
  }
  const options = cusum.defaults;
  parts.push(await at('CUSUM', cusum.open({}, await cusum.fit({}, data, options), options)));
  return [...parts, await at('all three', jointScorer(parts))];
}

/** Share of rows with alarm. What is not a number is one. */
export async function alarmRate({ scorer, threshold }: Monitor, rows: Rows): Promise<number> {
  const scores = await scorer.score(rows.inputs, rows.count);
  return scores.reduce((alarms, score) => alarms + (score <= threshold ? 0 : 1), 0) / rows.count;
}

export interface FaultDetection {
  readonly fault: number;
  /** Share of the rows under the fault that give alarm. */
  readonly rate: number;
  /** Rows from the onset until the operator is called; null: never. */
  readonly delay: number | null;
}

export interface MonitorResult {
  readonly monitor: string;
  readonly threshold: number;
  /** Share of rows with alarm before the faults begin. */
  readonly falseAlarms: number;
  /** Of the normal stretches before the faults: how many called the operator. */
  readonly falseCalls: number;
  readonly faults: readonly FaultDetection[];
}

/** What a monitor makes of every fault. Each file is one series from its beginning. */
export async function measureMonitor(
  monitor: Monitor,
  tests: ProcessData['faultTests'],
  onset: number,
): Promise<MonitorResult> {
  const { scorer, threshold } = monitor;
  const faults: FaultDetection[] = [];
  let [alarms, before, falseCalls] = [0, 0, 0];
  for (const [fault, rows] of tests) {
    const scores = await scorer.score(rows.inputs, rows.count);
    const quiet = scores.subarray(0, onset);
    const isAlarm = (sum: number, score: number): number => sum + (score <= threshold ? 0 : 1);
    alarms += quiet.reduce(isAlarm, 0);
    before += quiet.length;
    if (detectionDelay(quiet, threshold, 0, CONSECUTIVE) !== null) falseCalls++;
    const started = detectionDelay(scores, threshold, onset, CONSECUTIVE);
    faults.push({
      fault,
      rate: scores.subarray(onset).reduce(isAlarm, 0) / (rows.count - onset),
      // The call comes with the last of the rows in a row.
      delay: started === null ? null : started + CONSECUTIVE - 1,
    });
  }
  return { monitor: monitor.name, threshold, falseAlarms: alarms / before, falseCalls, faults };
}

/** Standard deviation of each sensor. */
export function deviationsOf(rows: Rows): Float64Array {
  const { inputs, count } = rows;
  return Float64Array.from({ length: SENSORS }, (_, s) => {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < count; i++) sum += inputs[i * SENSORS + s]!;
    for (let i = 0; i < count; i++) squares += (inputs[i * SENSORS + s]! - sum / count) ** 2;
    return Math.sqrt(squares / (count - 1));
  });
}

/** Normal rows before the onset, of one fault's test file. */
export function quietStretch(tests: ProcessData['faultTests'], fault: number, onset: number): Rows {
  return sliceRows(tests.get(fault)!, 0, onset);
}
