import type { OnnxModel, OnnxValue } from '../../formats/onnx/onnx-model.ts';
import { seededRandom } from '../../math/random.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';

/** Makes a small model from code: `body` gets a builder, a source of weights, and the input's name, and returns the output's name. */
export function buildNetwork(
  shape: readonly (number | string)[],
  body: (build: GraphBuilder, weight: (...dims: readonly number[]) => string, x: string) => string,
  { opset = 21, input = 'x', seed = 'network' }: { opset?: number; input?: string; seed?: string } = {},
): OnnxModel {
  const build = new GraphBuilder([input]);
  const random = seededRandom(seed);
  const weight = (...dims: readonly number[]): string => {
    const count = dims.reduce((product, length) => product * length, 1);
    const fan = dims.length > 1 ? count / dims[0]! : 1;
    return build.floats(
      Float32Array.from({ length: count }, () => random.normal() / Math.sqrt(fan)),
      dims,
    );
  };
  const output = body(build, weight, input);
  const inputs: OnnxValue[] = [{ name: input, type: 'float32', shape }];
  return {
    irVersion: 10,
    producer: 'parapet tests',
    producerVersion: '',
    opsets: new Map([
      ['', opset],
      ['com.microsoft', 1],
    ]),
    functions: [],
    metadata: new Map(),
    graph: {
      name: 'network',
      nodes: build.nodes,
      initializers: build.initializers,
      inputs,
      outputs: [{ name: output, type: 'float32', shape: null }],
      values: [],
    },
  };
}

/** Two convolutions with pools, one dense layer: 3 x 8 x 8 to 5 logits. */
export function smallConvNet(batch: number | string = 'n', end: 'logits' | 'softmax' = 'logits'): OnnxModel {
  const network = buildNetwork([batch, 3, 8, 8], (build, weight, x) => {
    const first = build.add('Relu', [build.add('Conv', [x, weight(8, 3, 3, 3), weight(8)], { pads: [1, 1, 1, 1] })]);
    const pooled = build.add('MaxPool', [first], { kernel_shape: [2, 2], strides: [2, 2] });
    const second = build.add('Tanh', [build.add('Conv', [pooled, weight(12, 8, 3, 3)], { pads: [1, 1, 1, 1] })]);
    const average = build.add('AveragePool', [second], { kernel_shape: [2, 2], strides: [2, 2] });
    const flat = build.add('Reshape', [average, build.ints([typeof batch === 'number' ? batch : -1, 48])]);
    const logits = build.add('Gemm', [flat, weight(48, 5), weight(5)]);
    return end === 'logits' ? logits : build.add('Softmax', [logits], { axis: 1 });
  });
  const outputs = network.graph.outputs.map((value) => ({ ...value, shape: [batch, 5] }));
  return { ...network, graph: { ...network.graph, outputs } };
}
