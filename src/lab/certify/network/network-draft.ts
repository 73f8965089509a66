import { Fault } from '../../../core/fault.ts';
import type { OnnxElementType, OnnxNode } from '../../../formats/onnx/onnx-model.ts';
import type { BoundedActivation, BoundedNetwork, NetworkStep } from '../bounded-network.ts';
import { type LinearMap, SparseMapBuilder } from '../linear-map.ts';
import { broadcastShape, sizeOf } from './static-shape.ts';

/** Values a network may have in all; bounds for larger ones would not finish. */
const MOST_VALUES = 4_000_000;
/** Entries of one sparse map: 200,000,000 would be more memory than a process has. */
const MOST_ENTRIES = 30_000_000;

export interface Constant {
  readonly kind: 'constant';
  readonly type: OnnxElementType;
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** How far a runtime's float32 value of it may be from this one, in unit roundoffs of its size: 0 for what the file says. */
  readonly doubt: number;
}

/** The value of a step, seen with a shape. */
export interface Variable {
  readonly kind: 'variable';
  readonly shape: readonly number[];
  readonly step: number;
}

export type Value = Constant | Variable;

export interface AffineTerm {
  readonly from: number;
  /** Null: the identity. */
  readonly map: LinearMap | null;
}

/** Puts what one node gives into the network. */
export type OperatorImporter = (draft: NetworkDraft, node: OnnxNode) => Value;

/** A network of steps under construction, with the names of the values so far. Faults name the node that is being read. */
export class NetworkDraft {
  readonly #steps: NetworkStep[] = [];
  readonly #values = new Map<string, Value>();
  readonly #uses: ReadonlyMap<string, number>;
  #total = 0;
  #place = '';
  /** Largest doubt among the constants that the node being read has looked at. */
  #doubt = 0;

  /** @param uses how often each value is consumed */
  constructor(dims: readonly number[], name: string, uses: ReadonlyMap<string, number>) {
    this.#uses = uses;
    this.#values.set(name, this.#step({ kind: 'input', size: sizeOf(dims) }, dims));
  }

  begin(node: OnnxNode, index: number): void {
    this.#place = `node ${index} (${node.op}${node.name === '' ? '' : ` "${node.name}"`})`;
    this.#doubt = 0;
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  finish(output: string): BoundedNetwork {
    const value = this.#values.get(output);
    if (value?.kind !== 'variable')
      throw new Fault('ERR_MODEL_UNSUPPORTED', 'The output does not depend on the input.', { where: output });
    // The last step is the output, whatever was read after it.
    if (value.step !== this.#steps.length - 1)
      this.#step(
        {
          kind: 'affine',
          size: sizeOf(value.shape),
          terms: [{ from: value.step, map: null }],
          bias: new Float64Array(sizeOf(value.shape)),
        },
        value.shape,
      );
    return { steps: this.#steps };
  }

  /** Input `index` of a node. */
  value(node: OnnxNode, index: number): Value {
    const name = node.inputs[index] ?? '';
    const value = this.#values.get(name);
    if (value === undefined)
      throw new Fault('ERR_MODEL_UNSUPPORTED', 'A value is used that no supported node gives.', {
        where: `${this.#place}, input "${name}"`,
      });
    if (value.kind === 'constant') this.#doubt = Math.max(this.#doubt, value.doubt);
    return value;
  }

  /** Input `index`, or undefined where the node leaves it out. */
  optional(node: OnnxNode, index: number): Value | undefined {
    return (node.inputs[index] ?? '') === '' ? undefined : this.value(node, index);
  }

  variable(node: OnnxNode, index: number): Variable {
    const value = this.value(node, index);
    if (value.kind === 'constant') throw this.unsupported(node, 'of a constant');
    return value;
  }

  constant(node: OnnxNode, index: number): Constant {
    const value = this.value(node, index);
    if (value.kind === 'variable')
      throw new Fault('ERR_MODEL_UNSUPPORTED', 'What must be constant for bounds depends on the input.', {
        where: `${this.#place}, input "${node.inputs[index]}"`,
      });
    return value;
  }

  broadcast(node: OnnxNode, a: readonly number[], b: readonly number[]): readonly number[] {
    const shape = broadcastShape(a, b);
    if (shape === null) throw this.unsupported(node, `of [${a}] and [${b}]`);
    return shape;
  }

  /**
   * A step that sums linear maps of other steps and a bias.
   * @param biasMagnitude sum of the absolute values of what the bias was computed from, where that is more than the bias
   */
  affine(
    shape: readonly number[],
    terms: readonly AffineTerm[],
    bias = new Float64Array(sizeOf(shape)),
    biasMagnitude?: Float64Array,
  ): Variable {
    const last = this.#steps.at(-1)!;
    const only = terms[0]!;
    // A constant added to a fresh affine step goes into its bias: one step fewer to bound.
    if (
      terms.length === 1 &&
      only.map === null &&
      last.kind === 'affine' &&
      only.from === this.#steps.length - 1 &&
      !this.#shared(only.from)
    ) {
      const before = last.biasMagnitude ?? last.bias.map(Math.abs);
      this.#steps[only.from] = {
        ...last,
        bias: last.bias.map((value, i) => value + bias[i]!),
        biasMagnitude: before.map((value, i) => value + (biasMagnitude?.[i] ?? Math.abs(bias[i]!))),
        doubt: Math.max(last.doubt ?? 0, this.#doubt),
      };
      return { kind: 'variable', shape, step: only.from };
    }
    return this.#step(
      {
        kind: 'affine',
        size: sizeOf(shape),
        terms,
        bias,
        ...(biasMagnitude === undefined ? {} : { biasMagnitude }),
        ...(this.#doubt === 0 ? {} : { doubt: this.#doubt }),
      },
      shape,
    );
  }

  activation(x: Variable, activation: BoundedActivation): Variable {
    return this.#step({ kind: 'activation', size: sizeOf(x.shape), from: x.step, activation }, x.shape);
  }

  /** Output i is factor(i) times input source(i), or nothing where that is -1. */
  gather(
    rows: number,
    columns: number,
    source: (i: number) => number,
    factor: (i: number) => number = () => 1,
  ): LinearMap {
    return this.sparse(columns, (add, endRow) => {
      for (let i = 0; i < rows; i++) {
        const from = source(i);
        if (from >= 0) add(from, factor(i));
        endRow();
      }
    });
  }

  sparse(columns: number, fill: (add: (index: number, weight: number) => void, endRow: () => void) => void): LinearMap {
    const builder = new SparseMapBuilder(columns, MOST_ENTRIES);
    const add = (index: number, weight: number): void => {
      try {
        builder.add(index, weight);
      } catch (cause) {
        throw new Fault(
          'ERR_MODEL_UNSUPPORTED',
          `A layer has more than ${MOST_ENTRIES} connections, too many for bounds.`,
          { where: this.#place, cause },
        );
      }
    };
    fill(add, () => builder.endRow());
    return builder.build();
  }

  unsupported(node: OnnxNode, how: string, cause?: unknown): Fault {
    return new Fault('ERR_MODEL_UNSUPPORTED', `Bounds are not known for ${node.op}${how === '' ? '' : ` ${how}`}.`, {
      where: this.#place,
      hint: 'What is known stands in docs/certificates.md: layers that are linear in what depends on the input, and ReLU, LeakyReLU, Clip, Max, Min, Abs, max pooling, Sigmoid, Tanh.',
      cause,
    });
  }

  /** Whether anything but the node being read sees a step, so that it must not be changed. */
  #shared(step: number): boolean {
    let uses = 0;
    for (const [name, value] of this.#values)
      if (value.kind === 'variable' && value.step === step) uses += this.#uses.get(name) ?? 0;
    return uses > 1;
  }

  #step(step: NetworkStep, shape: readonly number[]): Variable {
    this.#total += step.size;
    if (this.#total > MOST_VALUES)
      throw new Fault(
        'ERR_MODEL_UNSUPPORTED',
        `The network has more than ${MOST_VALUES} values, too many for bounds.`,
        { where: this.#place },
      );
    this.#steps.push(step);
    return { kind: 'variable', shape, step: this.#steps.length - 1 };
  }
}
