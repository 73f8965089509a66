import { basename } from 'node:path';
import { type GradientModel, type GradientModelOptions, openGradientModel } from '../engine/gradient-model.ts';
import type { GradientCoverage } from '../engine/gradient/coverage.ts';
import { Fault } from '../core/fault.ts';
import type { OnnxModel } from '../formats/onnx/onnx-model.ts';
import { type Bounds, type GradientTarget, sampleSize, type ScoreType } from './target.ts';

export interface OnnxTargetOptions extends GradientModelOptions {
  /** Default: the file's name. */
  readonly name?: string;
  /** Default: 0 to 1 for every feature; 0 to 255 where the file's input holds bytes. */
  readonly bounds?: Bounds;
  readonly classNames?: readonly string[];
  /** Default: worked out from the end of the network; a Softmax or Sigmoid there gives probabilities. */
  readonly scoreType?: Extract<ScoreType, 'logits' | 'probabilities'>;
}

/** An ONNX model as a target, with gradients. */
export interface OnnxTarget extends GradientTarget {
  /** Which operators a gradient passes, and which hide it. */
  readonly coverage: GradientCoverage;
  /** What was decided about the network that its user should know: one sentence each. */
  readonly remarks: readonly string[];
}

/**
 * Opens an ONNX file, bytes or built model as a target. By default a Softmax at the end is left out, so that attacks see logits:
 * gradients through a saturated Softmax vanish, which looks like robustness and is none. `scores: 'as-is'` keeps it. One score behind a Sigmoid is
 * that of the second of two classes, and becomes two.
 * @throws Fault as `openGradientModel`; `ERR_USAGE` when bounds or class names do not fit.
 */
export async function openOnnxTarget(
  source: string | Uint8Array | OnnxModel,
  options: OnnxTargetOptions = {},
): Promise<OnnxTarget> {
  let model = await openGradientModel(source, { scores: 'logits', ...options, twoClasses: false });
  // A Sigmoid over one score says how likely the second of two classes is.
  const twoClasses =
    model.info.classes === 1 && (model.info.finalOperator === 'sigmoid' || options.twoClasses === true);
  if (twoClasses) {
    await model.close();
    model = await openGradientModel(source, { scores: 'logits', ...options, twoClasses });
  }
  try {
    return targetOf(model, typeof source === 'string' ? basename(source) : 'model', options);
  } catch (error) {
    await model.close();
    throw error;
  }
}

function targetOf(model: GradientModel, named: string, options: OnnxTargetOptions): OnnxTarget {
  const { info } = model;
  const { bounds = defaultBounds(model), classNames } = options;
  checkBounds(bounds, sampleSize(info));
  if (classNames !== undefined && classNames.length !== info.classes) {
    throw new Fault('ERR_USAGE', `There are ${classNames.length} class names for ${info.classes} classes.`);
  }
  const probabilities = !info.cut && (info.finalOperator === 'softmax' || info.finalOperator === 'sigmoid');
  return {
    name: options.name ?? named,
    inputShape: info.inputShape,
    classes: info.classes,
    ...(classNames === undefined ? {} : { classNames }),
    bounds,
    scoreType: options.scoreType ?? (probabilities ? 'probabilities' : 'logits'),
    differentiable: true,
    coverage: info.coverage,
    remarks: remarksOf(model),
    scores: (x, n) => model.forward(x, n),
    lossGradient: (x, n, loss) => model.lossGradient(x, n, loss),
    activations: (x, n, names) => model.activations(x, n, names),
    close: () => model.close(),
  };
}

function defaultBounds({ info }: GradientModel): Bounds {
  return { low: 0, high: info.wholeInput === 'uint8' ? 255 : 1 };
}

function checkBounds({ low, high }: Bounds, size: number): void {
  for (const limit of [low, high]) {
    if (typeof limit !== 'number' && limit.length !== size) {
      throw new Fault('ERR_USAGE', `The bounds have ${limit.length} values for ${size} features.`);
    }
  }
  const at = (limit: number | Float32Array, index: number): number =>
    typeof limit === 'number' ? limit : limit[index]!;
  for (let index = 0; index < size; index++) {
    if (!(at(low, index) <= at(high, index))) {
      throw new Fault('ERR_USAGE', 'The lower bound is above the upper one.', { where: `feature ${index}` });
    }
  }
}

function remarksOf({ info, plan }: GradientModel): readonly string[] {
  const remarks: string[] = [];
  if (info.cut) remarks.push(`The ${info.finalOperator} at the end of the network is left out: scores are logits.`);
  else if (info.finalOperator === 'softmax' || info.finalOperator === 'sigmoid') {
    remarks.push(`The network ends in a ${info.finalOperator}: its gradients can vanish where it is saturated.`);
  }
  if (plan.twoClasses) {
    remarks.push('The network has one score, for the second of two classes; the first has what is left.');
  }
  if (info.wholeInput !== null) {
    remarks.push(
      `The input holds ${info.wholeInput}, which the network turns into floats: the gradient is by these, in the same units.`,
    );
  }
  for (const { operator, node, reason } of info.coverage.masked) {
    remarks.push(`${operator} hides the gradient (${node}): ${reason}`);
  }
  for (const { node } of info.coverage.missing) remarks.push(`There is no gradient for ${node}.`);
  if (info.batching !== 'any') remarks.push(`The network takes ${info.batching} at a time, which costs speed.`);
  return remarks;
}
