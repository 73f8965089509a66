import { Fault } from '../../core/fault.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { seededRandom } from '../../math/random.ts';
import { backwardOfComposition } from '../gradient/backward-of-composition.ts';
import { differentiate } from '../gradient/differentiate.ts';
import type { GradientContext, GradientRule, WantedGradient } from '../gradient/gradient-rule.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { OnnxRuntime } from '../onnx-runtime.ts';
import { makeInputs, nodeOf, opsetsOf, toOnnxTensor, type OperatorCase } from './operator-case.ts';
import { type BasePoint, evaluateModel, evaluateNode } from '../reference/evaluate-graph.ts';
import { STAND_INS } from '../reference/stand-ins.ts';
import { isFloating } from '../reference/reference-operator.ts';
import { referenceTensor, sizeOf, type ReferenceTensor } from '../reference/reference-tensor.ts';
import { relativeError, runModel } from './run-model.ts';

/** What a check of one rule on one case found, as parts of the largest element of the gradient. */
export interface RuleCheck {
  /** The rule's nodes computed in float64, against central differences of the reference. */
  readonly exact: number;
  /** The rule's nodes computed by ONNX Runtime in float32, against the same in float64. */
  readonly run: number;
  /** Gradient of each sample by the case's parameters, in float64, against differences of that sample's loss. */
  readonly perSample: number;
  /** Squared norms of those, where the rule has a way of its own; null: it has none. */
  readonly norms: number | null;
  /** The stand-in of a masking operator, in float64, against differences of what the reference has for it; null: it has none. */
  readonly standIn: number | null;
}

const STEP = 1e-6;

/** The loss is sum_k <R_k, y_k> over floating outputs, with R drawn once: its gradient by y_k is R_k. */
interface Setting {
  readonly one: OperatorCase;
  readonly inputs: readonly (ReferenceTensor | null)[];
  readonly outputs: readonly ReferenceTensor[];
  /** Null: the output takes no part. */
  readonly weights: readonly (ReferenceTensor | null)[];
}

export async function checkRule(one: OperatorCase, rule: GradientRule, runtime: OnnxRuntime): Promise<RuleCheck> {
  const setting = settingOf(one);
  const wants = one.inputs.map((input): WantedGradient | null => (input?.role === 'variable' ? 'sum' : null));
  const built = buildRule(setting, rule, wants);
  const exactValues = evaluateModel(built.model, built.feeds);
  // Also where the runtime has no kernel for the operator that the gradient computes again.
  const unknown =
    one.notRun !== undefined &&
    built.model.graph.nodes.some(({ op, domain }) => op === one.op && domain === (one.domain ?? ''));
  const nothing = built.model.graph.outputs.length === 0 || unknown;
  const runValues = nothing ? new Map<string, ReferenceTensor>() : await runModel(runtime, built.model, built.feeds);
  let [exact, run] = [0, 0];
  setting.inputs.forEach((input, at) => {
    if (wants[at] === null || input === null) return;
    const wanted = differences(setting, at, setting.weights);
    const name = built.names[at];
    const found = name === undefined || name === null ? referenceTensor('float32', input.dims) : exactValues.get(name)!;
    exact = Math.max(exact, relativeError(found, wanted));
    if (name !== undefined && name !== null && !unknown)
      run = Math.max(run, relativeError(runValues.get(name)!, found));
  });
  return { exact, run, ...checkSamples(setting, rule, wants), standIn: checkStandIn(setting, rule, wants) };
}

function checkSamples(
  setting: Setting,
  rule: GradientRule,
  wants: readonly (WantedGradient | null)[],
): Pick<RuleCheck, 'perSample' | 'norms'> {
  let perSample = 0;
  let norms: number | null = null;
  for (const at of setting.one.parameters ?? []) {
    const built = buildRule(
      setting,
      rule,
      wants.map((want, own) => (own === at ? 'per-sample' : want)),
      at,
    );
    const values = evaluateModel(built.model, built.feeds);
    const found = values.get(built.names[at]!)!;
    const batch = setting.outputs[0]!.dims[0]!;
    const parts = Array.from({ length: batch }, (_, sample) =>
      differences(
        setting,
        at,
        setting.weights.map((weight) => onlySample(weight, sample)),
      ),
    );
    const wanted = referenceTensor(
      'float32',
      [batch, ...setting.inputs[at]!.dims],
      parts.flatMap((part) => [...part.data]),
    );
    perSample = Math.max(perSample, relativeError(found, wanted));
    if (built.squared === null) continue;
    const squares = parts.map((part) => part.data.reduce((sum, value) => sum + value * value, 0));
    norms = Math.max(
      norms ?? 0,
      relativeError(values.get(built.squared)!, referenceTensor('float32', [batch], squares)),
    );
  }
  return { perSample, norms };
}

function checkStandIn(setting: Setting, rule: GradientRule, wants: readonly (WantedGradient | null)[]): number | null {
  const { one } = setting;
  if (STAND_INS.get(one.domain ?? '')?.[one.op] === undefined || rule.masked === undefined) return null;
  // Whole numbers take part: what a masking operator gives is read by one that makes floats of it.
  const random = seededRandom(`${one.op} ${one.says} stand-in`);
  const weights = setting.outputs.map((output, at) =>
    one.unused?.includes(at) === true || output.dims.length === 0
      ? null
      : referenceTensor('float32', output.dims, () => Math.fround(random.normal())),
  );
  const whole = { ...setting, weights };
  const built = buildRule(whole, rule, wants, undefined, true);
  const values = evaluateModel(built.model, built.feeds);
  const standIns: BasePoint = new Map();
  const node = nodeOf(one);
  evaluateNode(node, setting.inputs, opsetsOf(one), { record: standIns });
  let error = 0;
  setting.inputs.forEach((input, at) => {
    if (wants[at] === null || input === null) return;
    const wanted = differences(whole, at, weights, { node, standIns });
    const name = built.names[at];
    const found = name === undefined || name === null ? referenceTensor('float32', input.dims) : values.get(name)!;
    error = Math.max(error, relativeError(found, wanted));
  });
  return error;
}

function settingOf(one: OperatorCase): Setting {
  const inputs = makeInputs(one);
  const outputs = evaluateNode(nodeOf(one), inputs, opsetsOf(one)).slice(0, one.outputs ?? 1);
  const random = seededRandom(`${one.op} ${one.says} weights`);
  const weights = outputs.map((output, at) =>
    isFloating(output.type) && one.unused?.includes(at) !== true
      ? referenceTensor('float32', output.dims, () => Math.fround(random.normal()))
      : null,
  );
  return { one, inputs, outputs, weights };
}

/** Central differences of the loss by every element of an input. */
function differences(
  { one, inputs }: Setting,
  at: number,
  weights: readonly (ReferenceTensor | null)[],
  { node, standIns }: { readonly node: OnnxNode; readonly standIns?: BasePoint } = { node: nodeOf(one) },
): ReferenceTensor {
  const input = inputs[at]!;
  const lossAt = (element: number, value: number): number => {
    const data = Float64Array.from(input.data);
    data[element] = value;
    const options = standIns === undefined ? {} : { standIns };
    const outputs = evaluateNode(node, inputs.with(at, { ...input, data }), opsetsOf(one), options);
    return weights.reduce((sum, weight, k) => sum + (weight === null ? 0 : dot(weight, outputs[k]!)), 0);
  };
  return referenceTensor('float32', input.dims, (element) => {
    const value = input.data[element]!;
    const [above, here, below] = [lossAt(element, value + STEP), lossAt(element, value), lossAt(element, value - STEP)];
    const bend = Math.abs(above - 2 * here + below) / STEP;
    if (bend > 1e-3 * Math.max(1, Math.abs(above - below) / STEP)) {
      throw new RangeError(`${one.op} (${one.says}) lies on a kink at element ${element} of input ${at}`);
    }
    return (above - below) / (2 * STEP);
  });
}

function dot(weight: ReferenceTensor, output: ReferenceTensor): number {
  // Left out where the weight is zero: a sample that takes no part may be infinite.
  return weight.data.reduce((sum, one, at) => (one === 0 ? sum : sum + one * output.data[at]!), 0);
}

function onlySample(weight: ReferenceTensor | null, sample: number): ReferenceTensor | null {
  if (weight === null) return null;
  const each = sizeOf(weight.dims.slice(1));
  return { ...weight, data: weight.data.map((one, at) => (Math.floor(at / each) === sample ? one : 0)) };
}

interface BuiltRule {
  readonly model: OnnxModel;
  readonly feeds: ReadonlyMap<string, ReferenceTensor>;
  /** For each input the graph's output that holds its gradient. */
  readonly names: readonly (string | null)[];
  readonly squared: string | null;
}

/** The node, what the rule makes of it, and nothing else. */
function buildRule(
  { one, inputs, outputs, weights }: Setting,
  rule: GradientRule,
  wants: readonly (WantedGradient | null)[],
  normsOf?: number,
  straightThrough = false,
): BuiltRule {
  const node = nodeOf(one);
  const upstream = weights.map((weight, at) => (weight === null ? null : `dy${at}`));
  const build = new GraphBuilder([...node.inputs, ...node.outputs, ...upstream.filter((name) => name !== null)]);
  const tensors = new Map<string, ReferenceTensor>();
  inputs.forEach((tensor, at) => tensor !== null && tensors.set(`x${at}`, tensor));
  const constants = new Map<string, OnnxTensor>();
  one.inputs.forEach((input, at) => {
    if (input?.role === 'constant') constants.set(`x${at}`, toOnnxTensor(inputs[at]!));
  });
  outputs.forEach((tensor, at) => tensors.set(`y${at}`, tensor));
  const context = contextOf({
    one,
    build,
    tensors,
    constants,
    upstream,
    wants,
    batch: outputs[0]!.dims[0] ?? 1,
    straightThrough,
  });
  const gradients = rule.build(context);
  const squared = normsOf === undefined ? null : (rule.squaredNorms?.(context, normsOf) ?? null);
  const names = gradients.map((name) => (name === null ? null : build.add('Identity', [name])));
  const feeds = new Map<string, ReferenceTensor>();
  tensors.forEach((tensor, name) => name.startsWith('x') && !constants.has(name) && feeds.set(name, tensor));
  weights.forEach((weight, at) => weight !== null && feeds.set(`dy${at}`, weight));
  const results = [...names.filter((name) => name !== null), ...(squared === null ? [] : [squared])];
  return {
    names,
    squared,
    feeds,
    model: {
      irVersion: 10,
      producer: 'parapet tests',
      producerVersion: '',
      opsets: opsetsOf(one),
      functions: [],
      metadata: new Map(),
      graph: {
        name: 'rule',
        nodes: [node, ...build.nodes],
        initializers: new Map([...constants, ...build.initializers]),
        inputs: [...feeds].map(([name, { type, dims }]) => ({ name, type, shape: dims })),
        outputs: results.map((name) => ({ name, type: 'float32', shape: null })),
        values: [],
      },
    },
  };
}

function contextOf({
  one,
  build,
  tensors,
  constants,
  upstream,
  wants,
  batch,
  straightThrough,
}: {
  readonly one: OperatorCase;
  readonly build: GraphBuilder;
  readonly tensors: ReadonlyMap<string, ReferenceTensor>;
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  readonly upstream: readonly (string | null)[];
  readonly wants: readonly (WantedGradient | null)[];
  readonly batch: number;
  readonly straightThrough: boolean;
}): GradientContext {
  const node = nodeOf(one);
  const tensorOf = (name: string): ReferenceTensor => {
    const found = tensors.get(name);
    if (found === undefined) throw new TypeError(`a rule asks about ${name}, which is no input or output of its node`);
    return found;
  };
  const context: Omit<GradientContext, 'backward'> = {
    node,
    build,
    batch,
    straightThrough,
    block: 1,
    shapeOf: (name) => tensorOf(name).dims,
    typeOf: (name) => tensorOf(name).type,
    constantOf: (name) => constants.get(name),
    numbersOf: (name) => (name === undefined || !constants.has(name) ? undefined : Array.from(tensorOf(name).data)),
    upstream: (output = 0) => upstream[output] ?? null,
    wants: (input) => wants[input] ?? null,
    sumTo: (gradient, from, input) => {
      const dims = tensorOf(node.inputs[input]!).dims;
      const keepBatch = wants[input] === 'per-sample';
      const missing = from.length - dims.length;
      const axes = from.flatMap((size, axis) => {
        if (keepBatch && axis === 0) return [];
        return axis < missing || (dims[axis - missing] === 1 && size !== 1) ? [axis] : [];
      });
      const summed =
        axes.length === 0 ? gradient : build.add('ReduceSum', [gradient, build.ints(axes)], { keepdims: 0 });
      const result = keepBatch ? [batch, ...dims] : dims;
      return build.add('Reshape', [summed, build.ints(result)], { allowzero: 1 });
    },
    unsupported: (reason) => {
      throw new Fault('ERR_MODEL_UNSUPPORTED', reason, { where: node.op });
    },
  };
  return {
    ...context,
    backward: (body, outputs) => backwardOfComposition(context, body, outputs, differentiate),
  };
}
