import { Fault } from '../../core/fault.ts';
import { loadOnnx, loadOnnxBytes } from '../../engine/load-onnx.ts';
import { type ModelPlan, planModel, withoutFixedBatch } from '../../engine/model-plan.ts';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { seededRandom } from '../../math/random.ts';
import { isWrong } from '../evasion/attack-state.ts';
import { boxOf, distance } from '../evasion/norm-ball.ts';
import { pgd } from '../evasion/pgd/attack.ts';
import { argmax } from '../loss-of-scores.ts';
import { openOnnxTarget, type OnnxTarget, type OnnxTargetOptions } from '../onnx-target.ts';
import { sampleSize } from '../target.ts';
import { type BoundedNetwork, inputSize, outputSize } from './bounded-network.ts';
import type { Arithmetic } from './crown.ts';
import { type BoundMethod, decideRegion } from './decide-region.ts';
import { regionAround } from './input-region.ts';
import { assertPrecision } from './network/assert-precision.ts';
import { networkFromOnnx } from './network-from-onnx.ts';
import { roundIntoBox } from './unsafe-region.ts';

/**
 * What is known of one sample at one radius. `certified`: no input within eps and the bounds changes the answer, which is right.
 * `falsified`: `input` is within both, and the model itself answers `answer` to it. `misclassified`: the answer is wrong before anything is
 * changed. `unknown`: none of these within the limits.
 */
export type SampleVerdict =
  | { readonly verdict: 'certified' }
  | {
      readonly verdict: 'falsified';
      readonly input: Float32Array;
      readonly answer: number;
      /** In the norm that was asked about. */
      readonly distance: number;
    }
  | { readonly verdict: 'misclassified'; readonly answer: number }
  | { readonly verdict: 'unknown'; readonly reason: string };

export interface CertifyOptions {
  readonly norm: 'linf' | 'l2';
  /** In the units of the inputs. */
  readonly eps: number;
  readonly method: BoundMethod;
  /** Default: `float32`, what ONNX Runtime computes. */
  readonly arithmetic?: Arithmetic;
  /** Milliseconds. */
  readonly timeout: number;
  readonly mostSplits?: number;
  readonly seed?: string;
  readonly signal?: AbortSignal;
}

/** A model as a target that is run and as a network that bounds are computed for: both from the same graph. */
export interface Certifier {
  readonly target: OnnxTarget;
  readonly network: BoundedNetwork;
  /**
   * Decides one sample. A counterexample is run through ONNX Runtime before it counts.
   * @param x one sample, in the units of the target's bounds
   * @throws Fault `ERR_USAGE` for an eps or label that makes no sense, `ERR_DATA` for a sample of another size or outside the bounds
   */
  certify(x: Float32Array, label: number, options: CertifyOptions): Promise<SampleVerdict>;
  close(): Promise<void>;
}

const MOST_SPLITS = 1_000_000;

/**
 * Opens a model for certificates. A Softmax or Sigmoid at its end is left out: it changes no answer.
 * @throws Fault as `openOnnxTarget`; `ERR_MODEL_UNSUPPORTED`, with operator and place, where bounds are not known for the network
 */
export async function openCertifier(
  source: string | Uint8Array | OnnxModel,
  options: OnnxTargetOptions = {},
): Promise<Certifier> {
  const model =
    typeof source === 'string' ? await loadOnnx(source) : source instanceof Uint8Array ? loadOnnxBytes(source) : source;
  // Bounds first: what they do not know is said before anything is started.
  assertPrecision(model.graph);
  const plan = planModel(model, { scores: 'logits', ...options });
  const { network } = networkFromOnnx(forOneSample(plan));
  const target = await openOnnxTarget(typeof source === 'string' ? source : model, options);
  if (sampleSize(target) !== inputSize(network) || target.classes !== outputSize(network) || target.classes < 2) {
    await target.close();
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'Certificates of samples need a network with a score for each class.', {
      hint: `It takes ${inputSize(network)} values and gives ${outputSize(network)}; properties of other networks are stated in VNN-LIB.`,
    });
  }
  return {
    target,
    network,
    certify: (x, label, wanted) => decide(target, network, x, label, wanted),
    close: () => target.close(),
  };
}

/** The planned graph with a batch of one. */
function forOneSample(plan: ModelPlan): OnnxModel {
  const { model, fixedBatch, input, inputShape } = plan;
  const free = fixedBatch !== null && fixedBatch !== 1 ? withoutFixedBatch(model, fixedBatch) : model;
  const inputs = free.graph.inputs.map((value) =>
    value.name === input ? { ...value, shape: [1, ...inputShape] } : value,
  );
  return { ...free, graph: { ...free.graph, inputs } };
}

async function decide(
  target: OnnxTarget,
  network: BoundedNetwork,
  x: Float32Array,
  label: number,
  options: CertifyOptions,
): Promise<SampleVerdict> {
  const {
    norm,
    eps,
    method,
    arithmetic = 'float32',
    timeout,
    mostSplits = MOST_SPLITS,
    seed = 'certify',
    signal,
  } = options;
  const box = boxOf(target);
  check(target, x, label, eps, box);
  const clean = await target.scores(x.slice(), 1);
  if (argmax(clean) !== label) return { verdict: 'misclassified', answer: argmax(clean) };
  const region = regionAround(x, norm, eps, box);
  const deadline = performance.now() + timeout;
  const expired = (): boolean => performance.now() > deadline || signal?.aborted === true;

  let found: Extract<SampleVerdict, { verdict: 'falsified' }> | undefined;
  const accept = async (candidate: Float64Array): Promise<boolean> => {
    const input = insideStrictly(candidate, x, norm, eps, box);
    if (input === null) return false;
    const scores = await target.scores(input.slice(), 1);
    if (!isWrong(scores, label, target.answersAbove)) return false;
    found = { verdict: 'falsified', input, answer: argmax(scores), distance: distance(norm, x, input) };
    return true;
  };
  const cases = Array.from({ length: target.classes }, (_, other) => other)
    .filter((other) => other !== label)
    .map((other) => {
      const coefficients = new Float64Array(target.classes);
      coefficients[label] = 1;
      coefficients[other] = -1;
      return [{ coefficients, bound: 0 }];
    });
  // The attack first: it runs at the runtime's speed, and most samples that can be falsified are falsified by it.
  const attacked = await pgd.run(
    target,
    { inputs: x.slice(), labels: Int32Array.of(label), count: 1, inputShape: target.inputShape },
    { norm, eps },
    { ...pgd.defaults, steps: 20, restarts: 2, loss: target.classes > 2 ? 'margin' : 'cross-entropy' },
    { random: seededRandom(seed), ...(signal === undefined ? {} : { signal }) },
  );
  if (attacked.success[0] === 1 && (await accept(Float64Array.from(attacked.adversarial)))) return found!;
  const outcome = await decideRegion(
    network,
    { box: region, cases },
    { method, arithmetic, mostSplits, random: seededRandom(seed), expired, restarts: method === 'split' ? 1 : 0 },
    accept,
  );
  if (outcome.verdict === 'violated') return found!;
  return outcome.verdict === 'holds' ? { verdict: 'certified' } : { verdict: 'unknown', reason: outcome.reason };
}

/** The nearest float32 input that is within eps of x in real arithmetic, and within the bounds; null where rounding leaves none. */
function insideStrictly(
  candidate: Float64Array,
  x: Float32Array,
  norm: 'linf' | 'l2',
  eps: number,
  bounds: { readonly low: Float32Array; readonly high: Float32Array },
): Float32Array | null {
  const near = {
    low: Float64Array.from(x, (v, i) => Math.max(bounds.low[i]!, v - eps)),
    high: Float64Array.from(x, (v, i) => Math.min(bounds.high[i]!, v + eps)),
  };
  const point = candidate.slice();
  for (let attempt = 0; attempt < 3; attempt++) {
    const input = roundIntoBox(
      point.map((v, i) => Math.min(Math.max(v, near.low[i]!), near.high[i]!)),
      near,
    );
    if (input === null || norm === 'linf' || distance('l2', x, input) <= eps) return input;
    const share = (eps / distance('l2', x, input)) * (1 - 1e-6);
    for (let i = 0; i < point.length; i++) point[i] = x[i]! + share * (input[i]! - x[i]!);
  }
  return null;
}

function check(
  target: OnnxTarget,
  x: Float32Array,
  label: number,
  eps: number,
  box: { readonly low: Float32Array; readonly high: Float32Array },
): void {
  if (!(eps > 0 && Number.isFinite(eps))) throw new Fault('ERR_USAGE', 'eps must be a number above 0.');
  if (!(Number.isInteger(label) && label >= 0 && label < target.classes))
    throw new Fault('ERR_USAGE', `Label ${label} is no class of a model with ${target.classes}.`);
  if (x.length !== sampleSize(target))
    throw new Fault('ERR_DATA', `A sample has ${x.length} values, the model takes ${sampleSize(target)}.`);
  const at = x.findIndex((value, i) => !(value >= box.low[i]! && value <= box.high[i]!));
  if (at >= 0)
    throw new Fault('ERR_DATA', `A value of the sample is outside the bounds: ${x[at]}.`, {
      where: `feature ${at}`,
      hint: 'Say what values are divided by (--scale 255), or between what they lie (--bounds).',
    });
}
