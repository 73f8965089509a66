import type { Loss, LossGradient } from '../../engine/loss.ts';
import { seededRandom } from '../../math/random.ts';
import { lossOfScores } from '../loss-of-scores.ts';
import type { Bounds, GradientTarget } from '../target.ts';

/**
 * Small networks in TypeScript for tests: forward and backward written by hand, so that attacks can be tested without an engine. Arithmetic is in
 * float64 inside a sample, so that an answer does not depend on what else is in the batch.
 */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  forward(x: Float64Array): Float64Array;
  /** Gradient by the layer's input, from the gradient by its output. */
  backward(x: Float64Array, upstream: Float64Array): Float64Array;
}

export function dense(weights: Float64Array, bias: Float64Array): Layer {
  const outputs = bias.length;
  const inputs = weights.length / outputs;
  return {
    inputs,
    outputs,
    forward: (x) => {
      const y = Float64Array.from(bias);
      for (let o = 0; o < outputs; o++) for (let i = 0; i < inputs; i++) y[o]! += weights[o * inputs + i]! * x[i]!;
      return y;
    },
    backward: (_, upstream) => {
      const dx = new Float64Array(inputs);
      for (let o = 0; o < outputs; o++) {
        if (upstream[o] === 0) continue;
        for (let i = 0; i < inputs; i++) dx[i]! += weights[o * inputs + i]! * upstream[o]!;
      }
      return dx;
    },
  };
}

export function relu(size: number): Layer {
  return {
    inputs: size,
    outputs: size,
    forward: (x) => x.map((value) => Math.max(0, value)),
    backward: (x, upstream) => upstream.map((value, i) => (x[i]! > 0 ? value : 0)),
  };
}

/** Values to `levels` steps; its true gradient is zero, which is what a masked network answers. */
export function quantise(size: number, levels: number): Layer {
  return {
    inputs: size,
    outputs: size,
    forward: (x) => x.map((value) => Math.round(value * levels) / levels),
    backward: () => new Float64Array(size),
  };
}

export function softmax(size: number): Layer {
  const forward = (x: Float64Array): Float64Array => {
    const top = Math.max(...x);
    const y = x.map((value) => Math.exp(value - top));
    const total = y.reduce((sum, value) => sum + value, 0);
    return y.map((value) => value / total);
  };
  return {
    inputs: size,
    outputs: size,
    forward,
    backward: (x, upstream) => {
      const y = forward(x);
      const inner = y.reduce((sum, value, i) => sum + value * upstream[i]!, 0);
      return y.map((value, i) => value * (upstream[i]! - inner));
    },
  };
}

/** Valid 2-D convolution. `weights` is [filters, channels, kernel, kernel], the image [channels, height, width]. */
export function convolution(
  shape: readonly [channels: number, height: number, width: number],
  weights: Float64Array,
  bias: Float64Array,
  kernel: number,
  stride: number,
): Layer {
  const [channels, height, width] = shape;
  const filters = bias.length;
  const rows = Math.floor((height - kernel) / stride) + 1;
  const columns = Math.floor((width - kernel) / stride) + 1;
  const each = (visit: (output: number, input: number, weight: number) => void): void => {
    for (let f = 0; f < filters; f++)
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++)
          for (let ch = 0; ch < channels; ch++)
            for (let kr = 0; kr < kernel; kr++)
              for (let kc = 0; kc < kernel; kc++)
                visit(
                  (f * rows + r) * columns + c,
                  (ch * height + r * stride + kr) * width + c * stride + kc,
                  ((f * channels + ch) * kernel + kr) * kernel + kc,
                );
  };
  const outputs = filters * rows * columns;
  return {
    inputs: channels * height * width,
    outputs,
    forward: (x) => {
      const y = new Float64Array(outputs).map((_, i) => bias[Math.floor(i / (rows * columns))]!);
      each((output, input, weight) => (y[output]! += weights[weight]! * x[input]!));
      return y;
    },
    backward: (_, upstream) => {
      const dx = new Float64Array(channels * height * width);
      each((output, input, weight) => (dx[input]! += weights[weight]! * upstream[output]!));
      return dx;
    },
  };
}

export function networkTarget(
  layers: readonly Layer[],
  inputShape: readonly number[],
  options: { readonly bounds?: Bounds; readonly scoreType?: GradientTarget['scoreType']; readonly name?: string } = {},
): GradientTarget {
  const size = inputShape.reduce((product, length) => product * length, 1);
  const classes = layers.at(-1)!.outputs;
  const trace = (x: Float32Array, i: number): Float64Array[] => {
    const values: Float64Array[] = [Float64Array.from(x.subarray(i * size, (i + 1) * size))];
    for (const layer of layers) values.push(layer.forward(values.at(-1)!));
    return values;
  };
  return {
    name: options.name ?? 'network in TypeScript',
    differentiable: true,
    inputShape,
    classes,
    bounds: options.bounds ?? { low: 0, high: 1 },
    scoreType: options.scoreType ?? 'logits',
    scores: async (x, n) => {
      const scores = new Float32Array(n * classes);
      for (let i = 0; i < n; i++) scores.set(trace(x, i).at(-1)!, i * classes);
      return scores;
    },
    lossGradient: async (x: Float32Array, n: number, loss: Loss): Promise<LossGradient> => {
      const traces = Array.from({ length: n }, (_, i) => trace(x, i));
      const scores = new Float32Array(n * classes);
      traces.forEach((values, i) => scores.set(values.at(-1)!, i * classes));
      const { losses, weights } = lossOfScores(scores, n, classes, loss);
      const gradient = new Float32Array(n * size);
      traces.forEach((values, i) => {
        let upstream: Float64Array = Float64Array.from(weights.subarray(i * classes, (i + 1) * classes));
        for (let at = layers.length - 1; at >= 0; at--) upstream = layers[at]!.backward(values[at]!, upstream);
        gradient.set(upstream, i * size);
      });
      return { scores, losses, gradient };
    },
    activations: async (x, n, names) => {
      const found: Record<string, Float32Array> = {};
      for (const name of names) {
        const at = Number(name);
        found[name] = new Float32Array(n * layers[at]!.outputs);
        for (let i = 0; i < n; i++) found[name].set(trace(x, i)[at + 1]!, i * layers[at]!.outputs);
      }
      return found;
    },
    close: async () => {},
  };
}

/** Linear scores with seeded weights. */
export function linearTarget(inputShape: readonly number[], classes: number, seed: string): GradientTarget {
  return networkTarget([seededDense(product(inputShape), classes, seed)], inputShape, { name: 'linear' });
}

/** Two dense layers with a ReLU between, seeded weights. */
export function mlpTarget(
  inputShape: readonly number[],
  hidden: number,
  classes: number,
  seed: string,
): GradientTarget {
  return networkTarget(mlpLayers(product(inputShape), hidden, classes, seed), inputShape, { name: 'mlp' });
}

export function mlpLayers(inputs: number, hidden: number, classes: number, seed: string): Layer[] {
  return [seededDense(inputs, hidden, `${seed}/1`), relu(hidden), seededDense(hidden, classes, `${seed}/2`)];
}

/** Convolution 3x3 stride 2, ReLU, dense; seeded weights. */
export function convTarget(
  shape: readonly [number, number, number],
  filters: number,
  classes: number,
  seed: string,
): GradientTarget {
  const random = seededRandom(seed);
  const fan = shape[0] * 9;
  const weights = new Float64Array(filters * fan).map(() => random.normal() * Math.sqrt(2 / fan));
  const first = convolution(shape, weights, new Float64Array(filters), 3, 2);
  return networkTarget([first, relu(first.outputs), seededDense(first.outputs, classes, `${seed}/2`)], shape, {
    name: 'convolutional',
  });
}

/** An mlp behind a quantised input: its gradients are all zero, its errors are the plain network's. */
export function maskedTarget(
  inputShape: readonly number[],
  hidden: number,
  classes: number,
  seed: string,
): GradientTarget {
  const inputs = product(inputShape);
  return networkTarget([quantise(inputs, 64), ...mlpLayers(inputs, hidden, classes, seed)], inputShape, {
    name: 'masked',
  });
}

export function seededDense(inputs: number, outputs: number, seed: string): Layer {
  const random = seededRandom(seed);
  const weights = new Float64Array(inputs * outputs).map(() => random.normal() * Math.sqrt(2 / inputs));
  // Centred, so that a constant input says nothing and classes stay balanced on data around one half.
  for (let o = 0; o < outputs; o++) {
    const row = weights.subarray(o * inputs, (o + 1) * inputs);
    const mean = row.reduce((sum, value) => sum + value, 0) / inputs;
    for (let i = 0; i < inputs; i++) row[i]! -= mean;
  }
  return dense(weights, new Float64Array(outputs));
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, length) => total * length, 1);
}
