import { Fault } from '../core/fault.ts';
import type { OnnxElementType, OnnxModel, OnnxNode, OnnxValue } from '../formats/onnx/onnx-model.ts';
import { boundedSize, MAX_BATCH_NUMBERS } from './graph/bounded-size.ts';
import { chooseOutput, describe, type FinalOperator, findFinal } from './choose-output.ts';
import { castInputs, withFloatInput } from './graph/float-input.ts';
import { GraphBuilder } from './graph/graph-builder.ts';
import { namesOf } from './graph/map-graph.ts';
import { prepare } from './graph/prepare.ts';
import { fromTensor } from './graph/specialise.ts';
import type { Tensor } from './onnx-runtime.ts';

/** From what the caller has to what the network wants: (x - mean) / std, then axes moved. */
export interface Preprocessing {
  /** One number, or one for each channel. */
  readonly mean?: number | readonly number[];
  readonly std?: number | readonly number[];
  /** Axis of the channels in the caller's samples (batch not counted); needed where `mean` or `std` is a list. Default: 0. */
  readonly channelAxis?: number;
  /** Axes of the caller's sample in the order in which the network wants them (batch not counted): [2, 0, 1] from HWC to CHW. */
  readonly transpose?: readonly number[];
}

export interface PlanOptions {
  /**
   * The input that is attacked; default: the only floating one. Also a value inside the network (the output of an embedding), which is
   * then cut free there: `inputShape` must say its shape.
   */
  readonly input?: string;
  /** The output with the scores, or a value inside the network; default: the first floating one, or what an ArgMax at the end reads. */
  readonly output?: string;
  /** Values of the other inputs. A leading axis of 1 is repeated for every sample where the network wants a batch there. */
  readonly constants?: Readonly<Record<string, Tensor>>;
  /** Shape of one sample as the network wants it, where the file leaves it open. */
  readonly inputShape?: readonly number[];
  /** Whether the first axis of the input is the batch; default: worked out from the file. */
  readonly batched?: boolean;
  readonly preprocessing?: Preprocessing;
  /** `logits`: leave out a Softmax or Sigmoid at the end. Default: `as-is`. */
  readonly scores?: 'as-is' | 'logits';
  /**
   * The one score of a sample is that of the second of two classes, and becomes two: 0 and the logit, whose Softmax is the Sigmoid, or
   * 1 - p and p where a Sigmoid stays at the end.
   */
  readonly twoClasses?: boolean;
  /** Give masking operators their stand-in gradient. */
  readonly straightThrough?: boolean;
}

/** A prepared model with everything decided that does not depend on the batch. Can be sent to a thread. */
export interface ModelPlan {
  readonly model: OnnxModel;
  /** Name of the input in `model`: [batch, ...inputShape], preprocessing behind it. */
  readonly input: string;
  /** Name in the file of what `input` stands for. */
  readonly attacked: string;
  /** Shape of one sample as the caller has it. */
  readonly inputShape: readonly number[];
  readonly output: string;
  /** Samples that the network takes at a time: any number, or exactly so many. */
  readonly batching: 'any' | number;
  /** The batch that the file fixes, while it has not been tried whether others work; null: none. */
  readonly fixedBatch: number | null;
  readonly constants: Readonly<Record<string, Tensor>>;
  /** Inputs whose constants are repeated for every sample, and the axis along which they are. */
  readonly repeated: ReadonlyMap<string, number>;
  readonly finalOperator: FinalOperator;
  /** The final operator was left out. */
  readonly cut: boolean;
  readonly straightThrough: boolean;
  /** One score became two. */
  readonly twoClasses: boolean;
  /** The type of whole numbers that the file's input has; null: floats. The plan's input takes floats of the same units either way. */
  readonly wholeInput: OnnxElementType | null;
}

/**
 * Decides which input and output are meant, where the batch is, and puts the preprocessing into the graph.
 * @throws Fault `ERR_USAGE` when the file leaves open what must be said, `ERR_MODEL_UNSUPPORTED`.
 */
export function planModel(loaded: OnnxModel, options: PlanOptions = {}): ModelPlan {
  const [prepared, wholeInput] = takeFloats(prepare(loaded), options);
  const build = new GraphBuilder(namesOf(prepared.graph));
  const port = chooseInput(prepared, options);
  const output = chooseOutput(prepared, options.output);
  const [first, ...rest] = port.shape ?? [null];
  const batched = options.batched ?? (port.shape === null || isBatched(port, prepared, output));
  const sample = sampleShape(port.name, batched ? rest : (port.shape ?? []), options.inputShape);
  const what = `The input ${JSON.stringify(port.name)}`;
  boundedSize(sample, what);
  if (batched && typeof first === 'number') boundedSize([first, ...sample], what, MAX_BATCH_NUMBERS);
  const inputShape = callerShape(sample, options.preprocessing?.transpose);

  // The new input, and the nodes that make the network's own input of it.
  const input = build.fresh('input');
  const steps = preprocess(build, input, inputShape, options.preprocessing);
  const last = batched
    ? build.add('Identity', [steps])
    : build.add('Reshape', [steps, build.ints(sample)], { allowzero: 1 });
  const joined: OnnxNode = {
    name: '',
    op: 'Identity',
    domain: '',
    inputs: [last],
    outputs: [port.name],
    attributes: new Map(),
  };

  const fixedBatch = batched && typeof first === 'number' ? first : null;
  const final = findFinal(prepared.graph, output);
  const cut = options.scores === 'logits' && (final.kind === 'softmax' || final.kind === 'sigmoid');
  const kept = prepared.graph.nodes.flatMap((node) => {
    if (!node.outputs.includes(port.name)) return [node];
    // What gave the value that is now an input gives its other outputs still.
    const outputs = node.outputs.map((name) => (name === port.name ? '' : name));
    return outputs.some((name) => name !== '')
      ? [{ ...node, outputs: node.outputs.map((name) => (name === port.name ? build.fresh(name) : name)) }]
      : [];
  });
  const nodes = kept.map((node) =>
    cut && node === final.node ? { ...node, op: 'Identity', attributes: new Map() } : node,
  );
  const before = build.nodes.length;
  const scores = options.twoClasses === true ? twoScores(build, output, final.kind === 'sigmoid' && !cut) : output;
  const ending = build.nodes.splice(before);
  const batch = first === undefined ? null : first;
  const shape = [batch, ...inputShape];
  const others = prepared.graph.inputs.filter(({ name }) => name !== port.name);
  const constants = options.constants ?? {};
  for (const { name, type } of others) {
    if (constants[name] === undefined) {
      throw new Fault('ERR_USAGE', `The model has another input: ${JSON.stringify(name)} (${type ?? 'no tensor'}).`, {
        hint: 'Give it a constant value (constants in a target file, --constant in a check), or choose which input is meant (input).',
      });
    }
  }
  const repeated = new Map<string, number>();
  for (const { name, shape: declared } of others) {
    const wanted = declared?.[0];
    const fixed = typeof wanted === 'number' && wanted !== first;
    const { dims } = constants[name]!;
    if (batched && dims[0] === 1 && wanted !== undefined && !fixed) repeated.set(name, 0);
    // States of recurrent layers: [layers, batch, features].
    else if (batched && fixed && dims.length === 3 && dims[1] === 1 && typeof declared![1] !== 'number')
      repeated.set(name, 1);
  }
  // Whole numbers and truth values decide branches and shapes: a rate of samples, a length. As weights they can be computed with ahead.
  const settled = new Map(
    others.flatMap(({ name, type }) =>
      type === 'float32' || repeated.has(name) ? [] : [[name, fromTensor(constants[name]!)] as const],
    ),
  );
  return {
    model: {
      ...prepared,
      graph: {
        ...prepared.graph,
        nodes: [...build.nodes, joined, ...nodes, ...ending],
        initializers: new Map([...prepared.graph.initializers, ...build.initializers, ...settled]),
        inputs: [{ name: input, type: 'float32', shape }, ...others.filter(({ name }) => !settled.has(name))],
        outputs: [{ name: scores, type: null, shape: null }],
      },
    },
    input,
    attacked: port.name,
    inputShape,
    output: scores,
    batching: batched ? 'any' : 1,
    fixedBatch,
    constants: Object.fromEntries(Object.entries(constants).filter(([name]) => !settled.has(name))),
    repeated,
    finalOperator: final.kind,
    cut,
    straightThrough: options.straightThrough ?? false,
    twoClasses: options.twoClasses ?? false,
    wholeInput,
  };
}

/** The model with floats where its only input, or the one that was named, holds whole numbers that it casts; and their type. */
function takeFloats(
  model: OnnxModel,
  { input, constants = {} }: PlanOptions,
): readonly [OnnxModel, OnnxElementType | null] {
  const free = model.graph.inputs.filter(({ name }) => constants[name] === undefined);
  const only = free.length === 1 ? free[0]!.name : undefined;
  const port = model.graph.inputs.find(({ name }) => name === (input ?? only));
  if (port === undefined || port.type === 'float32') return [model, null];
  const graph = withFloatInput(model.graph, port.name);
  return graph === null ? [model, null] : [{ ...model, graph }, port.type];
}

function chooseInput({ graph }: OnnxModel, { input, inputShape, constants = {} }: PlanOptions): OnnxValue {
  const floats = graph.inputs.filter(({ name, type }) => type === 'float32' && constants[name] === undefined);
  if (input !== undefined) {
    const found = graph.inputs.find(({ name }) => name === input);
    if (found?.type === 'float32') return found;
    const source = graph.nodes.find(({ outputs }) => outputs.includes(input));
    if (source !== undefined && inputShape !== undefined) {
      return { name: input, type: 'float32', shape: [null, ...inputShape] };
    }
    throw new Fault('ERR_USAGE', noFloats(graph, found), { hint: `Its inputs: ${describe(graph.inputs)}.` });
  }
  if (floats.length === 1) return floats[0]!;
  if (floats.length > 0) {
    throw new Fault('ERR_USAGE', 'The model has several floating-point inputs.', {
      hint: `Say which one is meant (input in a target file), and what the others hold (constants). Its inputs: ${describe(graph.inputs)}.`,
    });
  }
  const cast = castInputs(graph);
  throw new Fault(
    'ERR_MODEL_UNSUPPORTED',
    'The model has no floating-point input, so there is nothing to differentiate by.',
    {
      hint:
        cast.length > 0
          ? `It turns these into floats; name one, and give the others as constants: ${cast.join(', ')}. Its inputs: ${describe(graph.inputs)}.`
          : `Whole numbers that are looked up in a table (tokens) have no gradient: name the value behind the table (the output of the embedding) as the input, with its shape. Its inputs: ${describe(graph.inputs)}.`,
    },
  );
}

/** Why an input or value that was named cannot be differentiated by. */
function noFloats(graph: OnnxModel['graph'], found: OnnxValue | undefined): string {
  if (found !== undefined) {
    return `The input ${JSON.stringify(found.name)} holds ${found.type ?? 'no tensor'}, which the network does not turn into floats before it uses it: there is no gradient.`;
  }
  return 'The model has no such floating-point input, and no such value inside it with a shape that was given.';
}

/** A batch axis is one that the file leaves open, or 1, before at least one other axis; or one that input and output share. */
function isBatched(port: OnnxValue, { graph }: OnnxModel, output: string): boolean {
  const shape = port.shape ?? [];
  const [first, ...rest] = shape;
  if (first === undefined || rest.length === 0)
    return first !== undefined && typeof first !== 'number' && rest.length > 0;
  if (typeof first !== 'number' || first === 1) return true;
  const found = graph.outputs.find(({ name }) => name === output)?.shape;
  return found !== undefined && found !== null && found.length > 1 && found[0] === first;
}

function sampleShape(
  name: string,
  declared: readonly (number | string | null)[],
  given: readonly number[] | undefined,
): readonly number[] {
  if (given !== undefined) {
    const fits =
      declared.length === 0 ||
      (given.length === declared.length &&
        declared.every((length, axis) => typeof length !== 'number' || length === given[axis]));
    if (fits) return given;
    throw new Fault('ERR_USAGE', `The input shape ${given.join(' x ')} does not fit the model.`, {
      hint: `Its input ${JSON.stringify(name)} is ${declared.map((one) => one ?? '?').join(' x ')} without the batch.`,
    });
  }
  if (declared.every((length) => typeof length === 'number')) return declared;
  throw new Fault('ERR_USAGE', `The model leaves the shape of its input ${JSON.stringify(name)} open.`, {
    hint: `Say it (one sample, without the batch): ${declared.map((one) => one ?? '?').join(' x ')}.`,
  });
}

function callerShape(sample: readonly number[], transpose: readonly number[] | undefined): readonly number[] {
  if (transpose === undefined) return sample;
  const inverse: number[] = [];
  transpose.forEach((from, to) => (inverse[from] = to));
  if (transpose.length !== sample.length || inverse.filter((one) => one !== undefined).length !== sample.length) {
    throw new Fault('ERR_USAGE', `The axes ${transpose.join(', ')} are no order of ${sample.length} axes.`);
  }
  return inverse.map((to) => sample[to]!);
}

function preprocess(
  build: GraphBuilder,
  input: string,
  shape: readonly number[],
  { mean = 0, std = 1, channelAxis = 0, transpose }: Preprocessing = {},
): string {
  const channels = shape[channelAxis] ?? 1;
  const constant = (values: number | readonly number[], what: string, map: (value: number) => number): string => {
    if (typeof values === 'number') return build.scalar(map(values));
    if (values.length !== channels) {
      throw new Fault(
        'ERR_USAGE',
        `The preprocessing has ${values.length} values of ${what} for ${channels} channels.`,
      );
    }
    return build.floats(
      values.map(map),
      [1, ...shape].map((_, axis) => (axis === channelAxis + 1 ? channels : 1)),
    );
  };
  for (const value of typeof std === 'number' ? [std] : std) {
    if (!(value > 0)) throw new Fault('ERR_USAGE', 'A standard deviation of the preprocessing is not above zero.');
  }
  let name = input;
  if (mean !== 0) name = build.add('Sub', [name, constant(mean, 'mean', (value) => value)]);
  if (std !== 1) name = build.add('Div', [name, constant(std, 'std', (value) => value)]);
  if (transpose !== undefined)
    name = build.add('Transpose', [name], { perm: [0, ...transpose.map((axis) => axis + 1)] });
  return name;
}

function twoScores(build: GraphBuilder, score: string, probability: boolean): string {
  const second = build.add('Reshape', [score, build.ints([-1, 1])]);
  const first = build.add('Sub', [probability ? build.scalar(1) : second, second]);
  return build.add('Concat', [first, second], { axis: 1 });
}

/**
 * The same model for any batch, where it was exported for one: a shape of a Reshape that begins with that batch begins with "as the
 * input has it". A guess, to be tried: see `openGradientModel`.
 */
export function withoutFixedBatch(model: OnnxModel, batch: number): OnnxModel {
  const { graph } = model;
  const build = new GraphBuilder(namesOf(graph));
  const constants = new Map(graph.initializers);
  for (const node of graph.nodes) {
    const value = node.op === 'Constant' ? node.attributes.get('value') : undefined;
    if (value?.kind === 'tensor' && node.outputs[0] !== undefined) constants.set(node.outputs[0], value.value);
  }
  const nodes = graph.nodes.map((node) => {
    const shape = node.op === 'Reshape' && node.domain === '' ? constants.get(node.inputs[1] ?? '') : undefined;
    if (shape?.type !== 'int64' || shape.data === null) return node;
    const dims = Array.from(shape.data as BigInt64Array, Number);
    const allowZero = node.attributes.get('allowzero')?.value === 1;
    if (dims.length < 2 || dims[0] !== batch || (allowZero && dims.includes(0))) return node;
    const attributes = new Map([...node.attributes].filter(([name]) => name !== 'allowzero'));
    return { ...node, attributes, inputs: [node.inputs[0]!, build.ints([0, ...dims.slice(1)])] };
  });
  return {
    ...model,
    graph: { ...graph, nodes, initializers: new Map([...graph.initializers, ...build.initializers]) },
  };
}
