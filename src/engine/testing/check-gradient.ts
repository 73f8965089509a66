import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { seededRandom } from '../../math/random.ts';
import type { OnnxRuntime } from '../onnx-runtime.ts';
import { gradientGraph } from './gradient-graph.ts';
import { evaluateModel } from '../reference/evaluate-graph.ts';
import { referenceTensor, type ReferenceTensor } from '../reference/reference-tensor.ts';
import { relativeError, runModel } from './run-model.ts';

export interface GradientCheckOptions {
  readonly feeds: ReadonlyMap<string, ReferenceTensor>;
  /** Inputs and initializers whose gradient is checked. */
  readonly wrt: readonly string[];
  /** How many elements of each are moved. Default: all. */
  readonly elements?: number;
}

export interface GradientCheck {
  /** The gradient graph computed in float64, against central differences of the reference's forward of the model as written. */
  readonly exact: number;
  /** The gradient graph in ONNX Runtime, against the same in float64. */
  readonly run: number;
}

const STEP = 1e-6;

/**
 * Checks the gradient of a whole model the way it is used: prepared, specialised, differentiated. The loss is a random weighted sum of the
 * floating outputs.
 */
export async function checkGradient(
  model: OnnxModel,
  runtime: OnnxRuntime,
  { feeds, wrt, elements = Infinity }: GradientCheckOptions,
): Promise<GradientCheck> {
  const { model: backward, feeds: all, weights, names } = await gradientGraph(model, runtime, { feeds, wrt });
  const inFloat64 = evaluateModel(backward, all);
  const inRuntime = await runModel(runtime, backward, all);
  let [exact, run] = [0, 0];
  wrt.forEach((name, at) => {
    const found = inFloat64.get(names[at]!)!;
    run = Math.max(run, relativeError(inRuntime.get(names[at]!)!, found));
    exact = Math.max(exact, differenceError(model, all, name, weights, found, elements));
  });
  return { exact, run };
}

function differenceError(
  model: OnnxModel,
  feeds: ReadonlyMap<string, ReferenceTensor>,
  name: string,
  weights: ReadonlyMap<string, ReferenceTensor>,
  found: ReferenceTensor,
  elements: number,
): number {
  const tensor = feeds.get(name)!;
  const lossAt = (element: number, value: number): number => {
    const data = Float64Array.from(tensor.data);
    data[element] = value;
    const values = evaluateModel(model, new Map(feeds).set(name, { ...tensor, data }));
    let loss = 0;
    for (const [output, weight] of weights) {
      weight.data.forEach((one, at) => (loss += one * values.get(output)!.data[at]!));
    }
    return loss;
  };
  const places = seededRandom(`elements of ${name}`).shuffle(Array.from(tensor.data.keys())).slice(0, elements);
  const part = (data: (element: number) => number): ReferenceTensor =>
    referenceTensor('float32', [places.length], places.map(data));
  const wanted = part((element) => {
    const value = tensor.data[element]!;
    return (lossAt(element, value + STEP) - lossAt(element, value - STEP)) / (2 * STEP);
  });
  return relativeError(
    part((element) => found.data[element]!),
    wanted,
  );
}
