import { Fault } from '../../core/fault.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import type { BoundedActivation, BoundedNetwork, NetworkStep } from './bounded-network.ts';
import { type LinearMap, SparseMapBuilder } from './linear-map.ts';
import { floatOf, intOf, intsOf, textOf } from '../../engine/graph/attributes.ts';
import { axisOf, broadcastIndex, broadcastShape, resolveShape, sizeOf, strides } from './static-shape.ts';

/** Values a network may have in all; bounds for larger ones would not finish. */
const MOST_VALUES = 4_000_000;
/** Entries of one sparse map: 200,000,000 would be more memory than a process has. */
const MOST_ENTRIES = 30_000_000;

/** A constant, or the value of a step seen with a shape. */
type Value =
  | { readonly kind: 'constant'; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly kind: 'variable'; readonly shape: readonly number[]; readonly step: number };

type Variable = Extract<Value, { kind: 'variable' }>;
type Constant = Extract<Value, { kind: 'constant' }>;

export interface OnnxBoundedNetwork {
  readonly network: BoundedNetwork;
  readonly inputName: string;
  /** Of one sample, with its batch dimension of 1 where the file has one. */
  readonly inputDims: readonly number[];
  readonly outputName: string;
}

/**
 * Turns an ONNX model into the steps that bounds are computed for, with batch size 1. One input, one output; operators that are linear
 * in what varies, ReLU, Sigmoid and Tanh.
 * @throws Fault `ERR_MODEL_UNSUPPORTED`, naming operator and place, for anything else.
 */
export function networkFromOnnx(model: OnnxModel): OnnxBoundedNetwork {
  const { graph } = model;
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  if (inputs.length !== 1 || graph.outputs.length !== 1)
    throw new Fault(
      'ERR_MODEL_UNSUPPORTED',
      `Certificates need a network with one input and one output, this one has ${inputs.length} and ${graph.outputs.length}.`,
    );
  const input = inputs[0]!;
  if (input.shape === null)
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'The file does not say the shape of the input.', { where: input.name });
  const dims = input.shape.map((dimension, axis) => {
    if (typeof dimension === 'number' && dimension > 0) return dimension;
    if (axis === 0) return 1;
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'Only the batch dimension of the input may be open.', {
      where: `${input.name}, axis ${axis}`,
    });
  });
  const uses = new Map<string, number>();
  for (const name of [...graph.nodes.flatMap((node) => node.inputs), graph.outputs[0]!.name])
    uses.set(name, (uses.get(name) ?? 0) + 1);
  const reader = new NetworkReader(dims, input.name, uses);
  for (const [name, tensor] of graph.initializers) reader.setConstant(name, tensor);
  graph.nodes.forEach((node, index) => reader.read(node, index));
  return {
    network: reader.finish(graph.outputs[0]!.name),
    inputName: input.name,
    inputDims: dims,
    outputName: graph.outputs[0]!.name,
  };
}

class NetworkReader {
  readonly #steps: NetworkStep[] = [];
  readonly #values = new Map<string, Value>();
  #total = 0;
  #place = '';

  readonly #uses: ReadonlyMap<string, number>;

  /** @param uses how often each value is consumed */
  constructor(dims: readonly number[], name: string, uses: ReadonlyMap<string, number>) {
    this.#uses = uses;
    this.#values.set(name, this.#step({ kind: 'input', size: sizeOf(dims) }, dims));
  }

  setConstant(name: string, tensor: OnnxTensor): void {
    if (tensor.data === null || tensor.type === 'string' || tensor.type === 'float16' || tensor.type === 'bfloat16')
      return;
    const numeric = tensor.data as Float32Array | BigInt64Array;
    const data = new Float64Array(numeric.length);
    for (let i = 0; i < data.length; i++) data[i] = Number(numeric[i]);
    if (!data.every(Number.isFinite))
      throw new Fault('ERR_MODEL_UNSUPPORTED', 'A constant of the model is not finite.', { where: name });
    this.#values.set(name, { kind: 'constant', shape: tensor.dims, data });
  }

  finish(output: string): BoundedNetwork {
    const value = this.#values.get(output);
    if (value?.kind !== 'variable')
      throw new Fault('ERR_MODEL_UNSUPPORTED', 'The output does not depend on the input.', { where: output });
    // The last step is the output, whatever was read after it.
    if (value.step !== this.#steps.length - 1) this.#identity(value);
    return { steps: this.#steps };
  }

  read(node: OnnxNode, index: number): void {
    this.#place = `node ${index} (${node.op}${node.name === '' ? '' : ` "${node.name}"`})`;
    const result = this.#result(node);
    this.#values.set(node.outputs[0]!, result);
  }

  #result(node: OnnxNode): Value {
    if (node.domain !== '' && node.domain !== 'ai.onnx') throw this.#unsupported(node, 'of another operator set');
    switch (node.op) {
      case 'Constant': {
        const attribute = node.attributes.get('value');
        if (attribute?.kind !== 'tensor') throw this.#unsupported(node, 'without a tensor');
        this.setConstant(node.outputs[0]!, attribute.value);
        return this.#constant(node.outputs[0]!);
      }
      case 'Identity':
      case 'Dropout':
        return this.#value(node.inputs[0]!);
      case 'Relu':
        return this.#activation(node, 'relu');
      case 'Sigmoid':
        return this.#activation(node, 'sigmoid');
      case 'Tanh':
        return this.#activation(node, 'tanh');
      case 'Flatten':
      case 'Reshape':
      case 'Squeeze':
      case 'Unsqueeze':
        return this.#reshape(node);
      case 'Add':
        return this.#sum(node, 1);
      case 'Sub':
        return this.#sum(node, -1);
      case 'Mul':
      case 'Div':
      case 'Neg':
        return this.#scale(node);
      case 'MatMul':
        return this.#matMul(node, this.#value(node.inputs[0]!), this.#value(node.inputs[1]!));
      case 'Gemm':
        return this.#gemm(node);
      case 'Conv':
        return this.#convolution(node);
      case 'AveragePool':
      case 'GlobalAveragePool':
        return this.#averagePool(node);
      case 'BatchNormalization':
        return this.#batchNormalization(node);
      case 'Transpose':
        return this.#transpose(node);
      case 'Concat':
        return this.#concat(node);
      case 'Slice':
        return this.#slice(node);
      default:
        throw this.#unsupported(node, '');
    }
  }

  #activation(node: OnnxNode, activation: BoundedActivation): Value {
    const x = this.#variable(node, 0);
    return this.#step({ kind: 'activation', size: sizeOf(x.shape), from: x.step, activation }, x.shape);
  }

  #reshape(node: OnnxNode): Value {
    const x = this.#value(node.inputs[0]!);
    let shape: readonly number[];
    if (node.op === 'Flatten') {
      const axis = axisOf(intOf(node, 'axis', 1), x.shape.length + 1);
      shape = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))];
    } else if (node.op === 'Reshape') {
      shape = resolveShape(x.shape, Array.from(this.#constant(node.inputs[1]!).data), intOf(node, 'allowzero', 0));
    } else {
      const given = node.inputs[1] ? Array.from(this.#constant(node.inputs[1]).data) : intsOf(node, 'axes', []);
      if (node.op === 'Squeeze') {
        const axes = given.map((axis) => axisOf(axis, x.shape.length));
        shape = x.shape.filter((length, axis) => (given.length === 0 ? length !== 1 : !axes.includes(axis)));
      } else {
        const rank = x.shape.length + given.length;
        const axes = given.map((axis) => axisOf(axis, rank));
        const rest = [...x.shape];
        shape = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
      }
    }
    if (sizeOf(shape) !== sizeOf(x.shape)) throw this.#unsupported(node, `to shape [${shape}] of [${x.shape}]`);
    return { ...x, shape };
  }

  #sum(node: OnnxNode, sign: 1 | -1): Value {
    const a = this.#value(node.inputs[0]!);
    const b = this.#value(node.inputs[1]!);
    const shape = this.#broadcast(node, a.shape, b.shape);
    const size = sizeOf(shape);
    const bias = new Float64Array(size);
    const terms: { from: number; map: LinearMap | null }[] = [];
    for (const [value, factor] of [
      [a, 1],
      [b, sign],
    ] as const) {
      if (value.kind === 'constant') {
        for (let i = 0; i < size; i++) bias[i]! += factor * value.data[broadcastIndex(i, shape, value.shape)]!;
      } else if (factor === 1 && sizeOf(value.shape) === size) terms.push({ from: value.step, map: null });
      else
        terms.push({
          from: value.step,
          map: this.#gather(
            size,
            sizeOf(value.shape),
            (i) => broadcastIndex(i, shape, value.shape),
            () => factor,
          ),
        });
    }
    if (terms.length === 0) return { kind: 'constant', shape, data: bias };
    return this.#affine(shape, terms, bias);
  }

  #scale(node: OnnxNode): Value {
    const a = this.#value(node.inputs[0]!);
    const b: Value = node.op === 'Neg' ? scalar(-1) : this.#value(node.inputs[1]!);
    const [x, c] = a.kind === 'variable' ? [a, b] : [b, a];
    if (x.kind !== 'variable' || c.kind !== 'constant' || (node.op === 'Div' && a.kind !== 'variable'))
      throw this.#unsupported(node, 'of two values that both depend on the input');
    const shape = this.#broadcast(node, x.shape, c.shape);
    const size = sizeOf(shape);
    const factor = (i: number): number => {
      const value = c.data[broadcastIndex(i, shape, c.shape)]!;
      return node.op === 'Div' ? 1 / value : value;
    };
    const map: LinearMap =
      sizeOf(x.shape) === size
        ? {
            kind: 'diagonal',
            rows: size,
            columns: size,
            weights: Float64Array.from({ length: size }, (_, i) => factor(i)),
          }
        : this.#gather(size, sizeOf(x.shape), (i) => broadcastIndex(i, shape, x.shape), factor);
    return this.#affine(shape, [{ from: x.step, map }], new Float64Array(size));
  }

  #matMul(node: OnnxNode, a: Value, b: Value): Variable {
    if (a.kind === 'variable' && b.kind === 'constant' && b.shape.length <= 2) {
      const [k, n] = [b.shape[0]!, b.shape[1] ?? 1];
      const rows = sizeOf(a.shape) / k;
      if (a.shape.at(-1) !== k) throw this.#unsupported(node, `of [${a.shape}] by [${b.shape}]`);
      const shape = [...a.shape.slice(0, -1), ...(b.shape.length === 2 ? [n] : [])];
      if (rows === 1) {
        const weights = new Float64Array(n * k);
        for (let i = 0; i < k; i++) for (let j = 0; j < n; j++) weights[j * k + i] = b.data[i * n + j]!;
        return this.#affine(
          shape,
          [{ from: a.step, map: { kind: 'dense', rows: n, columns: k, weights } }],
          new Float64Array(n),
        );
      }
      const builder = new SparseMapBuilder(rows * k, MOST_ENTRIES);
      for (let r = 0; r < rows; r++)
        for (let j = 0; j < n; j++) {
          for (let i = 0; i < k; i++) this.#entry(builder, r * k + i, b.data[i * n + j]!);
          builder.endRow();
        }
      return this.#affine(shape, [{ from: a.step, map: builder.build() }], new Float64Array(rows * n));
    }
    if (a.kind === 'constant' && b.kind === 'variable' && a.shape.length === 2 && b.shape.length <= 2) {
      const [m, k] = [a.shape[0]!, a.shape[1]!];
      const n = b.shape[1] ?? 1;
      if (b.shape[0] !== k) throw this.#unsupported(node, `of [${a.shape}] by [${b.shape}]`);
      const shape = b.shape.length === 1 ? [m] : [m, n];
      if (n === 1)
        return this.#affine(
          shape,
          [{ from: b.step, map: { kind: 'dense', rows: m, columns: k, weights: a.data } }],
          new Float64Array(m),
        );
      const builder = new SparseMapBuilder(k * n, MOST_ENTRIES);
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          for (let l = 0; l < k; l++) this.#entry(builder, l * n + j, a.data[i * k + l]!);
          builder.endRow();
        }
      return this.#affine(shape, [{ from: b.step, map: builder.build() }], new Float64Array(m * n));
    }
    throw this.#unsupported(node, `of [${a.shape}] by [${b.shape}], or of two values that depend on the input`);
  }

  #gemm(node: OnnxNode): Value {
    const x = this.#variable(node, 0);
    const w = this.#constant(node.inputs[1]!);
    if (intOf(node, 'transA', 0) !== 0 || x.shape.length !== 2 || x.shape[0] !== 1 || w.shape.length !== 2)
      throw this.#unsupported(node, 'with a transposed first input or more than one row');
    const alpha = floatOf(node, 'alpha', 1);
    const turned = intOf(node, 'transB', 0) !== 0;
    const [n, k] = turned ? [w.shape[0]!, w.shape[1]!] : [w.shape[1]!, w.shape[0]!];
    if (x.shape[1] !== k) throw this.#unsupported(node, `of [${x.shape}] by [${w.shape}]`);
    const weights = new Float64Array(n * k);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < k; j++) weights[i * k + j] = alpha * w.data[turned ? i * k + j : j * n + i]!;
    const bias = new Float64Array(n);
    if (node.inputs[2]) {
      const beta = floatOf(node, 'beta', 1);
      const c = this.#constant(node.inputs[2]);
      for (let i = 0; i < n; i++) bias[i] = beta * c.data[broadcastIndex(i, [1, n], c.shape)]!;
    }
    return this.#affine([1, n], [{ from: x.step, map: { kind: 'dense', rows: n, columns: k, weights } }], bias);
  }

  /** Window geometry that Conv and AveragePool share: 1 to 3 spatial axes. */
  #window(node: OnnxNode, spatial: readonly number[], kernel: readonly number[]) {
    const rank = spatial.length;
    const step = intsOf(
      node,
      'strides',
      kernel.map(() => 1),
    );
    const dilation = intsOf(
      node,
      'dilations',
      kernel.map(() => 1),
    );
    const reach = kernel.map((k, d) => (k - 1) * dilation[d]! + 1);
    const auto = textOf(node, 'auto_pad', 'NOTSET');
    if (intOf(node, 'ceil_mode', 0) !== 0) throw this.#unsupported(node, 'with ceil_mode');
    let pads = intsOf(node, 'pads', new Array<number>(2 * rank).fill(0));
    if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
      const total = spatial.map((length, d) =>
        Math.max(0, (Math.ceil(length / step[d]!) - 1) * step[d]! + reach[d]! - length),
      );
      const small = total.map((t) => Math.floor(t / 2));
      const large = total.map((t, d) => t - small[d]!);
      pads = auto === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
    } else if (auto !== 'NOTSET' && auto !== 'VALID') throw this.#unsupported(node, `with auto_pad ${auto}`);
    const out = spatial.map(
      (length, d) => Math.floor((length + pads[d]! + pads[rank + d]! - reach[d]!) / step[d]!) + 1,
    );
    if (out.some((length) => length < 1)) throw this.#unsupported(node, 'whose window is larger than its input');
    /** Calls `visit(kernel position, input position)` for the window of one output position; positions in padding are left out. */
    const visit = (output: number, seen: (k: number, position: number) => void): void => {
      const at = new Array<number>(rank);
      for (let d = rank - 1, rest = output; d >= 0; d--) {
        at[d] = (rest % out[d]!) * step[d]! - pads[d]!;
        rest = Math.floor(rest / out[d]!);
      }
      const size = sizeOf(kernel);
      for (let k = 0; k < size; k++) {
        let position = 0;
        let inside = true;
        for (let d = 0, rest = k, stride = size; d < rank; d++) {
          stride /= kernel[d]!;
          const x = at[d]! + Math.floor(rest / stride) * dilation[d]!;
          rest %= stride;
          inside &&= x >= 0 && x < spatial[d]!;
          position = position * spatial[d]! + x;
        }
        if (inside) seen(k, position);
      }
    };
    return { out, visit };
  }

  #convolution(node: OnnxNode): Value {
    const x = this.#variable(node, 0);
    const w = this.#constant(node.inputs[1]!);
    const group = intOf(node, 'group', 1);
    const spatial = x.shape.slice(2);
    const [outputs, perGroup] = [w.shape[0]!, w.shape[1]!];
    if (
      x.shape[0] !== 1 ||
      x.shape[1] !== perGroup * group ||
      w.shape.length !== x.shape.length ||
      outputs % group !== 0
    )
      throw this.#unsupported(node, `of [${x.shape}] by [${w.shape}] in ${group} groups`);
    const { out, visit } = this.#window(node, spatial, w.shape.slice(2));
    const positions = sizeOf(out);
    const plane = sizeOf(spatial);
    const taps = sizeOf(w.shape.slice(2));
    const builder = new SparseMapBuilder(sizeOf(x.shape), MOST_ENTRIES);
    for (let o = 0; o < outputs; o++) {
      const first = Math.floor(o / (outputs / group)) * perGroup;
      for (let p = 0; p < positions; p++) {
        visit(p, (k, position) => {
          for (let c = 0; c < perGroup; c++)
            this.#entry(builder, (first + c) * plane + position, w.data[(o * perGroup + c) * taps + k]!);
        });
        builder.endRow();
      }
    }
    const bias = new Float64Array(outputs * positions);
    if (node.inputs[2]) {
      const b = this.#constant(node.inputs[2]).data;
      for (let o = 0; o < outputs; o++) bias.fill(b[o]!, o * positions, (o + 1) * positions);
    }
    return this.#affine([1, outputs, ...out], [{ from: x.step, map: builder.build() }], bias);
  }

  #averagePool(node: OnnxNode): Value {
    const x = this.#variable(node, 0);
    const spatial = x.shape.slice(2);
    const global = node.op === 'GlobalAveragePool';
    const kernel = global ? spatial : intsOf(node, 'kernel_shape', []);
    if (x.shape[0] !== 1 || kernel.length !== spatial.length) throw this.#unsupported(node, `of [${x.shape}]`);
    const { out, visit } = this.#window(node, spatial, kernel);
    const positions = sizeOf(out);
    const plane = sizeOf(spatial);
    const padded = intOf(node, 'count_include_pad', 0) !== 0;
    const channels = x.shape[1]!;
    const builder = new SparseMapBuilder(sizeOf(x.shape), MOST_ENTRIES);
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < positions; p++) {
        const seen: number[] = [];
        visit(p, (_, position) => seen.push(position));
        for (const position of seen)
          this.#entry(builder, c * plane + position, 1 / (padded ? sizeOf(kernel) : seen.length));
        builder.endRow();
      }
    return this.#affine(
      [1, channels, ...out],
      [{ from: x.step, map: builder.build() }],
      new Float64Array(channels * positions),
    );
  }

  #batchNormalization(node: OnnxNode): Value {
    const x = this.#variable(node, 0);
    const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => this.#constant(node.inputs[i]!).data);
    if (intOf(node, 'training_mode', 0) !== 0) throw this.#unsupported(node, 'in training mode');
    const epsilon = floatOf(node, 'epsilon', 1e-5);
    const size = sizeOf(x.shape);
    const plane = sizeOf(x.shape.slice(2));
    const channel = (i: number): number => Math.floor(i / plane) % x.shape[1]!;
    const factors = scale!.map((value, c) => value / Math.sqrt(variance![c]! + epsilon));
    const weights = Float64Array.from({ length: size }, (_, i) => factors[channel(i)]!);
    const bias = Float64Array.from({ length: size }, (_, i) => {
      const c = channel(i);
      return shift![c]! - mean![c]! * factors[c]!;
    });
    return this.#affine(
      x.shape,
      [{ from: x.step, map: { kind: 'diagonal', rows: size, columns: size, weights } }],
      bias,
    );
  }

  #transpose(node: OnnxNode): Value {
    const x = this.#value(node.inputs[0]!);
    const order = intsOf(
      node,
      'perm',
      x.shape.map((_, axis) => x.shape.length - 1 - axis),
    );
    const shape = order.map((axis) => x.shape[axis]!);
    const step = strides(x.shape);
    const source = (i: number): number => {
      let from = 0;
      for (let d = shape.length - 1, rest = i; d >= 0; d--) {
        from += (rest % shape[d]!) * step[order[d]!]!;
        rest = Math.floor(rest / shape[d]!);
      }
      return from;
    };
    return this.#select(x, shape, source);
  }

  #slice(node: OnnxNode): Value {
    const x = this.#value(node.inputs[0]!);
    const list = (index: number, name: string): readonly number[] | undefined =>
      node.inputs[index] ? Array.from(this.#constant(node.inputs[index]).data) : intsOf(node, name, undefined);
    const begins = list(1, 'starts') ?? [];
    const ends = list(2, 'ends') ?? [];
    const axes = (list(3, 'axes') ?? begins.map((_, i) => i)).map((axis) => axisOf(axis, x.shape.length));
    const steps = list(4, 'steps') ?? begins.map(() => 1);
    const first = x.shape.map(() => 0);
    const stride = x.shape.map(() => 1);
    const shape = [...x.shape];
    axes.forEach((axis, i) => {
      const length = x.shape[axis]!;
      const step = steps[i]!;
      const clamp = (value: number, low: number, high: number): number =>
        Math.min(Math.max(value < 0 ? value + length : value, low), high);
      const begin = step > 0 ? clamp(begins[i]!, 0, length) : clamp(begins[i]!, 0, length - 1);
      const end = step > 0 ? clamp(ends[i]!, 0, length) : clamp(ends[i]!, -1, length - 1);
      first[axis] = begin;
      stride[axis] = step;
      shape[axis] = Math.max(0, Math.ceil((end - begin) / step));
    });
    const step = strides(x.shape);
    return this.#select(x, shape, (i) => {
      let from = 0;
      for (let d = shape.length - 1, rest = i; d >= 0; d--) {
        from += (first[d]! + (rest % shape[d]!) * stride[d]!) * step[d]!;
        rest = Math.floor(rest / shape[d]!);
      }
      return from;
    });
  }

  #concat(node: OnnxNode): Value {
    const parts = node.inputs.map((name) => this.#value(name));
    const axis = axisOf(intOf(node, 'axis', 0), parts[0]!.shape.length);
    const shape = [...parts[0]!.shape];
    shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
    const size = sizeOf(shape);
    const inner = sizeOf(shape.slice(axis + 1));
    const bias = new Float64Array(size);
    const terms: { from: number; map: LinearMap }[] = [];
    let offset = 0;
    for (const part of parts) {
      const length = part.shape[axis]!;
      const begin = offset;
      /** Index in the part of an output index, or -1. */
      const source = (i: number): number => {
        const along = (Math.floor(i / inner) % shape[axis]!) - begin;
        if (along < 0 || along >= length) return -1;
        return (Math.floor(i / (inner * shape[axis]!)) * length + along) * inner + (i % inner);
      };
      if (part.kind === 'constant') {
        for (let i = 0; i < size; i++) if (source(i) >= 0) bias[i] = part.data[source(i)]!;
      } else terms.push({ from: part.step, map: this.#gather(size, sizeOf(part.shape), source, () => 1) });
      offset += length;
    }
    if (terms.length === 0) return { kind: 'constant', shape, data: bias };
    return this.#affine(shape, terms, bias);
  }

  #select(x: Value, shape: readonly number[], source: (i: number) => number): Value {
    const size = sizeOf(shape);
    if (x.kind === 'constant')
      return { kind: 'constant', shape, data: Float64Array.from({ length: size }, (_, i) => x.data[source(i)]!) };
    return this.#affine(
      shape,
      [{ from: x.step, map: this.#gather(size, sizeOf(x.shape), source, () => 1) }],
      new Float64Array(size),
    );
  }

  /** Output i is factor(i) times input source(i), or nothing where that is -1. */
  #gather(rows: number, columns: number, source: (i: number) => number, factor: (i: number) => number): LinearMap {
    const builder = new SparseMapBuilder(columns, MOST_ENTRIES);
    for (let i = 0; i < rows; i++) {
      const from = source(i);
      if (from >= 0) this.#entry(builder, from, factor(i));
      builder.endRow();
    }
    return builder.build();
  }

  #entry(builder: SparseMapBuilder, index: number, weight: number): void {
    try {
      builder.add(index, weight);
    } catch (cause) {
      throw new Fault(
        'ERR_MODEL_UNSUPPORTED',
        `A layer has more than ${MOST_ENTRIES} connections, too many for bounds.`,
        {
          where: this.#place,
          cause,
        },
      );
    }
  }

  #identity(x: Variable): Variable {
    return this.#affine(x.shape, [{ from: x.step, map: null }], new Float64Array(sizeOf(x.shape)));
  }

  #affine(
    shape: readonly number[],
    terms: readonly { readonly from: number; readonly map: LinearMap | null }[],
    bias: Float64Array,
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
      this.#steps[only.from] = { ...last, bias: last.bias.map((value, i) => value + bias[i]!) };
      return { kind: 'variable', shape, step: only.from };
    }
    return this.#step({ kind: 'affine', size: sizeOf(shape), terms, bias }, shape);
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
        {
          where: this.#place,
        },
      );
    this.#steps.push(step);
    return { kind: 'variable', shape, step: this.#steps.length - 1 };
  }

  #broadcast(node: OnnxNode, a: readonly number[], b: readonly number[]): readonly number[] {
    const shape = broadcastShape(a, b);
    if (shape === null) throw this.#unsupported(node, `of [${a}] and [${b}]`);
    return shape;
  }

  #value(name: string): Value {
    const value = this.#values.get(name);
    if (value === undefined)
      throw new Fault('ERR_MODEL_UNSUPPORTED', 'A value is used that no supported node gives.', {
        where: `${this.#place}, input "${name}"`,
      });
    return value;
  }

  #variable(node: OnnxNode, index: number): Variable {
    const value = this.#value(node.inputs[index]!);
    if (value.kind === 'constant') throw this.#unsupported(node, 'of a constant');
    return value;
  }

  #constant(name: string): Constant {
    const value = this.#value(name);
    if (value.kind === 'variable')
      throw new Fault('ERR_MODEL_UNSUPPORTED', 'What must be constant for bounds depends on the input.', {
        where: `${this.#place}, input "${name}"`,
      });
    return value;
  }

  #unsupported(node: OnnxNode, how: string): Fault {
    return new Fault('ERR_MODEL_UNSUPPORTED', `Bounds are not known for ${node.op}${how === '' ? '' : ` ${how}`}.`, {
      where: this.#place,
      hint: 'Supported: Gemm, MatMul, Conv, Add, Sub, Mul and Div by constants, Relu, Sigmoid, Tanh, shapes, AveragePool, BatchNormalization, Concat, Slice.',
    });
  }
}

function scalar(value: number): Constant {
  return { kind: 'constant', shape: [], data: Float64Array.of(value) };
}
