import { Fault } from '../../core/fault.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type ShapedGraph, shapeIn } from '../graph/shaped-graph.ts';

/**
 * What a network is trained for, one task an output; several may be trained together, their losses added by weight. Targets have
 * the shape of the output: for `cross-entropy` a distribution over the last axis (one-hot, smoothed or mixed), for
 * `binary-cross-entropy` numbers from 0 to 1 for every output on its own, for `squared-error` the values.
 */
export interface TrainingTask {
  readonly kind: 'cross-entropy' | 'binary-cross-entropy' | 'squared-error';
  /** Name of the model's output: logits, or values. Default: the first. */
  readonly output?: string;
  /** Share in the sum of losses. Default 1. */
  readonly weight?: number;
  /**
   * TRADES (Zhang et al. 2019, eq. 5): the batch holds clean samples and then as many perturbed ones; the loss is that of the clean ones
   * and beta times KL(p(clean) || p(perturbed)). Only with `cross-entropy`.
   */
  readonly tradesBeta?: number;
}

export interface BuiltTask {
  /** Loss of each sample, weighted: [batch]. With TRADES: of each clean sample, [batch / 2]. */
  readonly losses: string;
  /** d(mean loss) / d(output). */
  readonly seed: string;
}

/** Name of the input that gets a task's targets. */
export function targetName(index: number): string {
  return `target ${index}`;
}

/**
 * Adds the loss of a task, and its derivative by the output, to a graph. Derivatives are written down, not derived: they need fewer nodes
 * and are exact where an intermediate would overflow.
 */
export function buildTask(
  graph: ShapedGraph,
  build: GraphBuilder,
  task: TrainingTask,
  output: string,
  target: string,
): BuiltTask {
  const shape = shapeIn(graph, output);
  if (shape.length < 2) {
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'An output that is trained must have a batch axis and one more.', {
      where: output,
    });
  }
  const weight = task.weight ?? 1;
  if (task.tradesBeta !== undefined) return buildTrades(build, output, target, shape, task.tradesBeta, weight);
  const rest = shape.slice(1).reduce((product, length) => product * length, 1);
  const axes = build.ints(shape.slice(1).map((_, index) => index + 1));
  /** Losses are summed over classes, and averaged over what is neither batch nor class. */
  const others = task.kind === 'cross-entropy' ? rest / shape.at(-1)! : rest;
  const scale = build.scalar(weight / others);
  const seedScale = build.scalar(weight / (others * shape[0]!));
  switch (task.kind) {
    case 'cross-entropy': {
      const log = build.add('LogSoftmax', [output], { axis: -1 });
      const mass = build.add('ReduceSum', [target, build.ints([-1])], { keepdims: 1 });
      const pulled = build.add('Mul', [build.add('Exp', [log]), mass]);
      const terms = build.add('Neg', [build.add('Mul', [target, log])]);
      return {
        losses: build.add('Mul', [build.add('ReduceSum', [terms, axes], { keepdims: 0 }), scale]),
        seed: build.add('Mul', [build.add('Sub', [pulled, target]), seedScale]),
      };
    }
    case 'binary-cross-entropy': {
      // max(z, 0) - z t + log(1 + exp(-|z|)): finite for every z.
      const softplus = build.add('Softplus', [build.add('Neg', [build.add('Abs', [output])])]);
      const linear = build.add('Sub', [build.add('Relu', [output]), build.add('Mul', [output, target])]);
      const terms = build.add('Add', [linear, softplus]);
      return {
        losses: build.add('Mul', [build.add('ReduceSum', [terms, axes], { keepdims: 0 }), scale]),
        seed: build.add('Mul', [build.add('Sub', [build.add('Sigmoid', [output]), target]), seedScale]),
      };
    }
    case 'squared-error': {
      const difference = build.add('Sub', [output, target]);
      const terms = build.add('Mul', [difference, difference]);
      return {
        losses: build.add('Mul', [build.add('ReduceSum', [terms, axes], { keepdims: 0 }), scale]),
        seed: build.add('Mul', [build.add('Mul', [difference, build.scalar(2)]), seedScale]),
      };
    }
  }
}

function buildTrades(
  build: GraphBuilder,
  output: string,
  target: string,
  shape: readonly number[],
  beta: number,
  weight: number,
): BuiltTask {
  if (shape.length !== 2 || shape[0]! % 2 !== 0) {
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'TRADES needs scores of shape [batch, classes].', { where: output });
  }
  const log = build.add('LogSoftmax', [output], { axis: -1 });
  const half = build.ints([shape[0]! / 2, shape[0]! / 2]);
  const [logClean, logOther] = build.addMany('Split', [log, half], 2, { axis: 0 }) as [string, string];
  const clean = build.add('Exp', [logClean]);
  const other = build.add('Exp', [logOther]);
  const gap = build.add('Sub', [logClean, logOther]);
  const axis = build.ints([1]);
  const divergence = build.add('ReduceSum', [build.add('Mul', [clean, gap]), axis], { keepdims: 1 });
  const entropy = build.add('Neg', [
    build.add('ReduceSum', [build.add('Mul', [target, logClean]), axis], { keepdims: 1 }),
  ]);
  const factor = build.scalar(beta);
  const loss = build.add('Add', [entropy, build.add('Mul', [divergence, factor])]);
  // d KL / d z(clean) = p (gap - KL); d KL / d z(perturbed) = q - p.
  const byClean = build.add('Mul', [clean, build.add('Sub', [gap, divergence])]);
  const seedClean = build.add('Add', [build.add('Sub', [clean, target]), build.add('Mul', [byClean, factor])]);
  const seedOther = build.add('Mul', [build.add('Sub', [other, clean]), factor]);
  const seed = build.add('Concat', [seedClean, seedOther], { axis: 0 });
  return {
    losses: build.add('Mul', [build.add('Squeeze', [loss, axis]), build.scalar(weight)]),
    seed: build.add('Mul', [seed, build.scalar((2 * weight) / shape[0]!)]),
  };
}
