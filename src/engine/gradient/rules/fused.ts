import { float, floatOf, intOf, textOf } from '../../graph/attributes.ts';
import { composed, type Composition } from '../composition.ts';
import { range } from '../formula.ts';
import { defineRules, type GradientContext } from '../gradient-rule.ts';

const MICROSOFT = 'com.microsoft';

function plus(body: Composition, x: string, y: string | undefined): string {
  return y === undefined || y === '' ? x : body.add(x, y);
}

/** The activation that a fused operator applies last; its parameters have two spellings. */
function activated(context: GradientContext, body: Composition, x: string): string {
  const { node } = context;
  const given = node.attributes.get('activation_params');
  const parameters = given?.kind === 'floats' ? given.value : [];
  const alpha = floatOf(node, 'activation_alpha', parameters[0] ?? 0.01);
  const beta = floatOf(node, 'activation_beta', parameters[1] ?? 0);
  const name = textOf(node, 'activation', '');
  switch (name) {
    case '':
      return x;
    case 'Relu':
    case 'Sigmoid':
    case 'Tanh':
      return body.map(name, x);
    case 'LeakyRelu':
      return body.map('LeakyRelu', x, { alpha: float(alpha) });
    case 'HardSigmoid':
      return body.map('HardSigmoid', x, { alpha: float(alpha), beta: float(beta) });
    case 'Clip':
      return body.node('Clip', [x, body.build.scalar(alpha), body.build.scalar(beta)], body.shapeOf(x));
    default:
      return context.unsupported(`its activation "${name}" is not known`);
  }
}

/** The attributes that a fused node shares with the plain one. */
function kept(context: GradientContext, names: readonly string[]): ReturnType<typeof Object.fromEntries> {
  return Object.fromEntries([...context.node.attributes].filter(([name]) => names.includes(name)));
}

const fusedConv = composed('FusedConv', MICROSOFT, (context, body) => {
  const { node } = context;
  const [x, w, bias = '', sum = ''] = node.inputs as [string, string, ...string[]];
  const dims = context.shapeOf(node.outputs[0]!);
  const attributes = kept(context, ['auto_pad', 'dilations', 'group', 'kernel_shape', 'pads', 'strides']);
  const inputs = bias === '' ? [x, w] : [x, w, bias];
  return [activated(context, body, plus(body, body.node('Conv', inputs, dims, attributes), sum))];
});

const fusedGemm = composed('FusedGemm', MICROSOFT, (context, body) => {
  const { node } = context;
  const dims = context.shapeOf(node.outputs[0]!);
  const attributes = kept(context, ['alpha', 'beta', 'transA', 'transB']);
  return [activated(context, body, body.node('Gemm', node.inputs, dims, attributes))];
});

const PRODUCT = ['alpha', 'transA', 'transB', 'transBatchA', 'transBatchB'];

/** Under its old name, and with an activation. */
const product = (op: string) =>
  composed(op, MICROSOFT, (context, body) => {
    const { node } = context;
    const dims = context.shapeOf(node.outputs[0]!);
    return [
      activated(
        context,
        body,
        body.node('FusedMatMul', node.inputs.slice(0, 2), dims, kept(context, PRODUCT), MICROSOFT),
      ),
    ];
  });

const quickGelu = composed('QuickGelu', MICROSOFT, ({ node }, body) => {
  const [x] = node.inputs as [string];
  return [body.mul(x, body.map('Sigmoid', body.mul(x, floatOf(node, 'alpha', 1.702))))];
});

/** Input, skip connection and bias are added, then normalised; the sum is the last output. */
const skipNormalization = (op: string, rms: boolean) =>
  composed(op, MICROSOFT, ({ node }, body) => {
    const [x, skip, gamma, fourth = '', fifth = ''] = node.inputs as [string, string, string, ...string[]];
    const [beta, bias] = rms ? ['', fourth] : [fourth, fifth];
    const sum = plus(body, body.add(x, skip), bias);
    return [normalized(body, sum, gamma, beta, floatOf(node, 'epsilon', 1e-12), rms), null, null, sum];
  });

function normalized(body: Composition, x: string, gamma: string, beta: string, epsilon: number, rms: boolean): string {
  const inputs = beta === '' ? [x, gamma] : [x, gamma, beta];
  const op = rms ? 'SimplifiedLayerNormalization' : 'LayerNormalization';
  return body.node(op, inputs, body.shapeOf(x), { axis: -1, epsilon: float(epsilon) });
}

/** The embedding of BERT: words, places and segments looked up, added and normalised. */
const embedNormalization = composed('EmbedLayerNormalization', MICROSOFT, (context, body) => {
  const { node, build } = context;
  const [ids, segments = '', words, places, segmentTable = '', gamma, beta, , given = ''] = node.inputs as [
    string,
    string | undefined,
    string,
    string,
    string | undefined,
    string,
    string,
    ...(string | undefined)[],
  ];
  const [batch, length] = context.shapeOf(ids) as [number, number];
  const width = context.shapeOf(words)[1]!;
  const look = (table: string, at: string, rows: number): string =>
    body.node('Gather', [table, at], [rows, length, width], { axis: 0 });
  const first = build.tensor({ type: 'int64', dims: [1, length], data: BigInt64Array.from(range(length), BigInt) });
  const place = given === '' ? look(places, first, 1) : look(places, given, context.shapeOf(given)[0]!);
  const sum = body.add(look(words, ids, batch), place);
  const total = segments === '' ? sum : body.add(sum, look(segmentTable, segments, batch));
  return [normalized(body, total, gamma, beta, floatOf(node, 'epsilon', 1e-12), false), null, total];
});

/** Operators of ONNX Runtime that its optimiser and exporters write in place of several standard ones. */
export const FUSED = defineRules([
  fusedConv,
  fusedGemm,
  product('TransposeMatMul'),
  product('FusedMatMulActivation'),
  composed('Gelu', MICROSOFT, ({ node }, body) => [body.map('Gelu', node.inputs[0]!)]),
  composed('BiasGelu', MICROSOFT, ({ node }, body) => [body.map('Gelu', plus(body, node.inputs[0]!, node.inputs[1]))]),
  composed('FastGelu', MICROSOFT, ({ node }, body) => [
    body.map('Gelu', plus(body, node.inputs[0]!, node.inputs[1]), { approximate: 'tanh' }),
  ]),
  quickGelu,
  skipNormalization('SkipLayerNormalization', false),
  skipNormalization('SkipSimplifiedLayerNormalization', true),
  embedNormalization,
  composed('LayerNormalization', MICROSOFT, ({ node }, body) => [
    body.node('LayerNormalization', node.inputs, body.shapeOf(node.inputs[0]!), {
      axis: intOf(node, 'axis', -1),
      epsilon: float(floatOf(node, 'epsilon', 1e-5)),
    }),
    null,
    null,
  ]),
]);
