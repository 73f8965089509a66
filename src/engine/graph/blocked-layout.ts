import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import { seededRandom } from '../../math/random.ts';
import type { OnnxRuntime, RuntimeKind, Tensor } from '../onnx-runtime.ts';
import { GraphBuilder } from './graph-builder.ts';

/**
 * The domain of ONNX Runtime's operators on the blocked layout: pictures [N, C, H, W] lie in memory as [N, C / B, H, W, B], and a
 * kernel [M, C, h, w] as [M / B, C / B, h, w, B, B] (input channels before output channels), or [M / B, C, h, w, B] where it reads pictures
 * that are not blocked. Shapes are told as if they were not. Its convolution needs no im2col, whether its weights are constant or not.
 */
export const BLOCKED = 'com.microsoft.nchwc';

const known = new Map<RuntimeKind, Promise<number | null>>();

/**
 * B, the channels in a block on this processor; null where the runtime has no such operators, as in WebAssembly, or they do not give what
 * the plain ones give.
 */
export function channelBlock(runtime: OnnxRuntime): Promise<number | null> {
  let found = known.get(runtime.kind);
  if (found === undefined) {
    found = probe(runtime).catch(() => null);
    known.set(runtime.kind, found);
  }
  return found;
}

/** What ReorderInput makes of four channels is as long as a block. Then a convolution is done both ways. */
async function probe(runtime: OnnxRuntime): Promise<number | null> {
  if (runtime.kind !== 'native') return null;
  const four: Tensor = { type: 'float32', dims: [1, 4, 1, 1], data: new Float32Array(4) };
  const [reordered] = await run(runtime, { x: four }, (build) => [build.add('ReorderInput', ['x'], {}, BLOCKED)]);
  const block = reordered!.length;
  if (block < 8 || block > 64 || !Number.isInteger(Math.log2(block))) return null;
  const random = seededRandom('blocked layout');
  const draw = (dims: readonly number[]): Tensor => {
    const length = dims.reduce((product, one) => product * one, 1);
    return { type: 'float32', dims, data: Float32Array.from({ length }, () => random.normal()) };
  };
  const taps = 6;
  const window = { kernel_shape: [2, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 0, 1], group: 1 };
  const feeds = { x: draw([2, block, 4, 4]), w: draw([2 * block, block, 2, 3]) };
  const [plain, blocked] = await run(runtime, feeds, (build) => {
    const apart = build.add('Reshape', ['w', build.ints([2, block, block, taps])]);
    const turned = build.add('Transpose', [apart], { perm: [0, 3, 2, 1] });
    const kernel = build.add('Reshape', [turned, build.ints([2 * block, block, 2, 3])]);
    const pictures = build.add('ReorderInput', ['x'], {}, BLOCKED);
    const found = build.add('Conv', [pictures, kernel], window, BLOCKED);
    return [
      build.add('Conv', ['x', 'w'], window),
      build.add('ReorderOutput', [found], { channels: 2 * block }, BLOCKED),
    ];
  });
  const same = plain!.length === blocked!.length && plain!.every((one, at) => Math.abs(one - blocked![at]!) < 1e-3);
  return same ? block : null;
}

async function run(
  runtime: OnnxRuntime,
  feeds: Readonly<Record<string, Tensor>>,
  body: (build: GraphBuilder) => readonly string[],
): Promise<readonly Float32Array[]> {
  const build = new GraphBuilder(Object.keys(feeds));
  const names = body(build);
  const bytes = writeOnnx({
    irVersion: 10,
    producer: 'parapet',
    producerVersion: '',
    opsets: new Map([
      ['', 21],
      [BLOCKED, 1],
    ]),
    functions: [],
    metadata: new Map(),
    graph: {
      name: 'probe',
      nodes: build.nodes,
      initializers: build.initializers,
      inputs: Object.entries(feeds).map(([name, { dims }]) => ({ name, type: 'float32', shape: dims })),
      outputs: names.map((name) => ({ name, type: null, shape: null })),
      values: [],
    },
  });
  const session = await runtime.openBytes(bytes);
  try {
    const results = await session.run(feeds, names);
    return names.map((name) => results[name]!.data as Float32Array);
  } finally {
    await session.release();
  }
}
