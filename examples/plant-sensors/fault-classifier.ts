import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { buildArchitecture } from '../../src/engine/build/architectures.ts';
import { loadOnnxBytes } from '../../src/engine/load-onnx.ts';
import type { OnnxModel } from '../../src/formats/onnx/onnx-model.ts';
import { writeOnnx } from '../../src/formats/onnx/write-onnx.ts';
import type { Defence } from '../../src/lab/defence/defence.ts';
import { pgdAt } from '../../src/lab/defence/pgd-at/defence.ts';
import { standard } from '../../src/lab/defence/standard/defence.ts';
import { runAttack } from '../../src/lab/evasion/run-attack.ts';
import { SENSOR_PGD_DEFAULTS, sensorPgd } from '../../src/lab/evasion/sensor-pgd/attack.ts';
import type { LabelledData } from '../../src/lab/labelled-data.ts';
import type { GradientTarget } from '../../src/lab/target.ts';
import { deviationsOf } from './monitors.ts';
import { type ProcessData, type Rows, SENSORS } from './read-process.ts';

/** Rows in a window. */
export const WINDOW = 16;
/** Faults 3, 9 and 15 leave the process within its usual spread: no method tells them from normal operation, and they are left out, as is usual. */
export const UNSEEN: readonly number[] = [3, 9, 15];
/** Readings further from the mean, in standard deviations, are cut: a sensor has an end of its scale. */
export const SCALE_END = 10;

/** What a network sees: windows [52, 16] in standard deviations of normal operation. */
export interface Windows {
  readonly train: LabelledData;
  readonly test: LabelledData;
}

/**
 * Windows of normal operation and of every fault that can be seen. Those to train on and those to test with come of different simulated runs.
 * @param strides rows between the beginnings of two windows
 */
export function faultWindows(
  data: ProcessData,
  onset: number,
  strides: { readonly train: number; readonly test: number },
): Windows {
  const faults = [...data.faults.keys()].filter((fault) => !UNSEEN.includes(fault));
  const classNames = ['normal', ...faults.map((fault) => `fault ${fault}`)];
  const standardise = standardiser(data.normal);
  const join = (parts: readonly Rows[], from: (label: number) => number, stride: number): LabelledData => {
    const inputs: Float32Array[] = [];
    const labels: number[] = [];
    parts.forEach((rows, label) => {
      const standardised = standardise(rows);
      for (let at = from(label); at + WINDOW <= rows.count; at += stride) {
        inputs.push(windowOf(standardised, at));
        labels.push(label);
      }
    });
    const size = SENSORS * WINDOW;
    const all = new Float32Array(inputs.length * size);
    inputs.forEach((one, at) => all.set(one, at * size));
    return {
      inputs: all,
      labels: Int32Array.from(labels),
      count: inputs.length,
      inputShape: [SENSORS, WINDOW],
      classNames,
    };
  };
  const training = [data.normal, ...faults.map((fault) => data.faults.get(fault)!)];
  const testing = [data.normalTest, ...faults.map((fault) => data.faultTests.get(fault)!)];
  return {
    train: join(training, () => 0, strides.train),
    test: join(testing, (label) => (label === 0 ? 0 : onset), strides.test),
  };
}

function standardiser(normal: Rows): (rows: Rows) => Float32Array {
  const deviations = deviationsOf(normal);
  const means = Float64Array.from({ length: SENSORS }, (_, s) => {
    let sum = 0;
    for (let i = 0; i < normal.count; i++) sum += normal.inputs[i * SENSORS + s]!;
    return sum / normal.count;
  });
  return ({ inputs }) =>
    inputs.map((value, at) => {
      const s = at % SENSORS;
      return Math.min(Math.max((value - means[s]!) / (deviations[s]! || 1), -SCALE_END), SCALE_END);
    });
}

/** Rows from `at` on, turned: one sensor after the other. */
function windowOf(rows: Float32Array, at: number): Float32Array {
  return Float32Array.from({ length: SENSORS * WINDOW }, (_, i) => {
    const [sensor, time] = [Math.floor(i / WINDOW), i % WINDOW];
    return rows[(at + time) * SENSORS + sensor]!;
  });
}

export const MODELS = ['standard', 'hardened'] as const;
export type ModelId = (typeof MODELS)[number];

export interface TrainingPlan {
  readonly epochs: number;
  readonly attackSteps: number;
  /** What the hardened one is trained against, in standard deviations. */
  readonly eps: number;
}

/** One network trained plainly and one trained against PGD, from the same weights. A file that is there is taken as it is. */
export async function trainClassifiers(
  train: LabelledData,
  fileOf: (id: ModelId) => string,
  plan: TrainingPlan,
  say: (line: string) => void,
): Promise<Readonly<Record<ModelId, OnnxModel>>> {
  const classes = train.classNames!.length;
  const initial = buildArchitecture('series-cnn', { inputShape: train.inputShape, classes, seed: 'plant' });
  const common = { epochs: plan.epochs, batch: 64 };
  return {
    standard: await run('standard', standard, { ...standard.defaults, ...common }),
    hardened: await run('hardened', pgdAt, { ...pgdAt.defaults, ...common, eps: plan.eps, steps: plan.attackSteps }),
  };

  async function run<Options>(id: ModelId, defence: Defence<string, Options>, options: Options): Promise<OnnxModel> {
    const file = fileOf(id);
    if (existsSync(file)) {
      say(`  ${id}: taken from ${file}`);
      return loadOnnxBytes(new Uint8Array(readFileSync(file)));
    }
    const { model, seconds, history } = await defence.run(initial, train, options, {
      bounds: { low: -SCALE_END, high: SCALE_END },
      classes,
      seed: `plant ${id}`,
      threads: 1,
    });
    writeFileSync(file, writeOnnx(model));
    say(`  ${id}: ${Math.round(seconds)} s, right in training ${history.at(-1)?.accuracy.toFixed(3) ?? '?'}, ${file}`);
    return model;
  }
}

/** Sensors by how much the answers hang on them: mean size of the loss's gradient on these windows. What an attacker who has the network would take first. */
export async function sensorsByInfluence(target: GradientTarget, data: LabelledData): Promise<readonly number[]> {
  const [sensors = 0, length = 0] = target.inputShape;
  const influence = new Float64Array(sensors);
  const { gradient } = await target.lossGradient(data.inputs, data.count, { kind: 'margin', labels: data.labels });
  gradient.forEach((slope, at) => (influence[Math.floor(at / length) % sensors]! += Math.abs(slope)));
  return Array.from({ length: sensors }, (_, s) => s).toSorted((a, b) => influence[b]! - influence[a]!);
}

export interface HeldResult {
  readonly held: number;
  readonly constant: boolean;
  readonly eps: number;
  /** Share of the windows that are right as they are, and under attack. */
  readonly clean: number;
  readonly robust: number;
}

/** Accuracy when an attacker holds some sensors. Every success is predicted again (`runAttack`). */
export async function attackHeld(
  target: GradientTarget,
  data: LabelledData,
  sensors: readonly number[],
  eps: number,
  options: { readonly constant: boolean; readonly steps: number },
): Promise<HeldResult> {
  const { metrics } = await runAttack({
    attack: sensorPgd,
    target,
    data,
    perturbation: { norm: 'linf', eps },
    options: { ...SENSOR_PGD_DEFAULTS, ...options, sensors, restarts: 1 },
    seed: 'plant',
  });
  return {
    held: sensors.length,
    constant: options.constant,
    eps,
    clean: metrics.cleanAccuracy.value,
    robust: metrics.robustAccuracy.value,
  };
}
