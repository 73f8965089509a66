import { Fault } from '../../core/fault.ts';
import type { OnnxElementType, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../../formats/onnx/onnx-model.ts';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import { entryCount, type NumericElementType } from '../../formats/onnx/tensor-data.ts';
import type { OnnxRuntime, Session, Tensor } from '../onnx-runtime.ts';
import { assertAffordable } from './assert-affordable.ts';
import { place, readNames } from './check-onnx.ts';
import { inlineBranch, runBothBranches } from './inline-branch.ts';
import { resolveSequences, SEQUENCE_OPERATORS } from './resolve-sequences.ts';
import type { ShapedGraph, ShapedValue } from './shaped-graph.ts';
import { unrollLoops } from './unroll-loops.ts';

export interface SpecialiseOptions {
  /** Shape of every input, batch included. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Values for inputs on which shapes depend; others get a small number everywhere. */
  readonly feeds?: Readonly<Record<string, Tensor>>;
  /** Constants that become inputs, so that gradients with respect to them can be had. */
  readonly parameters?: readonly string[];
  /** Values to keep as outputs; default: the model's outputs. */
  readonly outputs?: readonly string[];
}

/** Operators that give something else each time. */
const RANDOM: ReadonlySet<string> = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);
/** Operators whose output depends on the shape of their input alone. */
const SHAPE_ONLY: ReadonlySet<string> = new Set(['Shape', 'Size']);
/** Operators the shape of whose output depends on the values of their input. */
const DATA_SHAPED: ReadonlySet<string> = new Set(['NonZero', 'Unique', 'Compress', 'NonMaxSuppression']);
/** Numbers in one value: 2 GiB of float32. */
const MAX_VALUE = 2 ** 29;
/** Branches inside branches. */
const MAX_ROUNDS = 16;

/**
 * Fixes the shapes of a prepared model. There is no shape inference here: the graph is run once, with the shape of every value as an
 * output, and types are asked of the runtime. Branches (If) whose condition is constant for these shapes are taken, loops of a constant
 * number of rounds are written out, and sequences of constant structure are said in the tensors that they are made of.
 * @throws Fault `ERR_MODEL_UNSUPPORTED` when the model does not run on inputs of these shapes, or has values whose shape depends on data.
 */
export async function specialise(
  model: OnnxModel,
  runtime: OnnxRuntime,
  options: SpecialiseOptions,
): Promise<ShapedGraph> {
  assertAffordable(model);
  let current = withOutputs(model, options.outputs);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = await specialiseOnce(current, runtime, options);
    const next = simpler(current, found) ?? (await chooseByData(current, found, runtime, options));
    if (next === null) return found.graph;
    current = next;
  }
  throw new Fault(
    'ERR_MODEL_UNSUPPORTED',
    `The model has branches and loops inside others, more than ${MAX_ROUNDS} deep.`,
  );
}

/** The model without branches, loops and sequences that are constant for these shapes; null: it has none of these. */
function simpler(model: OnnxModel, { graph, branches }: Specialised): OnnxModel | null {
  if (branches.size > 0) return inlineBranch(model, branches);
  const dataOf = (name: string): ArrayLike<number | bigint> | undefined =>
    (graph.constants.get(name)?.data as ArrayLike<number | bigint> | null | undefined) ?? undefined;
  const known = {
    numbersOf: (name: string) => {
      const data = dataOf(name);
      return data === undefined ? undefined : Array.from(data, Number);
    },
    numberOf: (name: string) => {
      const first = dataOf(name)?.[0];
      return first === undefined ? undefined : Number(first);
    },
    shapeOf: (name: string) => graph.shapes.get(name) ?? graph.constants.get(name)?.dims,
  };
  const running = new Set(graph.nodes);
  return unrollLoops(model, { ...known, isRunning: (node) => running.has(node) }) ?? resolveSequences(model, known);
}

/**
 * The model in which branches whose condition depends on the data both run, and one is chosen; null: there are none, or both cannot run
 * (one has sequences, or values whose shape depends on the data), or what they give differs in shape.
 */
async function chooseByData(
  model: OnnxModel,
  { graph }: Specialised,
  runtime: OnnxRuntime,
  options: SpecialiseOptions,
): Promise<OnnxModel | null> {
  const ifs = new Set(graph.nodes.filter(({ op, domain }) => op === 'If' && domain === ''));
  if (ifs.size === 0) return null;
  const both = runBothBranches(model, ifs);
  try {
    const { shapes, constants } = (await specialiseOnce(both.model, runtime, options)).graph;
    const shapeOf = (name: string): string | undefined => (shapes.get(name) ?? constants.get(name)?.dims)?.join();
    return both.pairs.every(([one, other]) => shapeOf(one) === shapeOf(other)) ? both.model : null;
  } catch (error) {
    if (error instanceof Fault && error.code === 'ERR_MODEL_UNSUPPORTED') return null;
    throw error;
  }
}

function withOutputs(model: OnnxModel, outputs: readonly string[] | undefined): OnnxModel {
  if (outputs === undefined) return model;
  const known = new Map(model.graph.outputs.map((value) => [value.name, value]));
  const wanted = outputs.map((name): OnnxValue => known.get(name) ?? { name, type: null, shape: null });
  return { ...model, graph: { ...model.graph, outputs: wanted } };
}

interface Specialised {
  readonly graph: ShapedGraph;
  /** If nodes whose condition is a constant, with that constant. */
  readonly branches: ReadonlyMap<OnnxNode, boolean>;
}

async function specialiseOnce(
  model: OnnxModel,
  runtime: OnnxRuntime,
  { shapes, feeds = {}, parameters: parameterNames = [] }: SpecialiseOptions,
): Promise<Specialised> {
  const { graph } = model;
  const nodes = neededNodes(graph.nodes, graph.outputs);
  const parameters = new Map<string, OnnxTensor>();
  for (const name of parameterNames) {
    const tensor = graph.initializers.get(name);
    if (tensor !== undefined) parameters.set(name, tensor);
  }
  const inputs = graph.inputs.map((value) => shapedInput(value, shapes));

  // Dynamic: whatever depends on values of inputs or parameters, or on chance.
  const dynamic = new Set([...inputs.map(({ name }) => name), ...parameters.keys()]);
  const running: OnnxNode[] = [];
  for (const node of nodes) {
    const isDynamic =
      RANDOM.has(node.op) ||
      // A sequence cannot be had as a constant.
      (node.domain === '' && SEQUENCE_OPERATORS.has(node.op)) ||
      (!SHAPE_ONLY.has(node.op) && readNames(node).some((name) => dynamic.has(name)));
    if (!isDynamic) continue;
    if (DATA_SHAPED.has(node.op) && node.domain === '') {
      throw new ShapeOfData(node);
    }
    running.push(node);
    for (const name of node.outputs) if (name !== '') dynamic.add(name);
  }
  // Static values that a running node or nobody but the caller reads become constants.
  const frontier = new Set<string>();
  const folded = new Set(nodes.flatMap((node) => node.outputs).filter((name) => name !== '' && !dynamic.has(name)));
  for (const name of [...running.flatMap(readNames), ...graph.outputs.map((value) => value.name)]) {
    if (folded.has(name)) frontier.add(name);
  }
  const values = running.flatMap((node) => node.outputs).filter((name) => name !== '');

  const ports = [...inputs, ...[...parameters].map(([name, { type, dims }]) => ({ name, type, shape: dims }))];
  const isParameter = (name: string): boolean => parameters.has(name);
  const read = new Set([...nodes.flatMap(readNames), ...graph.outputs.map(({ name }) => name)]);
  const kept = new Map([...graph.initializers].filter(([name]) => !isParameter(name) && read.has(name)));
  const base = { ...model, graph: { ...graph, nodes, inputs: ports, initializers: kept, values: [] } };

  const { types, tensors } = await askTypes(base, runtime, values);
  const measured = values.filter((name) => tensors.has(name));
  const shapeOutputs = measured.map((name) => `shape of ${name}`);
  const outputs = [...shapeOutputs, ...frontier];
  const found = new Map<string, readonly number[]>(ports.map(({ name, shape }) => [name, shape]));
  const constants = new Map<string, OnnxTensor>();
  for (const [name, tensor] of kept) constants.set(name, tensor);
  if (outputs.length > 0) {
    const probes = measured.map((name, index): OnnxNode => {
      const attributes = new Map();
      return { name: '', op: 'Shape', domain: '', inputs: [name], outputs: [shapeOutputs[index]!], attributes };
    });
    const probe = {
      ...base,
      graph: {
        ...base.graph,
        nodes: [...nodes, ...probes],
        outputs: outputs.map((name): OnnxValue => ({ name, type: null, shape: null })),
      },
    };
    const session = await openOnce(runtime, probe);
    try {
      const given: Record<string, Tensor> = {};
      for (const { name, type, shape } of ports) {
        const parameter = parameters.get(name);
        given[name] = feeds[name] ?? (parameter === undefined ? filled(type, shape) : toTensor(parameter));
      }
      const results = await running_(nodes, () => session.run(given, outputs));
      for (const [index, name] of measured.entries()) {
        found.set(name, Array.from(results[shapeOutputs[index]!]!.data as unknown as BigInt64Array, Number));
      }
      for (const name of frontier) constants.set(name, fromTensor(results[name]!));
    } finally {
      await session.release();
    }
  }

  const branches = new Map<OnnxNode, boolean>();
  for (const node of running) {
    if (node.op !== 'If' || node.domain !== '') continue;
    const condition = constants.get(node.inputs[0] ?? '')?.data;
    if (condition !== undefined && condition !== null) branches.set(node, Boolean(condition[0]));
  }
  for (const { name, type } of ports) types.set(name, type);
  const shapedOutputs = graph.outputs.map(({ name }): ShapedValue => {
    const constant = constants.get(name);
    const type = constant?.type ?? types.get(name);
    const shape = constant?.dims ?? found.get(name);
    if (type === undefined || shape === undefined) {
      throw new Fault('ERR_MODEL_UNSUPPORTED', 'An output of the model is no tensor.', {
        where: JSON.stringify(name),
        hint: 'Export the model without a dictionary or sequence at its end (for scikit-learn: zipmap=False).',
      });
    }
    return { name, type, shape };
  });
  return {
    graph: {
      opsets: model.opsets,
      irVersion: model.irVersion,
      nodes: running,
      constants,
      parameters,
      inputs,
      outputs: shapedOutputs,
      shapes: found,
      types,
    },
    branches,
  };
}

function neededNodes(nodes: readonly OnnxNode[], outputs: readonly OnnxValue[]): readonly OnnxNode[] {
  const needed = new Set(outputs.map(({ name }) => name));
  const kept: OnnxNode[] = [];
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index]!;
    if (!node.outputs.some((name) => needed.has(name))) continue;
    kept.push(node);
    for (const name of readNames(node)) needed.add(name);
  }
  return kept.toReversed();
}

function shapedInput({ name, type }: OnnxValue, shapes: SpecialiseOptions['shapes']): ShapedValue {
  const shape = shapes[name];
  if (type === null || shape === undefined) {
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'An input of the model has no known type or shape.', {
      where: JSON.stringify(name),
      hint: 'Say its shape, or export the model with a typed input.',
    });
  }
  return { name, type, shape };
}

/** Element types of the values that are tensors, from the runtime's own inference. */
async function askTypes(
  model: OnnxModel,
  runtime: OnnxRuntime,
  values: readonly string[],
): Promise<{ readonly types: Map<string, OnnxElementType>; readonly tensors: ReadonlySet<string> }> {
  const outputs = values.map((name): OnnxValue => ({ name, type: null, shape: null }));
  const types = new Map<string, OnnxElementType>();
  if (outputs.length === 0) return { types, tensors: new Set() };
  const session = await openOnce(runtime, { ...model, graph: { ...model.graph, outputs } });
  try {
    for (const { name, type, shape } of session.outputs) {
      if (type === 'none') continue;
      types.set(name, type as OnnxElementType);
      if (shape.reduce<number>((size, length) => size * Number(length), 1) > MAX_VALUE)
        throw tooLarge(model, name, shape);
    }
  } finally {
    await session.release();
  }
  return { types, tensors: new Set(types.keys()) };
}

/** What the runtime says of a value before it makes it. */
function tooLarge({ graph }: OnnxModel, name: string, shape: readonly (number | string)[]): Fault {
  const node = graph.nodes.find(({ outputs }) => outputs.includes(name));
  return new Fault('ERR_MODEL_UNSUPPORTED', `A value would have ${shape.join(' x ')} numbers, which is too many.`, {
    where: node === undefined ? JSON.stringify(name) : place(node),
    hint: `At most ${MAX_VALUE.toLocaleString('en')} in one value: give smaller inputs, or a smaller batch.`,
  });
}

async function running_<Result>(nodes: readonly OnnxNode[], run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (cause) {
    const said = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '').slice(0, 400) : String(cause);
    throw new Fault('ERR_MODEL_UNSUPPORTED', `The model does not run on inputs of these shapes: ${said}.`, {
      ...whereOf(nodes, said),
      cause,
    });
  }
}

/** Opens a graph to be run once; what ONNX Runtime refuses gets a place. */
async function openOnce(runtime: OnnxRuntime, model: OnnxModel): Promise<Session> {
  try {
    return await runtime.openBytes(writeOnnx(model), { optimize: false });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const unknown = model.graph.nodes.find(
      (node) =>
        error.message.includes(`${node.domain || 'ai.onnx'}:${node.op}(`) ||
        error.message.includes(`No Op registered for ${node.op} `),
    );
    if (unknown !== undefined) throw new UnknownOperator(unknown, error);
    throw new Fault(error.code, error.message, { ...whereOf(model.graph.nodes, error.message), cause: error.cause });
  }
}

/** Values from here on have shapes that depend on the data. */
export class ShapeOfData extends Fault {
  readonly node: OnnxNode;

  constructor(node: OnnxNode) {
    super('ERR_MODEL_UNSUPPORTED', 'The shape of a value depends on the data.', {
      where: place(node),
      hint: 'Name a value in front of it as the output (--output): for a detector, the scores before boxes are chosen.',
    });
    this.node = node;
  }
}

/** An operator that ONNX Runtime does not have. */
export class UnknownOperator extends Fault {
  readonly node: OnnxNode;

  constructor(node: OnnxNode, cause: unknown) {
    super('ERR_MODEL_UNSUPPORTED', `ONNX Runtime has no operator ${node.op} of ${node.domain || 'ai.onnx'}.`, {
      where: place(node),
      hint: 'Operators from outside the standard need their own library; export the model with standard ones.',
      cause,
    });
    this.node = node;
  }
}

/** The node that a message of ONNX Runtime names: `Name:'x'`, `Node (x)` or `Node:x `. */
function whereOf(nodes: readonly OnnxNode[], message: string): { where?: string } {
  const node = nodes.find(
    ({ name }) =>
      name !== '' &&
      (message.includes(`'${name}'`) ||
        message.includes(`(${name})`) ||
        message.includes(`"${name}"`) ||
        message.includes(`Node:${name} `)),
  );
  return node === undefined ? {} : { where: place(node) };
}

function filled(type: OnnxElementType, shape: readonly number[]): Tensor {
  const count = shape.reduce((product, length) => product * length, 1);
  if (type === 'string') return { type, dims: shape, data: new Array(count).fill('') as never };
  const tensor = toTensor({ type, dims: shape, data: zeros(type, count) });
  if (type === 'float32') (tensor.data as unknown as Float32Array).fill(0.1);
  return tensor;
}

export function zeros(
  type: NumericElementType,
  count: number,
): NonNullable<Exclude<OnnxTensor['data'], readonly string[]>> {
  const entries = entryCount(type, count);
  switch (type) {
    case 'float32':
      return new Float32Array(entries);
    case 'int64':
      return new BigInt64Array(entries);
    case 'uint64':
      return new BigUint64Array(entries);
    case 'int32':
      return new Int32Array(entries);
    case 'uint32':
      return new Uint32Array(entries);
    case 'int16':
      return new Int16Array(entries);
    case 'int8':
      return new Int8Array(entries);
    case 'float64':
      return new Float64Array(entries);
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(entries);
    default:
      return new Uint8Array(entries);
  }
}

export function toTensor({ type, dims, data }: OnnxTensor): Tensor {
  return { type, dims, data: data as never };
}

export function fromTensor({ type, dims, data }: Tensor): OnnxTensor {
  return { type: type as OnnxElementType, dims, data: data as never };
}
