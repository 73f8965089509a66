import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { ShapedGraph } from '../graph/shaped-graph.ts';
import { differentiate, type DifferentiateOptions } from './differentiate.ts';
import { formula } from './formula.ts';

export interface ClippedSumOptions extends Pick<DifferentiateOptions, 'seeds' | 'batch' | 'straightThrough'> {
  /** Parameters of the graph whose gradients count and are clipped together. */
  readonly parameters: readonly string[];
  /** Name of a float32 scalar: the largest L2 norm that one sample's whole gradient keeps. */
  readonly clip: string;
}

export interface ClippedSum {
  /** For each parameter sum_i min(1, clip / ||g_i||) g_i, of its shape. */
  readonly sums: ReadonlyMap<string, string>;
  /** ||g_i|| over all parameters together, [batch], before clipping. */
  readonly norms: string;
  /** min(1, clip / ||g_i||), [batch]. */
  readonly factors: string;
}

/** Norms that were had by Gram matrices in float32 are off by up to 1.3e-4 of themselves; the clip is made smaller by more. */
const GHOST_MARGIN = 1 - 1e-3;

/**
 * The sum of clipped gradients of DP-SGD (Abadi et al. 2016, algorithm 1) in one backward pass: norms layer by layer, then weights, then
 * weighted sums, which no layer needs each sample's gradient for that has ghost norms (Li et al. 2022; Bu et al. 2023). The seeds are those
 * of losses that are summed over the batch, never averaged, and no operator may mix samples.
 */
export function clippedSum(graph: ShapedGraph, build: GraphBuilder, options: ClippedSumOptions): ClippedSum {
  const { seeds, batch, parameters, clip, straightThrough = false } = options;
  const f = formula(build);
  const { gradients, unreached, weightedSum, ghosts } = differentiate(graph, build, {
    seeds,
    wrt: parameters,
    parameterGradients: 'squared-norms',
    batch,
    straightThrough,
  });
  const reached = parameters.filter((name) => !unreached.includes(name));
  const squares = reached.map((name) => gradients.get(name)!);
  const total = squares.length === 0 ? build.add('ConstantOfShape', [build.ints([batch])]) : f.add(...squares);
  const norms = f.sqrt(total);
  const limit = ghosts.size === 0 ? clip : f.mul(clip, GHOST_MARGIN);
  const factors = build.add('Min', [build.scalar(1), f.div(limit, f.add(norms, 1e-12))]);
  return { norms, factors, sums: new Map(parameters.map((name) => [name, weightedSum(name, factors)])) };
}
