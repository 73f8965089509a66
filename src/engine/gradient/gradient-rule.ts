import type { OnnxElementType, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import type { Composition } from './composition.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/**
 * How the gradient of one operator is built. The graph that a rule sees has been prepared (`graph/prepare.ts`,
 * `graph/specialise.ts`): every node of the default domain has the meaning of opset 21 or later (so `axes`, `pads`, `split`, clip limits
 * are inputs, Softmax has one axis, Scatter is ScatterElements, Upsample is Resize); floating point is float32; functions are inlined; every shape
 * is known, batch included; whatever depends on constants and shapes alone has become a constant. Nodes that a rule builds
 * follow opset 21, too, or the domain `com.microsoft` (its kernels run natively and in WebAssembly).
 */
export interface GradientRule {
  readonly op: string;
  /** Default: `''`, the standard operators. */
  readonly domain?: string;
  /** Uses of the operator that have no gradient, for the documentation. */
  readonly limits?: string;
  /**
   * Set for operators whose true derivative is zero almost everywhere or says nothing (Sign, Round, quantisation): why. A network
   * that has one on the way hides its gradient. Such a rule returns no gradient unless `context.straightThrough` is set, when it gives
   * the stand-in (BPDA, Athalye et al. 2018).
   */
  readonly masked?: string;
  /** For an operator that masks in some uses only: which they are. Default: all. */
  readonly masks?: (node: OnnxNode, typeOf: (name: string) => OnnxElementType | undefined) => boolean;
  /**
   * Builds the backward nodes.
   * @returns for each input of the node the name of d(loss)/d(input), of the input's shape; `null` where it is zero or not wanted. For an
   * input with `context.wants(i) === 'per-sample'` the shape is [batch, ...shape of the input].
   */
  build(context: GradientContext): readonly (string | null)[];
  /**
   * Squared L2 norm of each sample's gradient by input `input` (a parameter), of shape [batch], without building that gradient ("ghost
   * norms", Goodfellow 2015, Li et al. 2022); `null` where the way by per-sample gradients is as good or the rule has none.
   */
  squaredNorms?(context: GradientContext, input: number): string | null;
}

/**
 * `sum`: the gradient summed over the batch, of the input's shape. `per-sample`: one gradient for each sample, shape
 * [batch, ...input's shape]: asked for parameters only, in graphs where the first axis of the node's output is the batch.
 */
export type WantedGradient = 'sum' | 'per-sample';

/** What a rule may ask, and the builder it builds with. Names are names of values in the graph. */
export interface GradientContext {
  readonly node: OnnxNode;
  readonly build: GraphBuilder;
  /** Samples in the batch for which the graph was specialised. */
  readonly batch: number;
  /** Channels in a block of the layout that the operators of `graph/blocked-layout.ts` use; 1 where the graph has none. */
  readonly block: number;
  /** True where the caller asked for stand-in gradients of masking operators. */
  readonly straightThrough: boolean;
  shapeOf(name: string): readonly number[];
  typeOf(name: string): OnnxElementType;
  /** The value of a constant (initializer, or folded); undefined where it depends on inputs or is a parameter. */
  constantOf(name: string): OnnxTensor | undefined;
  /** A constant's numbers (int64, int32 or float); undefined where `name` is `''`, absent or no constant. */
  numbersOf(name: string | undefined): readonly number[] | undefined;
  /**
   * Name of d(loss)/d(output), of the output's shape; null where no gradient flows into this output. A rule is called only when
   * at least one output has one.
   */
  upstream(output?: number): string | null;
  /** Whether anybody needs the gradient of this input, and how; null: do not build it. */
  wants(input: number): WantedGradient | null;
  /**
   * Undoes broadcasting: sums `gradient`, of shape `from`, to the shape of input `input`. For a parameter wanted per sample the batch
   * axis (axis 0 of `from`) is kept.
   */
  sumTo(gradient: string, from: readonly number[], input: number): string;
  /**
   * Differentiates this node as a composition: `outputs` are the names, in `body`, of what the node's outputs are equal to; null for an
   * output that the composition leaves out, into which no gradient may flow.
   * @returns what `build` of a rule returns.
   */
  backward(body: Composition, outputs: readonly (string | null)[]): readonly (string | null)[];
  /** @throws Fault `ERR_MODEL_UNSUPPORTED` that names the node and its operator: for cases that the rule does not know. */
  unsupported(reason: string): never;
}

/** Why this use of an operator hides the gradient; undefined: it does not. */
export function maskedBy(
  rule: GradientRule,
  node: OnnxNode,
  typeOf: (name: string) => OnnxElementType | undefined,
): string | undefined {
  return rule.masks === undefined || rule.masks(node, typeOf) ? rule.masked : undefined;
}

/**
 * Whether a gradient can pass a value of this type: numbers, whole ones too (they are steps that hide a gradient, or its stand-in passes
 * them), and values that are no tensors, so that an operator without a gradient is noticed behind them.
 */
export function carriesGradient(type: OnnxElementType | undefined): boolean {
  return type !== 'bool' && type !== 'string';
}

export function defineRules(rules: readonly GradientRule[]): readonly GradientRule[] {
  return rules;
}
