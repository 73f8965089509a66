import { Fault } from '../../core/fault.ts';
import type { OnnxModel, OnnxValue } from '../../formats/onnx/onnx-model.ts';
import { differentiate } from '../gradient/differentiate.ts';
import { reorderPools } from '../gradient/reorder-pools.ts';
import { blockConvolutions } from '../gradient/block-convolutions.ts';
import { splitBatch } from '../gradient/split-batch.ts';
import { channelBlock } from '../graph/blocked-layout.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { assembleBytes, shapeIn, type ShapedGraph, type ShapedValue } from '../graph/shaped-graph.ts';
import { specialise } from '../graph/specialise.ts';
import type { OnnxRuntime, RuntimeKind } from '../onnx-runtime.ts';
import { type BatchStatistics, withBatchStatistics } from './batch-statistics.ts';
import { buildTask, targetName, type TrainingTask } from './training-task.ts';

export interface ProgramOptions {
  /** Prepared (`graph/prepare.ts`). */
  readonly model: OnnxModel;
  readonly runtime: OnnxRuntime;
  /** Shape of one sample for every input of the model. */
  readonly sampleShapes: Readonly<Record<string, readonly number[]>>;
  /** The input that is perturbed; float32. Default: the first. */
  readonly input?: string;
  /** Samples of one run. With TRADES each is there twice, clean and perturbed. */
  readonly batch: number;
  readonly tasks: readonly TrainingTask[];
  /** Initializers that are trained. */
  readonly weights: readonly string[];
  /** `update`: normalise by the batch and keep running statistics; `frozen`: as in use, statistics and all. */
  readonly batchNorm: 'update' | 'frozen';
  /** Build what perturbs inputs along the gradient, too. */
  readonly attack?: AttackSpace;
}

/** The space in which inputs are perturbed. */
export interface AttackSpace {
  readonly norm: 'linf' | 'l2';
  readonly low: number | Float32Array;
  readonly high: number | Float32Array;
}

/** A weight or statistic that is handed in with every run. */
export interface ProgramPort {
  readonly name: string;
  readonly dims: readonly number[];
}

/** What threads need to run training steps: graphs as bytes, and the names in them. Can be sent between threads. */
export interface TrainingProgram {
  readonly runtime: RuntimeKind;
  readonly batch: number;
  readonly input: string;
  /** Inputs of the model: name, and shape of one sample. */
  readonly inputs: readonly { readonly name: string; readonly type: string; readonly shape: readonly number[] }[];
  /** One a task: name of the input, and shape of one sample's target. */
  readonly targets: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly trades: boolean;
  readonly weights: readonly ProgramPort[];
  /** Running statistics that `attack` and `probabilities` use; empty where they are frozen. */
  readonly running: readonly ProgramPort[];
  readonly statistics: readonly BatchStatistics[];
  readonly train: {
    readonly bytes: Uint8Array;
    /** One a weight, in their order: what was fed as `before`, and the gradient of the mean loss times `share`. */
    readonly gradients: readonly string[];
    /** Inputs: sums of the gradients of micro-batches before, one a weight. */
    readonly before: readonly string[];
    /** Input, a number: the part that this micro-batch has in the sum. */
    readonly share: string;
    /** One a task. */
    readonly losses: readonly string[];
    /** The first task's output. */
    readonly scores: string;
  };
  /** x, x0, targets, eps, step size -> the next x. */
  readonly attack: { readonly bytes: Uint8Array; readonly next: string } | null;
  /** x -> softmax of the first output, where TRADES needs it. */
  readonly probabilities: { readonly bytes: Uint8Array; readonly output: string } | null;
}

export const ATTACK_INPUTS = { original: 'original input', eps: 'attack eps', stepSize: 'attack step size' } as const;

/**
 * Builds the graphs of a training run for batches of one size.
 * @throws Fault `ERR_MODEL_UNSUPPORTED` where the model cannot be differentiated, `ERR_USAGE` where options do not fit the model.
 */
export async function buildTrainingProgram(options: ProgramOptions): Promise<TrainingProgram> {
  const { model, runtime, tasks, batch, weights } = options;
  const input = options.input ?? model.graph.inputs[0]?.name ?? '';
  const outputs = tasks.map((task) => task.output ?? model.graph.outputs[0]!.name);
  for (const name of outputs) {
    if (!model.graph.outputs.some((value) => value.name === name)) {
      throw new Fault('ERR_USAGE', `The model has no output ${JSON.stringify(name)}.`, {
        hint: `It has ${model.graph.outputs.map((value) => value.name).join(', ')}.`,
      });
    }
  }
  const trades = tasks.some(({ tradesBeta }) => tradesBeta !== undefined);
  const shapesFor = (count: number): Record<string, readonly number[]> =>
    Object.fromEntries(
      model.graph.inputs.map(({ name }) => {
        const shape = options.sampleShapes[name];
        if (shape === undefined)
          throw new Fault('ERR_USAGE', `The shape of the input ${JSON.stringify(name)} is not known.`);
        return [name, [count, ...shape]];
      }),
    );
  const trainBatch = trades ? 2 * batch : batch;

  const plain = await specialise(model, runtime, { shapes: shapesFor(trainBatch), parameters: weights, outputs });
  let statistics: readonly BatchStatistics[] = [];
  let training = plain;
  if (options.batchNorm === 'update' && plain.nodes.some(({ op }) => op === 'BatchNormalization')) {
    const changed = withBatchStatistics(model, (name) => shapeIn(plain, name));
    statistics = changed.statistics;
    const kept = [...outputs, ...statistics.flatMap(({ mean, variance }) => [mean, variance])];
    training = await specialise(changed.model, runtime, {
      shapes: shapesFor(trainBatch),
      parameters: weights,
      outputs: kept,
    });
  }
  const running = statistics.flatMap(({ runningMean, runningVariance }) => [runningMean, runningVariance]);
  const inUse =
    options.attack === undefined && !trades
      ? null
      : await specialise(model, runtime, { shapes: shapesFor(batch), parameters: [...weights, ...running], outputs });

  const block = await channelBlock(runtime);
  const faster = (graph: ShapedGraph): ShapedGraph =>
    block === null ? reorderPools(graph) : splitBatch(blockConvolutions(reorderPools(graph), block));
  const targetShapes = outputs.map((name) => shapeIn(training, name).slice(1));
  const portOf = (name: string): ProgramPort => ({ name, dims: model.graph.initializers.get(name)!.dims });
  return {
    runtime: runtime.kind,
    batch,
    input,
    inputs: plain.inputs.map(({ name, type, shape }) => ({ name, type, shape: shape.slice(1) })),
    targets: targetShapes.map((shape, index) => ({ name: targetName(index), shape })),
    trades,
    weights: weights.map(portOf),
    running: running.map(portOf),
    statistics,
    train: buildTrain(faster(training), options, outputs, trades ? batch : trainBatch, statistics),
    attack: options.attack === undefined ? null : buildAttack(faster(inUse!), options, outputs, input, options.attack),
    probabilities: trades ? buildProbabilities(inUse!, outputs[0]!) : null,
  };
}

/** Inputs that get the targets of `count` samples. */
function targetInputs(graph: ShapedGraph, outputs: readonly string[], count: number): readonly ShapedValue[] {
  return outputs.map((output, index) => ({
    name: targetName(index),
    type: 'float32',
    shape: [count, ...shapeIn(graph, output).slice(1)],
  }));
}

function builderOf(graph: ShapedGraph, inputs: readonly ShapedValue[]): GraphBuilder {
  const names = graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]);
  const taken = [...names, ...graph.constants.keys(), ...graph.parameters.keys()];
  return new GraphBuilder([...taken, ...graph.inputs.map(({ name }) => name), ...inputs.map(({ name }) => name)]);
}

function asOutput(name: string): OnnxValue {
  return { name, type: null, shape: null };
}

function seedsOf(
  graph: ShapedGraph,
  build: GraphBuilder,
  tasks: readonly TrainingTask[],
  outputs: readonly string[],
): { readonly seeds: Map<string, string>; readonly losses: readonly string[] } {
  const seeds = new Map<string, string>();
  const losses = tasks.map((task, index) => {
    const output = outputs[index]!;
    const built = buildTask(graph, build, task, output, targetName(index));
    const before = seeds.get(output);
    seeds.set(output, before === undefined ? built.seed : build.add('Add', [before, built.seed]));
    return built.losses;
  });
  return { seeds, losses };
}

function buildTrain(
  graph: ShapedGraph,
  { tasks, weights }: ProgramOptions,
  outputs: readonly string[],
  targetCount: number,
  statistics: readonly BatchStatistics[],
): TrainingProgram['train'] {
  const targets = targetInputs(graph, outputs, targetCount);
  const build = builderOf(graph, targets);
  const { seeds, losses } = seedsOf(graph, build, tasks, outputs);
  const batch = graph.inputs[0]!.shape[0]!;
  const share = build.fresh('share of the micro-batch');
  const shared = new Map([...seeds].map(([name, seed]) => [name, build.add('Mul', [seed, share])]));
  const result = differentiate(graph, build, { seeds: shared, wrt: weights, batch });
  // Sums are kept here, where adding them up costs a fraction of what it does in JavaScript.
  const sums = weights.map((name): ShapedValue => {
    return { name: build.fresh(`gradient before of ${name}`), type: 'float32', shape: shapeIn(graph, name) };
  });
  const gradients = weights.map((name, index) => build.add('Add', [sums[index]!.name, result.gradients.get(name)!]));
  const inputs: readonly ShapedValue[] = [...targets, ...sums, { name: share, type: 'float32', shape: [] }];
  const kept = [...gradients, ...losses, outputs[0]!, ...statistics.flatMap(({ mean, variance }) => [mean, variance])];
  const bytes = assembleBytes(
    graph,
    { nodes: build.nodes, constants: build.initializers, inputs },
    [...new Set(kept)].map(asOutput),
  );
  return { bytes, gradients, before: sums.map(({ name }) => name), share, losses, scores: outputs[0]! };
}

function buildAttack(
  graph: ShapedGraph,
  { tasks, batch }: ProgramOptions,
  outputs: readonly string[],
  input: string,
  space: AttackSpace,
): NonNullable<TrainingProgram['attack']> {
  const port = graph.inputs.find(({ name }) => name === input);
  if (port?.type !== 'float32') {
    throw new Fault('ERR_USAGE', 'Only an input of float32 can be perturbed along its gradient.', { where: input });
  }
  const { original, eps, stepSize } = ATTACK_INPUTS;
  const inputs: readonly ShapedValue[] = [
    ...targetInputs(graph, outputs, batch),
    { name: original, type: 'float32', shape: port.shape },
    { name: eps, type: 'float32', shape: [] },
    { name: stepSize, type: 'float32', shape: [] },
  ];
  const build = builderOf(graph, inputs);
  const plain = tasks.map(({ kind, output, weight = 1 }): TrainingTask => ({
    kind,
    weight,
    ...(output !== undefined && { output }),
  }));
  const { seeds } = seedsOf(graph, build, plain, outputs);
  const { gradients } = differentiate(graph, build, { seeds, wrt: [input], batch, straightThrough: true });
  const gradient = gradients.get(input)!;
  const sample = port.shape.slice(1);
  const bound = (value: number | Float32Array): string =>
    typeof value === 'number' ? build.scalar(value) : build.floats(value, [1, ...sample]);
  let next: string;
  if (space.norm === 'linf') {
    const moved = build.add('Add', [input, build.add('Mul', [build.add('Sign', [gradient]), stepSize])]);
    const from = build.add('Sub', [original, eps]);
    const to = build.add('Add', [original, eps]);
    next = build.add('Min', [build.add('Max', [moved, from]), to]);
  } else {
    const axes = build.ints(sample.map((_, axis) => axis + 1));
    const lengthOf = (value: string): string =>
      build.add('Add', [build.add('ReduceL2', [value, axes], { keepdims: 1 }), build.scalar(1e-12)]);
    const direction = build.add('Div', [gradient, lengthOf(gradient)]);
    const moved = build.add('Add', [input, build.add('Mul', [direction, stepSize])]);
    const difference = build.add('Sub', [moved, original]);
    const factor = build.add('Min', [build.add('Div', [eps, lengthOf(difference)]), build.scalar(1)]);
    next = build.add('Add', [original, build.add('Mul', [difference, factor])]);
  }
  next = build.add('Min', [build.add('Max', [next, bound(space.low)]), bound(space.high)]);
  const bytes = assembleBytes(graph, { nodes: build.nodes, constants: build.initializers, inputs }, [asOutput(next)]);
  return { bytes, next };
}

function buildProbabilities(graph: ShapedGraph, output: string): NonNullable<TrainingProgram['probabilities']> {
  const build = builderOf(graph, []);
  const scores = build.add('Softmax', [output], { axis: -1 });
  const additions = { nodes: build.nodes, constants: build.initializers, inputs: [] };
  return { bytes: assembleBytes(graph, additions, [asOutput(scores)]), output: scores };
}
