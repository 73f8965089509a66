import { Fault } from '../../core/fault.ts';
import type { OnnxModel, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { seededRandom } from '../../math/random.ts';
import { float } from '../graph/attributes.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';

export interface ConvolutionOptions {
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  /** False where a normalisation follows, which has a bias of its own. Default true. */
  readonly bias?: boolean;
}

/** A value on its way through a network: its name, and the shape of one sample. */
export interface Signal {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Weights in all that a network may have: 1 GiB of float32. */
const MAX_WEIGHTS = 1 << 28;

/**
 * Builds networks layer by layer, with weights drawn from a seed: He et al. 2015 (normal, by fan-in) where a ReLU follows, Glorot and Bengio
 * 2010 (uniform) for the last layer, biases zero. Each weight has its own stream of numbers, so that it does not depend on the order in which layers are
 * added. Layers: 1-D and 2-D convolutions by the rank of the signal, [channels, length] or [channels, height, width].
 */
export class NetworkBuilder {
  readonly #build = new GraphBuilder(['input', 'scores']);
  readonly #seed: string;
  readonly #input: Signal;
  readonly #tokens: boolean;
  #weights = 0;

  /** @param inputShape of one sample; with `tokens` its numbers are token ids (int64) */
  constructor(inputShape: readonly number[], seed: string, tokens = false) {
    if (inputShape.length === 0 || inputShape.some((length) => !(Number.isSafeInteger(length) && length > 0))) {
      throw new Fault('ERR_USAGE', 'The shape of an input is a list of whole numbers above 0.');
    }
    this.#seed = seed;
    this.#tokens = tokens;
    this.#input = { name: 'input', shape: inputShape };
  }

  get input(): Signal {
    return this.#input;
  }

  convolution(x: Signal, name: string, channels: number, options: ConvolutionOptions): Signal {
    const { kernel, stride = 1, padding = 0, bias = true } = options;
    const [from, ...space] = x.shape as [number, ...number[]];
    const kernels = space.map(() => kernel);
    const out = space.map((length) => Math.floor((length + 2 * padding - kernel) / stride) + 1);
    if (out.some((length) => length < 1)) {
      throw new Fault('ERR_USAGE', `The input is too small for this architecture: ${space.join(' x ')} at ${name}.`);
    }
    const fan = from * kernels.reduce((product, length) => product * length, 1);
    const inputs = [x.name, this.#he(`${name}.weight`, [channels, from, ...kernels], fan)];
    if (bias) inputs.push(this.#constant(`${name}.bias`, channels, 0));
    const result = this.#build.add('Conv', inputs, {
      kernel_shape: kernels,
      strides: space.map(() => stride),
      pads: [...space, ...space].map(() => padding),
    });
    return { name: result, shape: [channels, ...out] };
  }

  /** Fully connected, on a flat signal. `last`: initialised for what no ReLU follows. */
  linear(x: Signal, name: string, width: number, last = false): Signal {
    const [from = 0] = x.shape;
    const weight = last
      ? this.#glorot(`${name}.weight`, [width, from], from, width)
      : this.#he(`${name}.weight`, [width, from], from);
    const inputs = [x.name, weight, this.#constant(`${name}.bias`, width, 0)];
    return { name: this.#build.add('Gemm', inputs, { transB: 1 }), shape: [width] };
  }

  batchNorm(x: Signal, name: string): Signal {
    const [channels = 0] = x.shape;
    const inputs = [
      x.name,
      this.#constant(`${name}.weight`, channels, 1),
      this.#constant(`${name}.bias`, channels, 0),
      this.#constant(`${name}.running_mean`, channels, 0),
      this.#constant(`${name}.running_var`, channels, 1),
    ];
    return { ...x, name: this.#build.add('BatchNormalization', inputs, { epsilon: float(1e-5) }) };
  }

  relu(x: Signal): Signal {
    return { ...x, name: this.#build.add('Relu', [x.name]) };
  }

  add(x: Signal, y: Signal): Signal {
    return { ...x, name: this.#build.add('Add', [x.name, y.name]) };
  }

  maxPool(x: Signal, size: number): Signal {
    const [channels, ...space] = x.shape as [number, ...number[]];
    const sizes = space.map(() => size);
    const name = this.#build.add('MaxPool', [x.name], { kernel_shape: sizes, strides: sizes });
    return { name, shape: [channels, ...space.map((length) => Math.floor(length / size))] };
  }

  /** Mean over everything but channels. */
  globalAverage(x: Signal): Signal {
    const pooled = this.#build.add('GlobalAveragePool', [x.name]);
    return { name: this.#build.add('Flatten', [pooled], { axis: 1 }), shape: [x.shape[0]!] };
  }

  /** Largest over everything but channels. */
  globalMax(x: Signal): Signal {
    const pooled = this.#build.add('GlobalMaxPool', [x.name]);
    return { name: this.#build.add('Flatten', [pooled], { axis: 1 }), shape: [x.shape[0]!] };
  }

  flatten(x: Signal): Signal {
    if (x.shape.length === 1) return x;
    const size = x.shape.reduce((product, length) => product * length, 1);
    return { name: this.#build.add('Flatten', [x.name], { axis: 1 }), shape: [size] };
  }

  /** [length] token ids -> [length, width]. Normal with deviation 0.1. */
  embedding(x: Signal, name: string, vocabulary: number, width: number): Signal {
    const random = this.#random(`${name}.weight`, vocabulary * width);
    const table = Float32Array.from({ length: vocabulary * width }, () => 0.1 * random.normal());
    const weight = this.#initializer(`${name}.weight`, [vocabulary, width], table);
    return { name: this.#build.add('Gather', [weight, x.name], { axis: 0 }), shape: [...x.shape, width] };
  }

  /** [length, width] -> [width, length], as convolutions over a sequence want it. */
  channelsFirst(x: Signal): Signal {
    const name = this.#build.add('Transpose', [x.name], { perm: [0, 2, 1] });
    return { name, shape: [x.shape[1]!, x.shape[0]!] };
  }

  /** Mean of the embeddings of the tokens that are not padding (id 0): [length] and [length, width] -> [width]. */
  meanOfTokens(tokens: Signal, x: Signal): Signal {
    const build = this.#build;
    const isToken = build.add('Cast', [build.add('Not', [build.add('Equal', [tokens.name, build.int(0)])])], { to: 1 });
    const mask = build.add('Unsqueeze', [isToken, build.ints([2])]);
    const sum = build.add('ReduceSum', [build.add('Mul', [x.name, mask]), build.ints([1])], { keepdims: 0 });
    const count = build.add('ReduceSum', [isToken, build.ints([1])], { keepdims: 1 });
    const divisor = build.add('Max', [count, build.scalar(1)]);
    return { name: build.add('Div', [sum, divisor]), shape: [x.shape[1]!] };
  }

  concatenate(parts: readonly Signal[]): Signal {
    const name = this.#build.add(
      'Concat',
      parts.map((part) => part.name),
      { axis: 1 },
    );
    return { name, shape: [parts.reduce((sum, { shape }) => sum + shape[0]!, 0)] };
  }

  /** The model whose output `scores` (logits) is this signal. Batch sizes are free. */
  finish(scores: Signal, name: string): OnnxModel {
    const build = this.#build;
    const last = build.nodes.map((node) =>
      node.outputs[0] === scores.name ? { ...node, name: 'scores', outputs: ['scores'] } : node,
    );
    return {
      irVersion: 8,
      producer: 'parapet',
      producerVersion: '',
      opsets: new Map([['', 17]]),
      functions: [],
      metadata: new Map([['architecture', name]]),
      graph: {
        name,
        nodes: last,
        initializers: build.initializers,
        inputs: [{ name: 'input', type: this.#tokens ? 'int64' : 'float32', shape: ['batch', ...this.#input.shape] }],
        outputs: [{ name: 'scores', type: 'float32', shape: ['batch', ...scores.shape] }],
        values: [],
      },
    };
  }

  #he(name: string, dims: readonly number[], fanIn: number): string {
    const count = dims.reduce((product, length) => product * length, 1);
    const random = this.#random(name, count);
    const deviation = Math.sqrt(2 / fanIn);
    return this.#initializer(
      name,
      dims,
      Float32Array.from({ length: count }, () => deviation * random.normal()),
    );
  }

  #glorot(name: string, dims: readonly number[], fanIn: number, fanOut: number): string {
    const count = dims.reduce((product, length) => product * length, 1);
    const random = this.#random(name, count);
    const limit = Math.sqrt(6 / (fanIn + fanOut));
    return this.#initializer(
      name,
      dims,
      Float32Array.from({ length: count }, () => limit * (2 * random.uniform() - 1)),
    );
  }

  #constant(name: string, length: number, value: number): string {
    this.#count(length);
    return this.#initializer(name, [length], new Float32Array(length).fill(value));
  }

  #random(name: string, count: number): ReturnType<typeof seededRandom> {
    this.#count(count);
    return seededRandom(this.#seed).fork(name);
  }

  #count(count: number): void {
    this.#weights += count;
    if (!(this.#weights <= MAX_WEIGHTS)) {
      throw new Fault('ERR_USAGE', `The network would have more than ${MAX_WEIGHTS} weights.`);
    }
  }

  #initializer(name: string, dims: readonly number[], data: Float32Array): string {
    const tensor: OnnxTensor = { type: 'float32', dims, data };
    return this.#build.tensor(tensor, name);
  }
}
