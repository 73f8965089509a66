import { buildMlp } from '../../engine/build/architectures.ts';
import { seededRandom } from '../../math/random.ts';
import { standard } from '../defence/standard/defence.ts';
import { type FeatureTarget, openFeatureTarget } from '../feature-target.ts';
import { type LabelledData, sliceData } from '../labelled-data.ts';
import { type OnnxTarget, openOnnxTarget } from '../onnx-target.ts';

/** A small classifier that was trained on made data, and data of the same kind that it did not see. */
export interface SmallProblem {
  readonly model: OnnxTarget;
  readonly features: FeatureTarget;
  /** Trained from other weights. */
  readonly other: OnnxTarget;
  /** For calibration. */
  readonly clean: LabelledData;
  readonly test: LabelledData;
  /** Linf size at which an attack fools the model on most samples. */
  readonly eps: number;
  close(): Promise<void>;
}

interface MadeData {
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly bounds: { readonly low: number; readonly high: number };
  readonly eps: number;
  /** One sample, [size], and its class. */
  sample(): { readonly x: ArrayLike<number>; readonly label: number };
}

const COUNTS = { trained: 800, clean: 2000, test: 1000 };

/** Pictures of 8 x 8: five variants of one pattern of dark and light fields, a few fields flipped, and noise. */
export function pictureProblem(): Promise<SmallProblem> {
  const random = seededRandom('pictures');
  const base = Array.from({ length: 64 }, () => (random.uniform() < 0.4 ? 1 : 0));
  const patterns = Array.from({ length: 5 }, () => base.map((value) => (random.uniform() < 0.12 ? 1 - value : value)));
  return problem({
    inputShape: [1, 8, 8],
    classes: 5,
    bounds: { low: 0, high: 1 },
    eps: 0.35,
    sample: () => {
      const label = random.below(5);
      const x = patterns[label]!.map((value) => {
        const field = random.uniform() < 0.02 ? 1 - value : value;
        return Math.min(1, Math.max(0, field + 0.08 * random.normal()));
      });
      return { x, label };
    },
  });
}

/** Rows of ten sensors that three hidden quantities move together; the class is whether the first is above zero. */
export function sensorProblem(): Promise<SmallProblem> {
  const random = seededRandom('sensors');
  const loads = Array.from({ length: 10 }, () => Array.from({ length: 3 }, () => random.normal()));
  return problem({
    inputShape: [10],
    classes: 2,
    bounds: { low: -20, high: 20 },
    eps: 0.8,
    sample: () => {
      const hidden = Array.from({ length: 3 }, () => random.normal());
      const label = hidden[0]! > 0 ? 1 : 0;
      hidden[0]! += label === 1 ? 0.3 : -0.3;
      return {
        x: loads.map((row) => row.reduce((sum, load, k) => sum + load * hidden[k]!, 0) + 0.15 * random.normal()),
        label,
      };
    },
  });
}

/** Rows of a table: four whole numbers and four amounts between 0 and 10; the class follows from two of each. */
export function tableProblem(): Promise<SmallProblem> {
  const random = seededRandom('table');
  return problem({
    inputShape: [8],
    classes: 2,
    bounds: { low: -5, high: 15 },
    eps: 1.5,
    sample: () => {
      const x = Array.from({ length: 8 }, (_, j) => (j < 4 ? random.below(11) : 10 * random.uniform()));
      return { x, label: x[0]! + x[1]! + x[4]! + x[5]! > 20 ? 1 : 0 };
    },
  });
}

async function problem({ inputShape, classes, bounds, eps, sample }: MadeData): Promise<SmallProblem> {
  const size = inputShape.reduce((product, length) => product * length, 1);
  const count = COUNTS.trained + COUNTS.clean + COUNTS.test;
  const inputs = new Float32Array(count * size);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const { x, label } = sample();
    inputs.set(x, i * size);
    labels[i] = label;
  }
  const all: LabelledData = { inputs, labels, count, inputShape };
  const trained = async (seed: string) => {
    const { model } = await standard.run(
      buildMlp({ inputShape, classes, seed }, [24]),
      sliceData(all, 0, COUNTS.trained),
      { ...standard.defaults, epochs: 12, batch: 32, rate: 0.01 },
      { bounds, classes, seed, threads: 1 },
    );
    return model;
  };
  const graph = await trained('first');
  const options = { bounds, threads: 0 };
  const model = await openOnnxTarget(graph, options);
  const features = await openFeatureTarget(graph, options);
  const other = await openOnnxTarget(await trained('second'), options);
  return {
    model,
    features,
    other,
    clean: sliceData(all, COUNTS.trained, COUNTS.trained + COUNTS.clean),
    test: sliceData(all, COUNTS.trained + COUNTS.clean, count),
    eps,
    close: async () => {
      for (const one of [model, features, other]) await one.close();
    },
  };
}
