import type { OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { type AttributeValue, toAttributes } from './attributes.ts';

/**
 * Grows a list of nodes and constants. Names that it makes up are fresh: they are not among those that it was told are taken.
 * Nodes are kept in the order in which they were added, which is an order in which they can run.
 */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, OnnxTensor>();
  readonly #taken: Set<string>;
  readonly #shared = new Map<string, string>();
  #count = 0;

  /** @param taken names of the graph that the new nodes will be put into */
  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** A name that nothing has yet. */
  fresh(stem: string): string {
    let name = stem;
    while (name === '' || this.#taken.has(name)) name = `${stem}~${(this.#count += 1)}`;
    this.#taken.add(name);
    return name;
  }

  /** Adds a node with one output, and returns the output's name. `''` among the inputs leaves an optional input out. */
  add(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
  ): string {
    const output = this.fresh(op);
    this.nodes.push({ name: output, op, domain, inputs, outputs: [output], attributes: toAttributes(attributes) });
    return output;
  }

  /** Adds a node with `count` outputs, and returns their names. */
  addMany(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
  ): readonly string[] {
    const outputs = Array.from({ length: count }, () => this.fresh(op));
    this.nodes.push({ name: outputs[0]!, op, domain, inputs, outputs, attributes: toAttributes(attributes) });
    return outputs;
  }

  /** Adds a constant of any type. */
  tensor(tensor: OnnxTensor, stem = 'constant'): string {
    const name = this.fresh(stem);
    this.initializers.set(name, tensor);
    return name;
  }

  /** A float32 scalar; the same number is kept once. */
  scalar(value: number): string {
    return this.#once(`f${Object.is(value, -0) ? '-0' : value}`, {
      type: 'float32',
      dims: [],
      data: Float32Array.of(value),
    });
  }

  /** A float32 constant. */
  floats(values: ArrayLike<number>, dims: readonly number[] = [values.length]): string {
    return this.tensor({ type: 'float32', dims, data: Float32Array.from(values) });
  }

  /** A list of int64: axes, shapes, pads. The same list is kept once. */
  ints(values: readonly number[]): string {
    return this.#once(`i${values.join()}`, {
      type: 'int64',
      dims: [values.length],
      data: BigInt64Array.from(values, BigInt),
    });
  }

  /** An int64 scalar. */
  int(value: number): string {
    return this.#once(`s${value}`, { type: 'int64', dims: [], data: BigInt64Array.of(BigInt(value)) });
  }

  #once(key: string, tensor: OnnxTensor): string {
    let name = this.#shared.get(key);
    if (name === undefined) {
      name = this.tensor(tensor);
      this.#shared.set(key, name);
    }
    return name;
  }
}
