import { Fault } from '../../core/fault.ts';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { NetworkBuilder, type Signal } from './network-builder.ts';

export interface ArchitectureOptions {
  /** Of one sample: [features], [channels, length], [channels, height, width], or [length] of token ids. */
  readonly inputShape: readonly number[];
  /** Width of the output: classes, or values. */
  readonly classes: number;
  readonly seed: string;
  /** Size of the vocabulary, for networks over tokens. */
  readonly vocabulary?: number;
}

export interface Architecture {
  readonly id: string;
  /** One sentence. */
  readonly summary: string;
  /** Axes of one sample. */
  readonly rank: 1 | 2 | 3;
  /** Reads token ids. */
  readonly tokens: boolean;
  readonly build: (options: ArchitectureOptions) => OnnxModel;
}

/** Fully connected layers of the given widths with ReLUs between them. */
export function buildMlp(options: ArchitectureOptions, widths: readonly number[]): OnnxModel {
  const net = new NetworkBuilder(options.inputShape, options.seed);
  let x = net.flatten(net.input);
  widths.forEach((width, index) => (x = net.relu(net.linear(x, `hidden${index + 1}`, width))));
  return net.finish(net.linear(x, 'last', options.classes, true), 'mlp');
}

/** Two 3x3 convolutions with pooling, one hidden layer of 128: 421,642 weights on 1x28x28, 545,098 on 3x32x32 with 10 classes. */
function buildSmallCnn(options: ArchitectureOptions): OnnxModel {
  const net = new NetworkBuilder(options.inputShape, options.seed);
  let x = net.maxPool(net.relu(net.convolution(net.input, 'conv1', 32, { kernel: 3, padding: 1 })), 2);
  x = net.maxPool(net.relu(net.convolution(x, 'conv2', 64, { kernel: 3, padding: 1 })), 2);
  x = net.relu(net.linear(net.flatten(x), 'hidden', 128));
  return net.finish(net.linear(x, 'last', options.classes, true), 'small-cnn');
}

/** Two 4x4 convolutions of stride 2 (`width` and twice as many channels), one hidden layer: cheap enough to train against attacks on a CPU. */
export function buildStridedCnn(options: ArchitectureOptions, width: number, hidden: number): OnnxModel {
  const net = new NetworkBuilder(options.inputShape, options.seed);
  let x = net.relu(net.convolution(net.input, 'conv1', width, { kernel: 4, stride: 2, padding: 1 }));
  x = net.relu(net.convolution(x, 'conv2', 2 * width, { kernel: 4, stride: 2, padding: 1 }));
  x = net.relu(net.linear(net.flatten(x), 'hidden', hidden));
  return net.finish(net.linear(x, 'last', options.classes, true), 'strided-cnn');
}

/** Madry et al. 2018 on MNIST: two 5x5 convolutions (32, 64) with pooling, one hidden layer of 1024. */
function buildMadryCnn(options: ArchitectureOptions): OnnxModel {
  const net = new NetworkBuilder(options.inputShape, options.seed);
  let x = net.maxPool(net.relu(net.convolution(net.input, 'conv1', 32, { kernel: 5, padding: 2 })), 2);
  x = net.maxPool(net.relu(net.convolution(x, 'conv2', 64, { kernel: 5, padding: 2 })), 2);
  x = net.relu(net.linear(net.flatten(x), 'hidden', 1024));
  return net.finish(net.linear(x, 'last', options.classes, true), 'madry-cnn');
}

/**
 * Residual networks (He et al. 2016) for small pictures: a 3x3 stem without pooling, stages of basic blocks that halve the picture from the second on,
 * global average. Widths 64 to 512 with two blocks a stage are ResNet-18 as it is used on CIFAR-10.
 */
export function buildResNet(
  options: ArchitectureOptions,
  stages: readonly { readonly width: number; readonly blocks: number }[],
  name: string,
): OnnxModel {
  const net = new NetworkBuilder(options.inputShape, options.seed);
  const conv = (x: Signal, at: string, width: number, kernel: number, stride: number): Signal =>
    net.batchNorm(
      net.convolution(x, `${at}.conv`, width, { kernel, stride, padding: kernel >> 1, bias: false }),
      `${at}.norm`,
    );
  let x = net.relu(conv(net.input, 'stem', stages[0]!.width, 3, 1));
  stages.forEach(({ width, blocks }, stage) => {
    for (let block = 0; block < blocks; block++) {
      const at = `stage${stage + 1}.block${block + 1}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const same = stride === 1 && x.shape[0] === width;
      const short = same ? x : conv(x, `${at}.short`, width, 1, stride);
      const inner = net.relu(conv(x, `${at}.first`, width, 3, stride));
      x = net.relu(net.add(conv(inner, `${at}.second`, width, 3, 1), short));
    }
  });
  return net.finish(net.linear(net.globalAverage(x), 'last', options.classes, true), name);
}

/** Three convolutions over a sequence, global average. */
function buildSeriesCnn(options: ArchitectureOptions): OnnxModel {
  const net = new NetworkBuilder(options.inputShape, options.seed);
  let x = net.relu(net.convolution(net.input, 'conv1', 32, { kernel: 5, padding: 2 }));
  x = net.relu(net.convolution(x, 'conv2', 64, { kernel: 5, stride: 2, padding: 2 }));
  x = net.relu(net.convolution(x, 'conv3', 64, { kernel: 3, stride: 2, padding: 1 }));
  return net.finish(net.linear(net.globalAverage(x), 'last', options.classes, true), 'series-cnn');
}

/** Kim 2014: embeddings of 64, filters of 3, 4 and 5 tokens (64 each), the largest answer of each. */
function buildTextCnn(options: ArchitectureOptions): OnnxModel {
  const net = new NetworkBuilder(options.inputShape, options.seed, true);
  const words = net.channelsFirst(net.embedding(net.input, 'embedding', vocabularyOf(options), 64));
  const parts = [3, 4, 5].map((kernel) =>
    net.globalMax(net.relu(net.convolution(words, `conv${kernel}`, 64, { kernel, padding: kernel >> 1 }))),
  );
  return net.finish(net.linear(net.concatenate(parts), 'last', options.classes, true), 'text-cnn');
}

/** The mean of the embeddings (64) of a text's tokens, and one linear layer (Joulin et al. 2017); id 0 is padding. */
function buildEmbeddingBag(options: ArchitectureOptions): OnnxModel {
  const net = new NetworkBuilder(options.inputShape, options.seed, true);
  const mean = net.meanOfTokens(net.input, net.embedding(net.input, 'embedding', vocabularyOf(options), 64));
  return net.finish(net.linear(mean, 'last', options.classes, true), 'embedding-bag');
}

function vocabularyOf({ vocabulary }: ArchitectureOptions): number {
  if (vocabulary !== undefined && Number.isSafeInteger(vocabulary) && vocabulary > 1) return vocabulary;
  throw new Fault('ERR_USAGE', 'A network over tokens needs the size of its vocabulary.');
}

const image = { rank: 3, tokens: false } as const;

/** Every architecture that can be trained from scratch. */
export const ARCHITECTURES: readonly Architecture[] = [
  {
    id: 'mlp',
    summary: 'Two hidden layers of 256, for vectors and tables.',
    rank: 1,
    tokens: false,
    build: (options) => buildMlp(options, [256, 256]),
  },
  {
    id: 'small-cnn',
    summary: 'Two convolutions with pooling and a hidden layer of 128.',
    ...image,
    build: buildSmallCnn,
  },
  {
    id: 'strided-cnn',
    summary: 'Two convolutions of stride 2 (16 and 32 channels) and a hidden layer of 100: the cheapest for pictures.',
    ...image,
    build: (options) => buildStridedCnn(options, 16, 100),
  },
  {
    id: 'madry-cnn',
    summary: "Two 5x5 convolutions with pooling and a hidden layer of 1024: Madry's network for MNIST.",
    ...image,
    build: buildMadryCnn,
  },
  {
    id: 'resnet8',
    summary: 'Residual network of three stages (16, 32, 64), one block each.',
    ...image,
    build: (options) =>
      buildResNet(
        options,
        [16, 32, 64].map((width) => ({ width, blocks: 1 })),
        'resnet8',
      ),
  },
  {
    id: 'resnet18',
    summary: 'Residual network of four stages (64 to 512), two blocks each.',
    ...image,
    build: (options) =>
      buildResNet(
        options,
        [64, 128, 256, 512].map((width) => ({ width, blocks: 2 })),
        'resnet18',
      ),
  },
  {
    id: 'series-cnn',
    summary: 'Three convolutions over time, for series of [channels, length].',
    rank: 2,
    tokens: false,
    build: buildSeriesCnn,
  },
  {
    id: 'text-cnn',
    summary: 'Filters of 3, 4 and 5 tokens over embeddings, for token ids.',
    rank: 1,
    tokens: true,
    build: buildTextCnn,
  },
  {
    id: 'embedding-bag',
    summary: 'Mean of embeddings and one linear layer, for token ids.',
    rank: 1,
    tokens: true,
    build: buildEmbeddingBag,
  },
];

/**
 * A network with seeded weights.
 * @throws Fault `ERR_USAGE` when there is no such architecture, or it does not fit the input.
 */
export function buildArchitecture(id: string, options: ArchitectureOptions): OnnxModel {
  const found = ARCHITECTURES.find((one) => one.id === id);
  if (found === undefined) {
    throw new Fault('ERR_USAGE', `There is no architecture ${JSON.stringify(id)}.`, {
      hint: `There are ${ARCHITECTURES.map((one) => one.id).join(', ')}.`,
    });
  }
  const isVector = found.id === 'mlp';
  if (!isVector && options.inputShape.length !== found.rank) {
    throw new Fault('ERR_USAGE', `The architecture ${id} takes samples with ${found.rank} axes.`, {
      hint: `The samples have the shape ${options.inputShape.join(' x ')}.`,
    });
  }
  if (!(Number.isSafeInteger(options.classes) && options.classes > 0)) {
    throw new Fault('ERR_USAGE', 'The number of classes is a whole number above 0.');
  }
  return found.build(options);
}
