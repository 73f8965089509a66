import type { OnnxElementType, OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { seededRandom, type Random } from '../../math/random.ts';
import { type AttributeValue, toAttributes } from '../graph/attributes.ts';
import { referenceTensor, sizeOf, type ReferenceTensor } from '../reference/reference-tensor.ts';

/**
 * One use of an operator: attributes, shapes, which inputs are constants. The same list is run forward (the reference against ONNX
 * Runtime) and backward (the gradient rule against differences of the reference).
 */
export interface OperatorCase {
  readonly op: string;
  readonly domain?: string;
  /** Version of the operator set that the case is written in. Default: 21. */
  readonly opset?: number;
  /** What is special about it. */
  readonly says: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Null: left out. */
  readonly inputs: readonly (CaseInput | null)[];
  /** How many outputs are named. Default: 1. */
  readonly outputs?: number;
  /** Outputs that are named but take no part in the loss. */
  readonly unused?: readonly number[];
  /** Inputs that stand for parameters: their gradient by sample is checked, too. The first axis of the output is the batch. */
  readonly parameters?: readonly number[];
  /** ONNX Runtime has no kernel for this one (why); the reference is checked by the gradient alone, and by hand. */
  readonly notRun?: string;
  /** Largest difference between reference and ONNX Runtime, where that rounds inside. Default: 2e-5. */
  readonly tolerance?: number;
}

/**
 * `variable`: differentiated. `constant`: known when the gradient is built. `dynamic`: known only when it runs, and no derivative asked.
 */
export type CaseRole = 'variable' | 'constant' | 'dynamic';

export interface CaseInput {
  readonly role: CaseRole;
  readonly make: (random: Random) => ReferenceTensor;
}

/**
 * Numbers between `low` and `high` in random order, all different by a good part of (high - low) / count and none near zero, so that no
 * two branches of an operator tie. Rounded to float32.
 */
export function real(dims: readonly number[], low = -2, high = 2): CaseInput {
  return {
    role: 'variable',
    make: (random) => {
      const count = sizeOf(dims);
      const values = Array.from({ length: count }, (_, k) => {
        const value = low + ((high - low) * (k + 0.3 + 0.4 * random.uniform())) / count;
        return Math.fround(Math.abs(value) < 0.01 ? value + 0.02 : value);
      });
      return referenceTensor('float32', dims, random.shuffle(values));
    },
  };
}

/** Given numbers as float32. */
export function numbers(values: readonly number[], dims: readonly number[] = [values.length]): CaseInput {
  return { role: 'variable', make: () => referenceTensor('float32', dims, values.map(Math.fround)) };
}

/** Constant whole numbers. */
export function whole(
  values: readonly number[],
  dims: readonly number[] = [values.length],
  type: OnnxElementType = 'int64',
): CaseInput {
  return { role: 'constant', make: () => referenceTensor(type, dims, values) };
}

export function constant(input: CaseInput): CaseInput {
  return { ...input, role: 'constant' };
}

export function dynamic(input: CaseInput): CaseInput {
  return { ...input, role: 'dynamic' };
}

export function nodeOf(one: OperatorCase): OnnxNode {
  return {
    name: 'node',
    op: one.op,
    domain: one.domain ?? '',
    inputs: one.inputs.map((input, at) => (input === null ? '' : `x${at}`)),
    outputs: Array.from({ length: one.outputs ?? 1 }, (_, at) => `y${at}`),
    attributes: toAttributes(one.attributes ?? {}),
  };
}

export function opsetsOf(one: OperatorCase): ReadonlyMap<string, number> {
  return new Map([
    ['', one.opset ?? 21],
    ['com.microsoft', 1],
  ]);
}

/** The inputs' values; the same for the same case. */
export function makeInputs(one: OperatorCase): readonly (ReferenceTensor | null)[] {
  const random = seededRandom(`${one.op} ${one.says}`);
  return one.inputs.map((input, at) => input?.make(random.fork(at)) ?? null);
}

/** As a file holds it. */
export function toOnnxTensor({ type, dims, data }: ReferenceTensor): OnnxTensor {
  switch (type) {
    case 'float32':
      return { type, dims, data: Float32Array.from(data) };
    case 'float64':
      return { type, dims, data: Float64Array.from(data) };
    case 'int64':
      return { type, dims, data: BigInt64Array.from(data, toInt64) };
    case 'int32':
      return { type, dims, data: Int32Array.from(data) };
    case 'int8':
      return { type, dims, data: Int8Array.from(data) };
    case 'uint8':
    case 'bool':
      return { type, dims, data: Uint8Array.from(data) };
    case 'uint16':
      return { type, dims, data: Uint16Array.from(data) };
    case 'int16':
      return { type, dims, data: Int16Array.from(data) };
    default:
      throw new TypeError(`no case has ${type}`);
  }
}

function toInt64(value: number): bigint {
  const whole = BigInt(value);
  const limit = 2n ** 63n;
  return whole >= limit ? limit - 1n : whole < -limit ? -limit : whole;
}

/** The model that holds nothing but the case's node, constants as initializers. */
export function modelOf(one: OperatorCase): OnnxModel {
  const node = nodeOf(one);
  const inputs = makeInputs(one);
  const initializers = new Map<string, OnnxTensor>();
  const ports = inputs.flatMap((tensor, at) => {
    if (tensor === null) return [];
    if (one.inputs[at]!.role === 'constant') {
      initializers.set(`x${at}`, toOnnxTensor(tensor));
      return [];
    }
    return [{ name: `x${at}`, type: tensor.type, shape: tensor.dims }];
  });
  return {
    irVersion: 10,
    producer: 'parapet tests',
    producerVersion: '',
    opsets: opsetsOf(one),
    functions: [],
    metadata: new Map(),
    graph: {
      name: 'case',
      nodes: [node],
      initializers,
      inputs: ports,
      outputs: node.outputs.map((name) => ({ name, type: null, shape: null })),
      values: [],
    },
  };
}
