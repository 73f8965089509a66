import { Fault } from '../../core/fault.ts';
import type { OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { intsOf } from '../graph/attributes.ts';
import { place, readNames } from '../graph/check-onnx.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { shapeIn, type ShapedGraph, typeIn } from '../graph/shaped-graph.ts';
import { backwardOfComposition } from './backward-of-composition.ts';
import {
  carriesGradient,
  maskedBy,
  type GradientContext,
  type GradientRule,
  type WantedGradient,
} from './gradient-rule.ts';
import { reasonOfNoGradient } from './no-gradient.ts';
import { findGradientRule } from './registry.ts';

export interface DifferentiateOptions {
  /** For values of the graph (usually outputs): the name of d(loss)/d(value), of the value's shape. */
  readonly seeds: ReadonlyMap<string, string>;
  /** Values whose gradient is wanted: inputs, parameters, activations. */
  readonly wrt: readonly string[];
  /**
   * Gradients of parameters summed over the batch (the default), one for each sample, or the squared L2 norm of each sample's
   * gradient over all its elements, [batch].
   */
  readonly parameterGradients?: 'sum' | 'per-sample' | 'squared-norms';
  /** Samples in the batch. */
  readonly batch: number;
  /** Give masking operators their stand-in gradient (BPDA). Default: they stop the gradient, which is their true one. */
  readonly straightThrough?: boolean;
  /** Values that are taken for constants. */
  readonly fixed?: ReadonlySet<string>;
}

/** An operator on the way that hides the gradient. */
export interface MaskingOperator {
  readonly node: string;
  readonly reason: string;
}

export interface Differentiated {
  /** For each of `wrt` the name of its gradient: zeros of the right shape where nothing flows. */
  readonly gradients: ReadonlyMap<string, string>;
  /** Those of `wrt` that the seeds do not depend on (or only through operators without a gradient). */
  readonly unreached: readonly string[];
  readonly masked: readonly MaskingOperator[];
  /**
   * With `squared-norms`: sum_i factors_i g_i of a parameter, g_i the gradient of sample i, `factors` of shape [batch] and free to depend on
   * the norms. Of the same backward pass: what stood before the parameter's operator is used again, and nothing is run twice.
   */
  weightedSum(parameter: string, factors: string): string;
  /** Parameters whose norms were had without their gradients; float32 leaves errors of about 1e-4 in these. */
  readonly ghosts: ReadonlySet<string>;
}

/**
 * Reverse-mode differentiation by graph transformation: adds to `build` the nodes that compute the gradients. Only what leads from
 * `wrt` to the seeds is differentiated.
 * @throws Fault `ERR_MODEL_UNSUPPORTED`, with the node's place, where an operator on the way has no gradient.
 */
export function differentiate(graph: ShapedGraph, build: GraphBuilder, options: DifferentiateOptions): Differentiated {
  return new Backward(graph, build, options).run();
}

/** What a rule is asked for, when it is not everything: all but some inputs, or one input with each sample weighted. */
interface Narrowing {
  readonly without?: ReadonlySet<number>;
  readonly only?: number;
  readonly factors?: string;
}

/** A parameter whose norms were had without its gradients, and where it stands. */
interface Ghost {
  readonly norm: string;
  readonly rule: GradientRule;
  readonly node: OnnxNode;
  readonly input: number;
}

/** Operators that only give a parameter another shape. */
const MOVES: ReadonlySet<string> = new Set(['Identity', 'Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

class Backward {
  readonly #graph: ShapedGraph;
  readonly #build: GraphBuilder;
  readonly #options: DifferentiateOptions;
  readonly #perSample: boolean;
  /** Values on which something wanted has an influence that can be differentiated. */
  readonly #active: Set<string>;
  /** Values that depend on the model's inputs. */
  readonly #batched: Set<string>;
  /** Gradients that arrived at a value, not yet added up. */
  readonly #arrived = new Map<string, string[]>();
  readonly #uses = new Map<string, number>();
  readonly #ghosts = new Map<string, Ghost>();
  /** Values that are a parameter in another shape. */
  readonly #moved = new Set<string>();
  readonly #masked: MaskingOperator[] = [];

  constructor(graph: ShapedGraph, build: GraphBuilder, options: DifferentiateOptions) {
    this.#graph = graph;
    this.#build = build;
    this.#options = options;
    this.#perSample = (options.parameterGradients ?? 'sum') !== 'sum';
    this.#active = new Set(options.wrt);
    this.#batched = new Set(graph.inputs.map(({ name }) => name));
    for (const node of graph.nodes) {
      if (readNames(node).some((name) => this.#batched.has(name)))
        for (const name of node.outputs) this.#batched.add(name);
      const active = readNames(node).some((name) => this.#active.has(name));
      for (const name of node.outputs) {
        if (!active || name === '' || options.fixed?.has(name) === true) continue;
        if (carriesGradient(graph.types.get(name))) this.#active.add(name);
      }
      if (this.#perSample && MOVES.has(node.op) && node.domain === '' && this.#isParameter(node.inputs[0]!)) {
        this.#moved.add(node.outputs[0]!);
      }
      for (const name of node.inputs) this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
    }
  }

  run(): Differentiated {
    for (const [name, seed] of this.#options.seeds) this.#arrive(name, seed);
    for (let index = this.#graph.nodes.length - 1; index >= 0; index--) this.#visitOrSay(this.#graph.nodes[index]!);
    const gradients = new Map<string, string>();
    const unreached: string[] = [];
    for (const name of this.#options.wrt) {
      const gradient = this.#ghosts.get(name)?.norm ?? this.#gradientOf(name);
      if (gradient === null) unreached.push(name);
      gradients.set(name, gradient === null ? this.#zeros(name) : this.#asked(name, gradient));
    }
    return {
      gradients,
      unreached,
      masked: this.#masked,
      weightedSum: (parameter, factors) => this.#weightedSum(parameter, factors),
      ghosts: new Set(this.#ghosts.keys()),
    };
  }

  /** The gradient of a parameter, or the squared norm of each sample's. */
  #asked(name: string, gradient: string): string {
    const norms = this.#options.parameterGradients === 'squared-norms' && this.#graph.parameters.has(name);
    if (!norms || this.#ghosts.has(name)) return gradient;
    return this.#squaredNorm(gradient, shapeIn(this.#graph, name).length);
  }

  #weightedSum(name: string, factors: string): string {
    const build = this.#build;
    const { batch } = this.#options;
    const shape = shapeIn(this.#graph, name);
    const ghost = this.#ghosts.get(name);
    if (ghost !== undefined) {
      const context = this.#contextOf(ghost.node, { only: ghost.input, factors });
      return ghost.rule.build(context)[ghost.input]!;
    }
    const gradients = this.#gradientOf(name);
    if (gradients === null) return build.add('ConstantOfShape', [build.ints(shape)]);
    const size = shape.reduce((product, length) => product * length, 1);
    const row = build.add('Reshape', [factors, build.ints([1, batch])]);
    const matrix = build.add('Reshape', [gradients, build.ints([batch, size])]);
    return build.add('Reshape', [build.add('MatMul', [row, matrix]), build.ints(shape)], { allowzero: 1 });
  }

  /** A file may say of an operator what no rule was written for: that is the file's fault, and it is said which node has it. */
  #visitOrSay(node: OnnxNode): void {
    const before = this.#build.nodes.length;
    try {
      this.#visit(node);
      // What a rule takes for granted may not be there.
      for (let at = before; at < this.#build.nodes.length; at++)
        if (this.#build.nodes[at]!.inputs.some((name) => typeof name !== 'string')) throw new TypeError('no input');
    } catch (cause) {
      if (cause instanceof Fault) throw cause;
      throw new Fault('ERR_MODEL_UNSUPPORTED', `Inputs and attributes of ${node.op} do not fit together.`, {
        where: place(node),
        hint: 'Export the model again, and check it with the tool that made it.',
        cause,
      });
    }
  }

  #visit(node: OnnxNode): void {
    if (!node.outputs.some((name) => this.#arrived.has(name))) return;
    if (!readNames(node).some((name) => this.#active.has(name))) return;
    if (this.#moved.has(node.outputs[0]!)) {
      this.#moveBack(node);
      return;
    }
    const rule = findGradientRule(node.domain, node.op);
    if (rule === undefined) {
      throw new Fault('ERR_MODEL_UNSUPPORTED', `The operator ${node.op} has no gradient here.`, {
        where: place(node),
        hint:
          reasonOfNoGradient(node.domain, node.op) ??
          'See the table of gradients in the documentation (docs/reference/gradients.md); export the model with other operators.',
      });
    }
    const reason = maskedBy(rule, node, (name) => this.#graph.types.get(name));
    if (reason !== undefined) this.#masked.push({ node: place(node), reason });
    const context = this.#contextOf(node);
    const ghosts = new Set(node.inputs.flatMap((_, index) => (this.#ghostNorm(rule, context, index) ? [index] : [])));
    const gradients = rule.build(ghosts.size === 0 ? context : this.#contextOf(node, { without: ghosts }));
    node.inputs.forEach((name, index) => {
      const gradient = gradients[index] ?? null;
      if (name === '' || ghosts.has(index) || context.wants(index) === null) return;
      if (gradient !== null) this.#arrive(name, gradient);
    });
  }

  #isParameter(name: string): boolean {
    return this.#graph.parameters.has(name) || this.#moved.has(name);
  }

  /** From the gradient of each sample by a parameter in another shape to that by the parameter. */
  #moveBack(node: OnnxNode): void {
    const build = this.#build;
    const [input] = node.inputs as [string];
    const gradient = this.#gradientOf(node.outputs[0]!)!;
    const shape = shapeIn(this.#graph, input);
    if (node.op !== 'Transpose') {
      const dims = build.ints([this.#options.batch, ...shape]);
      this.#arrive(input, build.add('Reshape', [gradient, dims], { allowzero: 1 }));
      return;
    }
    const order = intsOf(node, 'perm', undefined) ?? shape.map((_, axis) => shape.length - 1 - axis);
    const back = shape.map((_, axis) => order.indexOf(axis) + 1);
    this.#arrive(input, build.add('Transpose', [gradient], { perm: [0, ...back] }));
  }

  /** Squared norms without the gradient: only where the parameter is used once, because norms do not add up. */
  #ghostNorm(rule: GradientRule, context: GradientContext, input: number): boolean {
    const name = context.node.inputs[input]!;
    if (this.#options.parameterGradients !== 'squared-norms' || rule.squaredNorms === undefined) return false;
    if (context.wants(input) === null || !this.#graph.parameters.has(name) || this.#uses.get(name) !== 1) return false;
    const norm = rule.squaredNorms(context, input);
    if (norm === null) return false;
    this.#ghosts.set(name, { norm, rule, node: context.node, input });
    return true;
  }

  #arrive(name: string, gradient: string): void {
    const list = this.#arrived.get(name);
    if (list === undefined) this.#arrived.set(name, [gradient]);
    else list.push(gradient);
  }

  /** Adds up what arrived; null where nothing did. */
  #gradientOf(name: string): string | null {
    const list = this.#arrived.get(name);
    if (list === undefined) return null;
    if (list.length > 1) {
      const sum = this.#build.add(list.length === 2 ? 'Add' : 'Sum', [...list]);
      list.splice(0, list.length, sum);
    }
    return list[0]!;
  }

  #squaredNorm(gradient: string, rank: number): string {
    const axes = Array.from({ length: rank }, (_, axis) => axis + 1);
    if (axes.length === 0) return this.#build.add('Mul', [gradient, gradient]);
    return this.#build.add('ReduceSumSquare', [gradient, this.#build.ints(axes)], { keepdims: 0 });
  }

  #zeros(name: string): string {
    const shape = [...shapeIn(this.#graph, name)];
    if (this.#graph.parameters.has(name) && this.#perSample) {
      if (this.#options.parameterGradients === 'squared-norms') shape.splice(0);
      shape.unshift(this.#options.batch);
    }
    return this.#build.add('ConstantOfShape', [this.#build.ints(shape)]);
  }

  #contextOf(node: OnnxNode, { without, only, factors }: Narrowing = {}): GradientContext {
    const graph = this.#graph;
    const build = this.#build;
    const { batch, straightThrough = false } = this.#options;
    const wants = (input: number): WantedGradient | null => {
      const name = node.inputs[input] ?? '';
      if (only !== undefined) return input === only ? 'sum' : null;
      if (name === '' || !this.#active.has(name) || without?.has(input) === true) return null;
      if (!this.#perSample || this.#batched.has(name)) return 'sum';
      if (this.#isParameter(name)) return 'per-sample';
      throw new Fault(
        'ERR_MODEL_UNSUPPORTED',
        'A parameter is changed before it is used: its gradients cannot be had per sample.',
        {
          where: place(node),
        },
      );
    };
    const unsupported = (reason: string): never => {
      throw new Fault('ERR_MODEL_UNSUPPORTED', `The gradient of ${node.op} is not known in this case: ${reason}.`, {
        where: place(node),
      });
    };
    const context: Omit<GradientContext, 'backward'> = {
      node,
      build,
      batch,
      block: graph.block ?? 1,
      straightThrough,
      wants,
      unsupported,
      shapeOf: (name) => shapeIn(graph, name),
      typeOf: (name) => typeIn(graph, name),
      constantOf: (name) => graph.constants.get(name),
      numbersOf: (name) => {
        const data = name === undefined ? undefined : graph.constants.get(name)?.data;
        return data === undefined || data === null ? undefined : Array.from(data as ArrayLike<number | bigint>, Number);
      },
      upstream: (output = 0) => {
        const name = node.outputs[output] ?? '';
        const gradient = name === '' ? null : this.#gradientOf(name);
        if (gradient === null || factors === undefined) return gradient;
        const ones = shapeIn(graph, name).slice(1).fill(1);
        return build.add('Mul', [gradient, build.add('Reshape', [factors, build.ints([batch, ...ones])])]);
      },
      sumTo: (gradient, from, input) =>
        sumTo(build, gradient, from, shapeIn(graph, node.inputs[input]!), wants(input) === 'per-sample' ? batch : null),
    };
    return {
      ...context,
      backward: (body, outputs) => backwardOfComposition(context, body, outputs, differentiate),
    };
  }
}

/**
 * Sums over the axes along which a value of shape `to` was broadcast to shape `from`. With `perSample`, axis 0 of `from` has that
 * length and is kept in front: the result has shape [perSample, ...to].
 */
export function sumTo(
  build: GraphBuilder,
  gradient: string,
  from: readonly number[],
  to: readonly number[],
  perSample: number | null = null,
): string {
  const skip = from.length - to.length;
  const axes: number[] = [];
  for (let axis = perSample === null ? 0 : 1; axis < from.length; axis++) {
    if (axis < skip || (to[axis - skip] === 1 && from[axis] !== 1)) axes.push(axis);
  }
  const target = perSample === null ? to : [perSample, ...to];
  const kept = from.filter((_, axis) => !axes.includes(axis));
  const summed = axes.length === 0 ? gradient : build.add('ReduceSum', [gradient, build.ints(axes)], { keepdims: 0 });
  const same = kept.length === target.length && kept.every((length, axis) => length === target[axis]);
  return same ? summed : build.add('Reshape', [summed, build.ints(target)], { allowzero: 1 });
}
