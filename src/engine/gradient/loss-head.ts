import { Fault } from '../../core/fault.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { ShapedValue } from '../graph/shaped-graph.ts';
import type { Loss } from '../loss.ts';
import type { Tensor } from '../onnx-runtime.ts';
import { type Formula, formula } from './formula.ts';

export type LossKind = Loss['kind'];

/** Names of a loss in the graph. */
export interface LossHead {
  /** [batch]. */
  readonly losses: string;
  /** d loss_i / d scores_i, [batch, classes]. */
  readonly scoreGradient: string;
  /** What the graph must be fed besides: see `lossFeeds`. */
  readonly inputs: readonly ShapedValue[];
}

/** How many classes a loss needs at least. */
const LEAST_CLASSES: Readonly<Record<LossKind, number>> = {
  'cross-entropy': 1,
  dlr: 3,
  'dlr-targeted': 4,
  margin: 2,
  difference: 1,
  'weighted-scores': 1,
};

/** @throws Fault `ERR_USAGE` when the model has too few classes for the loss. */
export function assertClasses(kind: LossKind, classes: number): void {
  if (classes >= LEAST_CLASSES[kind]) return;
  throw new Fault('ERR_USAGE', `The loss ${kind} needs ${LEAST_CLASSES[kind]} classes; the model has ${classes}.`, {
    hint: 'Use the loss margin or cross-entropy.',
  });
}

/** Adds a loss of `scores` [batch, classes] to the graph, with its derivative worked out by hand. */
export function buildLossHead(
  build: GraphBuilder,
  kind: LossKind,
  scores: string,
  batch: number,
  classes: number,
): LossHead {
  assertClasses(kind, classes);
  const head = new HeadBuilder(build, scores, batch, classes);
  switch (kind) {
    case 'cross-entropy':
      return head.crossEntropy();
    case 'dlr':
      return head.dlr();
    case 'dlr-targeted':
      return head.dlrTargeted();
    case 'margin':
      return head.margin();
    case 'difference':
      return head.difference();
    case 'weighted-scores':
      return head.weightedScores();
  }
}

/** The samples `from` to `to` of a loss as feeds of the graph; samples after the last repeat the last. */
export function lossFeeds(
  loss: Loss,
  names: readonly ShapedValue[],
  from: number,
  to: number,
): Readonly<Record<string, Tensor>> {
  const lists = loss.kind === 'weighted-scores' ? [loss.weights] : classLists(loss);
  const feeds: Record<string, Tensor> = {};
  for (const [index, { name, shape, type }] of names.entries()) {
    const list = lists[index]!;
    const [batch = 1, width = 1] = shape;
    const data = type === 'int64' ? new BigInt64Array(batch) : new Float32Array(batch * width);
    for (let row = 0; row < batch; row++) {
      const source = Math.min(from + row, to - 1);
      if (data instanceof BigInt64Array) data[row] = BigInt(list[source]!);
      else data.set((list as Float32Array).subarray(source * width, (source + 1) * width), row * width);
    }
    feeds[name] = { type, dims: shape, data };
  }
  return feeds;
}

function classLists(loss: Exclude<Loss, { kind: 'weighted-scores' }>): readonly Int32Array[] {
  switch (loss.kind) {
    case 'dlr-targeted':
      return [loss.labels, loss.targets];
    case 'difference':
      return [loss.first, loss.second];
    default:
      return [loss.labels];
  }
}

/** @throws Fault `ERR_USAGE` when a list is too short or names a class that is not there. */
export function assertLoss(loss: Loss, count: number, classes: number): void {
  assertClasses(loss.kind, classes);
  if (loss.kind === 'weighted-scores') {
    if (loss.weights.length === count * classes) return;
    throw new Fault('ERR_USAGE', `The loss has ${loss.weights.length} weights for ${count} x ${classes} scores.`);
  }
  for (const list of classLists(loss)) {
    if (list.length !== count)
      throw new Fault('ERR_USAGE', `The loss has ${list.length} classes for ${count} samples.`);
    for (const [sample, index] of list.entries()) {
      if (index >= 0 && index < classes) continue;
      throw new Fault('ERR_USAGE', `The loss names class ${index}; the model has ${classes}.`, {
        where: `sample ${sample}`,
      });
    }
  }
}

class HeadBuilder {
  readonly #build: GraphBuilder;
  readonly #f: Formula;
  readonly #scores: string;
  readonly #batch: number;
  readonly #classes: number;
  readonly #inputs: ShapedValue[] = [];

  constructor(build: GraphBuilder, scores: string, batch: number, classes: number) {
    this.#build = build;
    this.#f = formula(build);
    this.#scores = scores;
    this.#batch = batch;
    this.#classes = classes;
  }

  /** An input with one class a sample, as a mask [batch, classes]. */
  #classInput(name: string): string {
    const input: ShapedValue = { name: this.#build.fresh(name), type: 'int64', shape: [this.#batch, 1] };
    this.#inputs.push(input);
    return this.#maskOf(input.name);
  }

  #maskOf(column: string): string {
    const numbers = Array.from({ length: this.#classes }, (_, index) => index);
    return this.#build.add('Equal', [this.#build.ints(numbers), column]);
  }

  /** The score that a mask picks, [batch, 1]. */
  #pick(mask: string): string {
    return this.#f.sum(this.#f.where(mask, this.#scores, 0), [1]);
  }

  /** The largest scores in order, each [batch, 1], with the masks of their classes. */
  #largest(count: number, scores = this.#scores): { readonly value: string; readonly mask: string }[] {
    const [values = '', indices = ''] = this.#build.addMany('TopK', [scores, this.#build.ints([count])], 2, {
      axis: 1,
    });
    const column = (list: string, index: number): string =>
      this.#build.add('Gather', [list, this.#build.ints([index])], { axis: 1 });
    return Array.from({ length: count }, (_, index) => ({
      value: column(values, index),
      mask: this.#maskOf(column(indices, index)),
    }));
  }

  #done(losses: string, scoreGradient: string): LossHead {
    return { losses: this.#f.reshape(losses, [this.#batch]), scoreGradient, inputs: this.#inputs };
  }

  /** 1 where the mask holds, as numbers. */
  #ones(mask: string): string {
    return this.#f.float(mask);
  }

  crossEntropy(): LossHead {
    const label = this.#classInput('labels');
    const logarithms = this.#build.add('LogSoftmax', [this.#scores], { axis: 1 });
    const loss = this.#f.neg(this.#f.sum(this.#f.where(label, logarithms, 0), [1]));
    return this.#done(loss, this.#f.sub(this.#f.exp(logarithms), this.#ones(label)));
  }

  /** The largest score of another class than the label's, and its mask. */
  #rival(label: string): { readonly value: string; readonly mask: string } {
    return this.#largest(1, this.#f.where(label, -3.4028234663852886e38, this.#scores))[0]!;
  }

  /** -(a - b) / (d + 1e-12), where d is a sum of scores with coefficients. */
  #ratio(
    a: string,
    b: string,
    numerator: string,
    parts: readonly { readonly value: string; readonly mask: string; readonly share: number }[],
  ): LossHead {
    const f = this.#f;
    const weigh = (one: string, share: number): string => (share === 1 ? one : f.mul(one, share));
    const sum = (list: readonly string[]): string => list.reduce((left, right) => f.add(left, right));
    const denominator = f.add(sum(parts.map(({ value, share }) => weigh(value, share))), 1e-12);
    const loss = f.neg(f.div(numerator, denominator));
    // d(-p/q) = -dp/q + p dq/q^2 = -(dp + loss dq) / q
    const slope = sum(parts.map(({ mask, share }) => weigh(this.#ones(mask), share)));
    const top = f.sub(this.#ones(a), this.#ones(b));
    return this.#done(loss, f.neg(f.div(f.add(top, f.mul(loss, slope)), denominator)));
  }

  dlr(): LossHead {
    const label = this.#classInput('labels');
    const rival = this.#rival(label);
    const [first, , third] = this.#largest(3);
    const numerator = this.#f.sub(this.#pick(label), rival.value);
    return this.#ratio(label, rival.mask, numerator, [
      { ...first!, share: 1 },
      { ...third!, share: -1 },
    ]);
  }

  dlrTargeted(): LossHead {
    const label = this.#classInput('labels');
    const target = this.#classInput('targets');
    const [first, , third, fourth] = this.#largest(4);
    const numerator = this.#f.sub(this.#pick(label), this.#pick(target));
    return this.#ratio(label, target, numerator, [
      { ...first!, share: 1 },
      { ...third!, share: -0.5 },
      { ...fourth!, share: -0.5 },
    ]);
  }

  margin(): LossHead {
    const label = this.#classInput('labels');
    const rival = this.#rival(label);
    const gradient = this.#f.sub(this.#ones(rival.mask), this.#ones(label));
    return this.#done(this.#f.sub(rival.value, this.#pick(label)), gradient);
  }

  difference(): LossHead {
    const [first, second] = [this.#classInput('first'), this.#classInput('second')];
    const gradient = this.#f.sub(this.#ones(first), this.#ones(second));
    return this.#done(this.#f.sub(this.#pick(first), this.#pick(second)), gradient);
  }

  weightedScores(): LossHead {
    const shape = [this.#batch, this.#classes];
    const input: ShapedValue = { name: this.#build.fresh('weights'), type: 'float32', shape };
    this.#inputs.push(input);
    return this.#done(this.#f.sum(this.#f.mul(this.#scores, input.name), [1]), input.name);
  }
}
