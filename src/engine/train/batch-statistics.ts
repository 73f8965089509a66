import type { OnnxModel, OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { floatOf } from '../graph/attributes.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { namesOf } from '../graph/map-graph.ts';

/** One BatchNormalization in training: its running statistics, and where the batch's own are found. */
export interface BatchStatistics {
  /** Initializers that hold the running mean and variance. */
  readonly runningMean: string;
  readonly runningVariance: string;
  /** Values of the graph, [channels]: mean, and variance over the batch (divided by the count). */
  readonly mean: string;
  readonly variance: string;
  /** Numbers that each statistic is taken over. */
  readonly count: number;
}

/**
 * Says BatchNormalization in elementary operators that use the statistics of the batch (Ioffe and Szegedy 2015, algorithm 1), so that
 * gradients run through the statistics, too. Nodes whose statistics are no initializers stay as they are.
 * @param shapeOf shape of a value, batch included
 */
export function withBatchStatistics(
  model: OnnxModel,
  shapeOf: (name: string) => readonly number[],
): { readonly model: OnnxModel; readonly statistics: readonly BatchStatistics[] } {
  const build = new GraphBuilder([...namesOf(model.graph), ...model.graph.nodes.map(({ name }) => name)]);
  const statistics: BatchStatistics[] = [];
  const nodes: OnnxNode[] = [];
  for (const node of model.graph.nodes) {
    const [x = '', scale = '', bias = '', runningMean = '', runningVariance = ''] = node.inputs;
    const isKnown = model.graph.initializers.has(runningMean) && model.graph.initializers.has(runningVariance);
    if (node.op !== 'BatchNormalization' || node.domain !== '' || !isKnown) {
      nodes.push(node);
      continue;
    }
    const shape = shapeOf(x);
    const axes = shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const ones = shape.map((_, axis) => (axis === 1 ? -1 : 1));
    const mean = build.add('ReduceMean', [x, build.ints(axes)], { keepdims: 1 });
    const centred = build.add('Sub', [x, mean]);
    const variance = build.add('ReduceMean', [build.add('Mul', [centred, centred]), build.ints(axes)], { keepdims: 1 });
    const deviation = build.add('Sqrt', [build.add('Add', [variance, build.scalar(floatOf(node, 'epsilon', 1e-5))])]);
    const factor = build.add('Div', [build.add('Reshape', [scale, build.ints(ones)]), deviation]);
    const scaled = build.add('Mul', [centred, factor]);
    const shift = build.add('Reshape', [bias, build.ints(ones)]);
    statistics.push({
      runningMean,
      runningVariance,
      mean: build.add('Reshape', [mean, build.ints([-1])]),
      variance: build.add('Reshape', [variance, build.ints([-1])]),
      count: axes.reduce((product, axis) => product * shape[axis]!, 1),
    });
    nodes.push(...build.nodes.splice(0));
    nodes.push({
      name: node.name,
      op: 'Add',
      domain: '',
      inputs: [scaled, shift],
      outputs: [node.outputs[0]!],
      attributes: new Map(),
    });
  }
  const initializers = new Map([...model.graph.initializers, ...build.initializers]);
  return { model: { ...model, graph: { ...model.graph, nodes, initializers } }, statistics };
}
