import type { OnnxNode } from '../../../formats/onnx/onnx-model.ts';
import { float, floatOf, intOf } from '../../graph/attributes.ts';
import { Composition } from '../composition.ts';
import { axisFrom, range } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';
import { packedAttention } from './attention.ts';

/**
 * Layers that compute on quantised whole numbers (ONNX Runtime's "QOperator" format, and what its dynamic quantisation writes). Each is the
 * plain layer between DequantizeLinear and QuantizeLinear: that is how the stand-in (straight-through, Jacob et al. 2018) is
 * built; the forward pass stays the runtime's own. Layers that end in whole numbers hide the gradient.
 */
const MICROSOFT = 'com.microsoft';
const STEPS = 'it rounds to whole numbers: the derivative is zero almost everywhere';

/** Where x, its scale and its zero point stand among the inputs. */
type Port = readonly [x: number, scale: number, zero: number];

function named({ inputs }: OnnxNode, at: number): string {
  return inputs[at] ?? '';
}

/** (x - zero) scale; with a list of scales, one for each place of `axis`. */
function real(context: GradientContext, body: Composition, [x, scale, zero]: Port, axis = 1): string {
  const { node } = context;
  const inputs = [named(node, x), named(node, scale), named(node, zero)].filter((name) => name !== '');
  return body.node('DequantizeLinear', inputs, context.shapeOf(inputs[0]!), { axis });
}

function rounded(context: GradientContext, body: Composition, y: string, scale: number, zero: number): string {
  const { node } = context;
  const inputs = [y, named(node, scale), named(node, zero)].filter((name) => name !== '');
  const type = named(node, zero) === '' ? 'uint8' : context.typeOf(named(node, zero));
  return body.node('QuantizeLinear', inputs, body.shapeOf(y), {}, '', type);
}

type Layer = (context: GradientContext, body: Composition) => string;

/** A layer whose output is quantised with the scale and zero point of these inputs. */
function quantised(op: string, domain: string, scale: number, zero: number, layer: Layer): GradientRule {
  return {
    op,
    domain,
    masked: STEPS,
    build(context) {
      if (!context.straightThrough) return [];
      const body = new Composition(context);
      return context.backward(body, [rounded(context, body, layer(context, body), scale, zero)]);
    },
  };
}

/** A layer of one value: (x, scale, zero, scale of y, zero of y). */
function unary(op: string, layer: (context: GradientContext, body: Composition, x: string) => string): GradientRule {
  return quantised(op, MICROSOFT, 3, 4, (context, body) => layer(context, body, real(context, body, [0, 1, 2])));
}

function kept(node: OnnxNode, names: readonly string[]): ReturnType<typeof Object.fromEntries> {
  return Object.fromEntries([...node.attributes].filter(([name]) => names.includes(name)));
}

const WINDOW = ['auto_pad', 'ceil_mode', 'count_include_pad', 'dilations', 'group', 'kernel_shape', 'pads', 'strides'];

/** Runs a layer of [N, C, ...] on [N, ..., C] where the node asks for it. */
function channelsFirst(
  context: GradientContext,
  body: Composition,
  x: string,
  layer: (x: string, dims: readonly number[]) => string,
): string {
  const output = context.shapeOf(context.node.outputs[0]!);
  if (intOf(context.node, 'channels_last', 0) === 0) return layer(x, output);
  const rank = output.length;
  const there = [0, rank - 1, ...range(rank - 2).map((axis) => axis + 1)];
  const back = [0, ...range(rank - 2).map((axis) => axis + 2), 1];
  const first = there.map((axis) => output[axis]!);
  return body.transpose(layer(body.transpose(x, there), first), back);
}

/** int32, with the product of the scales of x and w. */
function realBias(context: GradientContext, body: Composition, bias: string, x: string, w: string): string {
  const scale = body.mul(scalar(context, body, x), list(context, body, w));
  return body.mul(body.cast(bias, 'float32'), scale);
}

const scalar = (context: GradientContext, body: Composition, name: string): string =>
  context.shapeOf(name).length === 0 ? name : body.reshape(name, []);

/** A scale for each output, or one for all. */
function list(context: GradientContext, body: Composition, name: string): string {
  const dims = context.shapeOf(name);
  return dims.length === 1 && dims[0] !== 1 ? name : scalar(context, body, name);
}

const convolution = (domain: string): GradientRule =>
  quantised('QLinearConv', domain, 6, 7, (context, body) => {
    const { node } = context;
    const [x, w] = [real(context, body, [0, 1, 2]), real(context, body, [3, 4, 5], 0)];
    const bias = named(node, 8) === '' ? [] : [realBias(context, body, named(node, 8), named(node, 1), named(node, 4))];
    return channelsFirst(context, body, x, (first, dims) =>
      body.node('Conv', [first, w, ...spreadBias(body, bias, dims[1]!)], dims, kept(node, WINDOW)),
    );
  });

const spreadBias = (body: Composition, bias: readonly string[], channels: number): readonly string[] =>
  bias.map((one) => body.expand(one, [channels]));

/** A scale for each row of a, for each column of b, or one for all. */
const product: GradientRule = quantised('QLinearMatMul', '', 6, 7, (context, body) => {
  const { node } = context;
  const side = (port: Port, axis: number): string => {
    const [x, scale] = [context.shapeOf(named(node, port[0])), context.shapeOf(named(node, port[1]))];
    if (scale.length > 1) context.unsupported('its scales have more than one axis');
    return real(context, body, port, axisFrom(axis, x.length));
  };
  return body.matmul(side([0, 1, 2], -2), side([3, 4, 5], -1));
});

/** Y = alpha A B + C, C in units of alpha a b; whole numbers only where a scale for Y is given. */
const gemm: GradientRule = {
  op: 'QGemm',
  domain: MICROSOFT,
  masked: STEPS,
  masks: (node) => named(node, 7) !== '',
  build(context) {
    const { node } = context;
    const quantises = named(node, 7) !== '';
    if (quantises && !context.straightThrough) return [];
    const body = new Composition(context);
    const alpha = floatOf(node, 'alpha', 1);
    const transB = intOf(node, 'transB', 0);
    const a = real(context, body, [0, 1, 2]);
    const b = real(context, body, [3, 4, 5], 1 - transB);
    const attributes = { alpha: float(alpha), transA: intOf(node, 'transA', 0), transB };
    let y = body.node('Gemm', [a, b], context.shapeOf(node.outputs[0]!), attributes);
    if (named(node, 6) !== '') {
      y = body.add(y, body.mul(realBias(context, body, named(node, 6), named(node, 1), named(node, 4)), alpha));
    }
    return context.backward(body, [quantises ? rounded(context, body, y, 7, 8) : y]);
  },
};

const binary = (op: string, plain: 'add' | 'mul'): GradientRule =>
  quantised(op, MICROSOFT, 6, 7, (context, body) =>
    body[plain](real(context, body, [0, 1, 2]), real(context, body, [3, 4, 5])),
  );

const concatenation: GradientRule = quantised('QLinearConcat', MICROSOFT, 0, 1, (context, body) => {
  const { node } = context;
  const parts = range((node.inputs.length - 2) / 3).map((at) =>
    real(context, body, [3 * at + 2, 3 * at + 3, 3 * at + 4]),
  );
  return body.concat(parts, axisFrom(intOf(node, 'axis', 0), body.shapeOf(parts[0]!).length));
});

const choice: GradientRule = quantised('QLinearWhere', MICROSOFT, 7, 8, (context, body) =>
  body.where(named(context.node, 0), real(context, body, [1, 2, 3]), real(context, body, [4, 5, 6])),
);

/** Before operator set 13 (attribute `opset`), the axes from `axis` on are one. */
const softmax = unary('QLinearSoftmax', (context, body, x) => {
  const { node } = context;
  const dims = context.shapeOf(node.outputs[0]!);
  const axis = axisFrom(intOf(node, 'axis', -1), dims.length);
  if (intOf(node, 'opset', 13) >= 13) return body.softmax(x, axis);
  const rows = dims.slice(0, axis).reduce((size, one) => size * one, 1);
  const columns = dims.slice(axis).reduce((size, one) => size * one, 1);
  return body.reshape(body.softmax(body.reshape(x, [rows, columns]), 1), dims);
});

const average = unary('QLinearAveragePool', (context, body, x) =>
  channelsFirst(context, body, x, (first, dims) =>
    body.node('AveragePool', [first], dims, kept(context.node, WINDOW.toSpliced(4, 1))),
  ),
);

const globalAverage = unary('QLinearGlobalAveragePool', (context, body, x) =>
  channelsFirst(context, body, x, (first, dims) => body.node('GlobalAveragePool', [first], dims)),
);

/** A layer of whole numbers that moves them only. */
const maxPool: GradientRule = {
  op: 'NhwcMaxPool',
  domain: MICROSOFT,
  build(context) {
    const body = new Composition(context);
    const [x] = context.node.inputs as [string];
    const dims = context.shapeOf(x);
    const output = context.shapeOf(context.node.outputs[0]!);
    const there = [0, dims.length - 1, ...range(dims.length - 2).map((axis) => axis + 1)];
    const back = [0, ...range(dims.length - 2).map((axis) => axis + 2), 1];
    const first = body.transpose(body.cast(x, 'float32'), there);
    const pooled = body.node(
      'MaxPool',
      [first],
      there.map((axis) => output[axis]!),
      kept(context.node, WINDOW),
    );
    return context.backward(body, [body.transpose(pooled, back)]);
  },
};

/** A B in floats: (a - za)(b - zb) times both scales, and a bias. */
const integerToFloat: GradientRule = {
  op: 'MatMulIntegerToFloat',
  domain: MICROSOFT,
  build(context) {
    const { node } = context;
    const body = new Composition(context);
    const rank = context.shapeOf(named(node, 1)).length;
    const y = body.matmul(real(context, body, [0, 2, 4]), real(context, body, [1, 3, 5], rank - 1));
    return context.backward(body, [named(node, 6) === '' ? y : body.add(y, named(node, 6))]);
  },
};

/** x after a round trip through whole numbers of its own range. */
function requantised(context: GradientContext, body: Composition, x: string): string {
  const dims = context.shapeOf(x);
  const whole = body.outputs('DynamicQuantizeLinear', [x], [dims, [], []]);
  body.types.set(whole[0]!, 'uint8').set(whole[2]!, 'uint8');
  return body.node('DequantizeLinear', whole, dims);
}

/** A is quantised by its own range as it runs. */
const dynamicProduct: GradientRule = {
  op: 'DynamicQuantizeMatMul',
  domain: MICROSOFT,
  masked: STEPS,
  build(context) {
    const { node } = context;
    const body = new Composition(context);
    const a = requantised(context, body, named(node, 0));
    const y = body.matmul(a, real(context, body, [1, 2, 3], context.shapeOf(named(node, 1)).length - 1));
    return context.backward(body, [named(node, 4) === '' ? y : body.add(y, named(node, 4))]);
  },
};

/** x is quantised by its own range as it runs; so are the states, which are taken as they are here. Weights stand as [directions, width, 4 hidden]. */
const dynamicLstm: GradientRule = {
  op: 'DynamicQuantizeLSTM',
  domain: MICROSOFT,
  masked: STEPS,
  limits: 'the rounding of its states is left out',
  build(context) {
    const { node } = context;
    const body = new Composition(context);
    const weights = (at: number, scale: number): string => {
      const spread = (name: string): string => {
        const dims = context.shapeOf(name);
        return body.reshape(name, [dims[0]!, 1, dims[1] ?? 1]);
      };
      const q = body.cast(named(node, at), 'float32');
      const zero = named(node, scale + 1);
      const shifted = zero === '' ? q : body.sub(q, body.cast(spread(zero), 'float32'));
      return body.transpose(body.mul(shifted, spread(named(node, scale))), [0, 2, 1]);
    };
    const inputs = [
      requantised(context, body, named(node, 0)),
      weights(1, 8),
      weights(2, 10),
      ...range(5).map((at) => named(node, at + 3)),
    ];
    const shapes = node.outputs.map((name) => (name === '' ? [] : context.shapeOf(name)));
    return context.backward(body, body.outputs('LSTM', inputs, shapes, Object.fromEntries(node.attributes)));
  },
};

const attention: GradientRule = {
  op: 'QAttention',
  domain: MICROSOFT,
  build(context) {
    const { node } = context;
    const body = new Composition(context);
    const [y] = packedAttention(context, body, {
      x: real(context, body, [0, 3, 6]),
      weights: real(context, body, [1, 4, 7]),
      bias: named(node, 2),
      mask: named(node, 5),
      past: named(node, 8),
      attentionBias: '',
    });
    return context.backward(body, [y, null]);
  },
};

export const QUANTIZED_LAYERS = defineRules([
  convolution(''),
  convolution(MICROSOFT),
  product,
  gemm,
  binary('QLinearAdd', 'add'),
  binary('QLinearMul', 'mul'),
  concatenation,
  choice,
  unary('QLinearSigmoid', (_, body, x) => body.map('Sigmoid', x)),
  unary('QLinearLeakyRelu', ({ node }, body, x) =>
    body.map('LeakyRelu', x, { alpha: float(floatOf(node, 'alpha', 0.01)) }),
  ),
  softmax,
  average,
  globalAverage,
  maxPool,
  integerToFloat,
  dynamicProduct,
  dynamicLstm,
  attention,
]);
