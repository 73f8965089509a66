import type { OnnxElementType, OnnxGraph, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import type { ReferenceTensor } from './reference-tensor.ts';

/** One node to be computed. */
export interface ReferenceCall {
  readonly node: OnnxNode;
  /** Version of the operator set of the node's domain. */
  readonly opset: number;
  readonly attributes: ReferenceAttributes;
  /** How many inputs the node names, left-out ones among them. */
  readonly count: number;
  /** An input that must be there. */
  input(at: number): ReferenceTensor;
  /** An input that may be left out. */
  optional(at: number): ReferenceTensor | null;
  /** All inputs, none left out. */
  all(): readonly ReferenceTensor[];
  /** Whole numbers of an input. */
  ints(at: number): readonly number[];
  /** Outputs of a graph in an attribute, run in the scope of this node; `given` go to its inputs in order. */
  subgraph(graph: OnnxGraph, given: readonly ReferenceTensor[]): readonly ReferenceTensor[];
  /** The same node with other inputs. */
  with(inputs: readonly (ReferenceTensor | null)[]): ReferenceCall;
}

/** Computes a node's outputs, in order; more than the node names are dropped. */
export type ReferenceOperator = (call: ReferenceCall) => readonly ReferenceTensor[];

/** A family of operators, by name; those of `com.microsoft` have a file of their own. */
export type ReferenceOperators = Readonly<Record<string, ReferenceOperator>>;

/** Attributes of a node with the defaults that its specification gives. */
export class ReferenceAttributes {
  readonly #node: OnnxNode;

  constructor(node: OnnxNode) {
    this.#node = node;
  }

  has(name: string): boolean {
    return this.#node.attributes.has(name);
  }

  int(name: string, otherwise?: number): number {
    const found = this.#node.attributes.get(name);
    if (found?.kind === 'int') return Number(found.value);
    return this.#otherwise(name, otherwise);
  }

  /** Files hold float32. */
  float(name: string, otherwise?: number): number {
    const found = this.#node.attributes.get(name);
    if (found?.kind === 'float') return Math.fround(found.value);
    return this.#otherwise(name, otherwise);
  }

  string(name: string, otherwise?: string): string {
    const found = this.#node.attributes.get(name);
    if (found?.kind === 'string') return found.value;
    return this.#otherwise(name, otherwise);
  }

  ints(name: string, otherwise?: readonly number[]): readonly number[] {
    const found = this.#node.attributes.get(name);
    if (found?.kind === 'ints') return found.value.map(Number);
    return this.#otherwise(name, otherwise);
  }

  floats(name: string, otherwise?: readonly number[]): readonly number[] {
    const found = this.#node.attributes.get(name);
    if (found?.kind === 'floats') return found.value.map(Math.fround);
    return this.#otherwise(name, otherwise);
  }

  strings(name: string, otherwise?: readonly string[]): readonly string[] {
    const found = this.#node.attributes.get(name);
    if (found?.kind === 'strings') return found.value;
    return this.#otherwise(name, otherwise);
  }

  tensor(name: string): OnnxTensor | null {
    const found = this.#node.attributes.get(name);
    return found?.kind === 'tensor' ? found.value : null;
  }

  graph(name: string): OnnxGraph {
    const found = this.#node.attributes.get(name);
    if (found?.kind !== 'graph') throw new TypeError(`${this.#node.op} has no graph ${name}`);
    return found.value;
  }

  #otherwise<Value>(name: string, otherwise: Value | undefined): Value {
    if (otherwise === undefined) throw new TypeError(`${this.#node.op} has no attribute ${name}`);
    return otherwise;
  }
}

export function isFloating(type: OnnxElementType): boolean {
  return type === 'float32' || type === 'float64' || type === 'float16' || type === 'bfloat16';
}
