import { Fault } from '../core/fault.ts';
import type { OnnxElementType, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../formats/onnx/onnx-model.ts';
import { timeGradient } from './check-gradient.ts';
import { checkGradientInParts, type GradientCheckInParts } from './check-in-parts.ts';
import type { GradientModel, GradientModelOptions } from './gradient-model.ts';
import { operatorName } from './gradient/coverage.ts';
import { reasonOfNoGradient } from './gradient/no-gradient.ts';
import { place } from './graph/check-onnx.ts';
import { UnknownOperator } from './graph/specialise.ts';
import { openGuessed, type OpenedByGuess } from './open-guessed.ts';

/**
 * What was found out about the gradient by the input:
 * - `right`: it is not zero, and agrees with differences;
 * - `hidden`: steps hide it (`masked`), and its stand-ins agree with differences of the network that has them in the place of the steps;
 * - `none`: there is none, because of the operators in `missing`;
 * - `zero`: it was zero on every random sample, and no step is known to hide it: nothing is proven, and attacks along it find nothing;
 * - `unproven`: the scores answer so little to the input that differences drown in rounding;
 * - `wrong`: it disagrees with differences.
 */
export type GradientVerdict = 'right' | 'hidden' | 'none' | 'zero' | 'unproven' | 'wrong';

/** What `parapet model check --json` prints. */
export interface ModelReport {
  /** True where `gradient` is `right` or `hidden`. */
  readonly ok: boolean;
  readonly gradient: GradientVerdict;
  /** Operators of the network, with how often each occurs in `operator_counts`. */
  readonly operators: readonly string[];
  /** Operators between input and scores that have no gradient. */
  readonly missing: readonly string[];
  /** Null where a gradient is missing. */
  readonly max_relative_error: number | null;
  /** Null where the network does not run: an operator is unknown. */
  readonly forward_ms: number | null;
  /** Null where a gradient is missing. */
  readonly gradient_ms: number | null;
  readonly model: string;
  readonly operator_counts: Readonly<Record<string, number>>;
  /** Numbers in its weights. */
  readonly parameters: number;
  readonly opsets: Readonly<Record<string, number>>;
  /** Shape of one sample, and the number of scores. */
  readonly input_shape: readonly number[] | null;
  readonly scores: number | null;
  readonly final_operator: string | null;
  /** Samples that the network takes at a time. */
  readonly batching: 'any' | number | null;
  /** What it is differentiated by, and the type of it in the file. */
  readonly input: string | null;
  readonly input_type: string | null;
  /** The value that is taken for the scores. */
  readonly output: string | null;
  readonly runtime: string | null;
  /** Nodes that hide the gradient, with the reason. */
  readonly masked: readonly { readonly operator: string; readonly node: string; readonly reason: string }[];
  readonly missing_nodes: readonly string[];
  /** `float64` or `float32`: see docs/engine.md. */
  readonly check: string | null;
  readonly tolerance: number | null;
  readonly forward_error: number | null;
  /** Parts that were checked one after the other, where the whole said nothing; 1: the whole. */
  readonly parts: number | null;
  /** Between which values the gradient is wrong; null: nowhere, or not known. */
  readonly wrong: string | null;
  readonly remarks: readonly string[];
}

export interface ModelReportOptions extends GradientModelOptions {
  /** Seed of the random sample. Default: 0. */
  readonly seed?: string;
  /** Told what is being done: one short phrase each. */
  readonly progress?: (doing: string) => void;
}

/**
 * Opens a model by guessing what its file leaves open, says what it is made of, and holds its gradient against differences.
 * @throws Fault as `openGuessed`. An operator that the runtime lacks, or that has no gradient, is no error of this: see `missing`.
 */
export async function reportOnModel(
  name: string,
  model: OnnxModel,
  { seed = '0', progress = () => {}, ...options }: ModelReportOptions = {},
): Promise<ModelReport> {
  progress('opening');
  let found;
  try {
    found = await openGuessed(model, { ...options, threads: 0, microBatch: 1 });
  } catch (error) {
    if (!(error instanceof UnknownOperator)) throw error;
    return { ...aboutFile(name, model), ...NOTHING, ...unknownTo(model, error) };
  }
  const { opened, remarks } = found;
  try {
    return await reportOnOpened(
      { ...aboutFile(name, model), ...aboutOpened(model, opened, remarks) },
      opened,
      seed,
      progress,
      () => openGuessed(model, { ...options, threads: 0, microBatch: 1, straightThrough: true }),
    );
  } finally {
    await opened.close();
  }
}

type AboutFile = Pick<ModelReport, 'operators' | 'model' | 'operator_counts' | 'parameters' | 'opsets'>;

function aboutFile(name: string, model: OnnxModel): AboutFile {
  const counts = new Map<string, number>();
  const count = (nodes: readonly OnnxNode[]): void => {
    for (const node of nodes) counts.set(operatorName(node), (counts.get(operatorName(node)) ?? 0) + 1);
  };
  count(model.graph.nodes);
  for (const one of model.functions) count(one.nodes);
  let parameters = 0;
  const add = ({ type, dims }: OnnxTensor): void => {
    if (type.includes('float')) parameters += dims.reduce((product, length) => product * length, 1);
  };
  const addNodes = (nodes: readonly OnnxNode[]): void => {
    for (const node of nodes) {
      // Some exporters (Paddle) keep weights in Constant nodes, some inside of branches.
      for (const value of node.attributes.values()) {
        if (node.op === 'Constant' && value.kind === 'tensor') add(value.value);
        if (value.kind === 'graph') addGraph(value.value);
      }
    }
  };
  const addGraph = (graph: OnnxGraph): void => {
    for (const tensor of graph.initializers.values()) add(tensor);
    addNodes(graph.nodes);
  };
  addGraph(model.graph);
  for (const one of model.functions) addNodes(one.nodes);
  return {
    operators: [...counts.keys()].sort(),
    model: name,
    operator_counts: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    parameters,
    opsets: Object.fromEntries(
      [...model.opsets].map(([domain, version]) => [domain === '' ? 'ai.onnx' : domain, version]),
    ),
  };
}

const NOTHING = {
  ok: false,
  gradient: 'none',
  max_relative_error: null,
  gradient_ms: null,
  check: null,
  tolerance: null,
  forward_error: null,
  parts: null,
  wrong: null,
} as const;

/** What can be said of a network that does not run. */
function unknownTo(
  model: OnnxModel,
  error: UnknownOperator,
): Omit<ModelReport, keyof AboutFile | keyof typeof NOTHING> {
  const same = model.graph.nodes.filter(({ op, domain }) => op === error.node.op && domain === error.node.domain);
  return {
    missing: [operatorName(error.node)],
    missing_nodes: (same.length === 0 ? [error.node] : same).map(place),
    forward_ms: null,
    input: null,
    input_type: null,
    output: null,
    input_shape: null,
    scores: null,
    final_operator: null,
    batching: null,
    runtime: null,
    masked: [],
    remarks: [error.line],
  };
}

type AboutOpened = Omit<ModelReport, keyof AboutFile | keyof typeof NOTHING | 'forward_ms'>;

function aboutOpened(model: OnnxModel, { info, plan }: GradientModel, remarks: readonly string[]): AboutOpened {
  const more = [...remarks];
  if (info.finalOperator !== null && info.finalOperator !== 'log-softmax') {
    more.push(`The network ends in a ${info.finalOperator}: attacks take the scores before it, unless told otherwise.`);
  }
  if (info.coverage.masked.length > 0) {
    const what = [...new Set(info.coverage.masked.map(({ operator }) => operator))].join(', ');
    more.push(
      plan.straightThrough
        ? `Steps that hide the gradient (${what}) have a stand-in, held against differences of the network with the stand-ins in the place of the steps.`
        : `Steps hide the gradient (${what}): it is zero where they are met, and attacks need a stand-in or no gradient at all.`,
    );
  }
  const trees = model.graph.nodes.filter(({ op, domain }) => domain === 'ai.onnx.ml' && op.startsWith('TreeEnsemble'));
  for (const operator of new Set(info.coverage.missing.map((one) => one.operator))) {
    const dot = operator.lastIndexOf('.');
    const reason = reasonOfNoGradient(operator.slice(0, Math.max(0, dot)), operator.slice(dot + 1), trees.length);
    if (reason !== undefined) more.push(`${operator} has no gradient here. ${reason}`);
  }
  const type: OnnxElementType =
    info.wholeInput ?? model.graph.inputs.find(({ name }) => name === plan.attacked)?.type ?? 'float32';
  return {
    missing: [...new Set(info.coverage.missing.map(({ operator }) => operator))],
    missing_nodes: info.coverage.missing.map(({ node }) => node),
    input: plan.attacked,
    input_type: type,
    output: plan.output,
    input_shape: info.inputShape,
    scores: info.classes,
    final_operator: info.finalOperator,
    batching: info.batching,
    runtime: info.runtime,
    masked: info.coverage.masked,
    remarks: more,
  };
}

async function reportOnOpened(
  about: AboutFile & AboutOpened,
  opened: GradientModel,
  seed: string,
  progress: (doing: string) => void,
  withStandIns: () => Promise<OpenedByGuess>,
): Promise<ModelReport> {
  progress('forward run');
  const forward_ms = await timeForward(opened);
  if (about.missing.length > 0) return { ...about, ...NOTHING, forward_ms };
  progress('gradient, held against differences');
  let check;
  let stoodIn = false;
  try {
    check = await checkGradientInParts(opened, seed, progress);
    const proven = check.error <= check.tolerance && !check.zero;
    if (!proven && about.masked.length > 0 && !opened.plan.straightThrough) {
      progress('gradient of stand-ins');
      const other = (await withStandIns()).opened;
      try {
        const held = await checkGradientInParts(other, seed, progress);
        stoodIn = held.error <= held.tolerance && !held.zero;
        if (stoodIn || check.zero) check = { ...held, zero: check.zero };
      } finally {
        await other.close();
      }
    }
  } catch (error) {
    // A use of an operator that its rule does not know shows when the gradient is built.
    if (!(error instanceof Fault) || error.code !== 'ERR_MODEL_UNSUPPORTED' || error.where === undefined) throw error;
    const operator = error.where.split(' ', 1)[0]!;
    const remarks = [...about.remarks, error.message];
    return { ...about, ...NOTHING, missing: [operator], missing_nodes: [error.where], forward_ms, remarks };
  }
  const remarks = [...about.remarks];
  if (stoodIn && !check.zero) {
    remarks.push(
      'The network rounds so often that differences of it say nothing: they were taken of the network with stand-ins in the place of the steps, which its gradient with stand-ins agrees with.',
    );
  }
  if (check.zero) {
    remarks.push(
      stoodIn
        ? 'The gradient was zero on every random sample; that of the stand-ins was checked.'
        : 'The gradient was zero on every random sample, so that nothing is proven, and attacks along it find nothing; the input may have other units.',
    );
  }
  if (check.parts > 1) {
    remarks.push(
      `The input's influence on the scores is too small, or bent too often, for differences of the whole: checked in ${check.parts} parts that follow one another.`,
    );
  }
  if (check.lost === true) {
    remarks.push(
      'The scores hardly answer to random input, as with weights that were never trained: differences drown in rounding, so that they say nothing for or against the gradient.',
    );
  }
  if (check.wrong !== null) remarks.push(`The gradient disagrees with differences from ${check.wrong}.`);
  progress('timing');
  const times = await timeGradient(opened);
  const gradient = verdictOf(check, stoodIn, about.masked.length > 0 && opened.plan.straightThrough);
  return {
    ...about,
    ok: gradient === 'right' || gradient === 'hidden',
    gradient,
    max_relative_error: Number.isFinite(check.error) ? check.error : null,
    forward_ms: times.forward,
    gradient_ms: times.gradient,
    check: check.method,
    tolerance: check.tolerance,
    forward_error: check.forwardError,
    parts: check.parts,
    wrong: check.wrong,
    remarks,
  };
}

function verdictOf(
  { error, tolerance, zero, lost }: GradientCheckInParts,
  stoodIn: boolean,
  standsIn: boolean,
): GradientVerdict {
  if (stoodIn) return 'hidden';
  if (error <= tolerance) return zero ? 'zero' : standsIn ? 'hidden' : 'right';
  return lost === true ? 'unproven' : 'wrong';
}

async function timeForward(opened: GradientModel): Promise<number> {
  const size = opened.info.inputShape.reduce((product, length) => product * length, 1);
  const start = performance.now();
  await opened.forward(new Float32Array(size), 1);
  return performance.now() - start;
}
