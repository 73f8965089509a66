import type { OnnxGraph, OnnxNode, OnnxValue } from '../../formats/onnx/onnx-model.ts';
import { floatOf, floatsOf, intOf, intsOf, textOf } from './attributes.ts';
import type { GraphBuilder } from './graph-builder.ts';

const ML = 'ai.onnx.ml';

/**
 * Operators of `ai.onnx.ml` (onnx/docs/Operators-ml.md) that are made of sums and products, said in standard ones, so that networks and linear models of
 * scikit-learn have gradients: Scaler, Normalizer, LinearRegressor, the scores of LinearClassifier, ArrayFeatureExtractor,
 * FeatureVectorizer, Imputer, OneHotEncoder of whole numbers. A ZipMap at the end is taken away: what it makes dictionaries of is the output. Others are left as they are.
 */
export function lowerMl(graph: OnnxGraph, build: GraphBuilder): OnnxGraph {
  if (!graph.nodes.some(({ domain }) => domain === ML)) return graph;
  const unzipped = new Set<string>();
  const shares = new Set<string>();
  const nodes = graph.nodes.flatMap((node) => {
    if (node.domain !== ML) return [node];
    const before = build.nodes.length;
    const last = lowerNode(node, build, shares);
    const added = build.nodes.splice(before);
    if (node.op === 'ZipMap') unzipped.add(node.outputs[0] ?? '');
    return last === null ? [node] : [...added, ...last];
  });
  const outputs = graph.outputs.map((value): OnnxValue =>
    unzipped.has(value.name) ? { name: value.name, type: 'float32', shape: null } : value,
  );
  return { ...graph, nodes, outputs };
}

/**
 * What gives the node's outputs; `build` has the nodes before. Null: not known here.
 * @param shares values whose rows sum to 1, to which more are added
 */
function lowerNode(node: OnnxNode, build: GraphBuilder, shares: Set<string>): readonly OnnxNode[] | null {
  const [x = '', second = ''] = node.inputs;
  const become = (op: string, inputs: readonly string[], attributes = new Map()): OnnxNode[] => [
    { name: node.name, op, domain: '', inputs, outputs: node.outputs.slice(0, 1), attributes },
  ];
  const real = (): string => build.add('Cast', [x], { to: 1 });
  switch (node.op) {
    case 'ZipMap':
      return become('Identity', [x]);
    case 'Scaler': {
      const [offset, scale] = [floatsOf(node, 'offset', []), floatsOf(node, 'scale', [])];
      const moved = offset.length === 0 ? real() : build.add('Sub', [real(), build.floats(offset)]);
      return scale.length === 0 ? become('Identity', [moved]) : become('Mul', [moved, build.floats(scale)]);
    }
    case 'Normalizer': {
      const kind = textOf(node, 'norm', 'MAX');
      // scikit-learn's converter normalises what a Softmax gave once more, which would hide the Softmax.
      if (kind === 'L1' && shares.has(x)) return become('Identity', [x]);
      const rows = real();
      const [op, input] = kind === 'L1' ? ['ReduceL1', rows] : kind === 'L2' ? ['ReduceL2', rows] : ['ReduceMax', rows];
      const size = build.add(op, [input, build.ints([-1])], { keepdims: 1 });
      const none = build.add('Equal', [size, build.scalar(0)]);
      return become('Div', [rows, build.add('Where', [none, build.scalar(1), size])]);
    }
    case 'LinearRegressor': {
      const targets = intOf(node, 'targets', 1);
      const scores = linear(node, build, real(), 'coefficients', targets);
      const ended = scores === null ? null : finish(build, scores, textOf(node, 'post_transform', 'NONE'));
      return ended === null ? null : become('Identity', [ended]);
    }
    case 'LinearClassifier': {
      const classes = labelCount(node);
      // With one row of coefficients for two classes the second score is made up: by rules that depend on the version.
      const scores = linear(node, build, real(), 'coefficients', classes);
      const ended = scores === null ? null : finish(build, scores, textOf(node, 'post_transform', 'NONE'));
      if (ended === null) return null;
      const [label = '', output = ''] = node.outputs;
      if (sumsToOne(node, classes)) shares.add(output);
      const first = { ...node, outputs: [label, build.fresh('scores')] };
      if (output === '') return [first];
      const other = { name: '', op: 'Identity', domain: '', inputs: [ended], outputs: [output], attributes: new Map() };
      return [first, other];
    }
    case 'ArrayFeatureExtractor': {
      const places = build.add('Reshape', [second, build.ints([-1])]);
      return become('Gather', [x, places], new Map([['axis', { kind: 'int', value: -1 }]]));
    }
    case 'FeatureVectorizer': {
      const parts = node.inputs.map((name) => build.add('Cast', [name], { to: 1 }));
      return become('Concat', parts, new Map([['axis', { kind: 'int', value: 1 }]]));
    }
    case 'OneHotEncoder': {
      // Categories of whole numbers; names stay with the runtime.
      const categories = intsOf(node, 'cats_int64s', []);
      if (categories.length === 0 || intOf(node, 'zeros', 1) !== 1) return null;
      const whole = build.add('Cast', [x], { to: 7 });
      const wide = build.add('Unsqueeze', [whole, build.ints([-1])]);
      return become(
        'Cast',
        [build.add('Equal', [wide, build.ints(categories)])],
        new Map([['to', { kind: 'int', value: 1 }]]),
      );
    }
    case 'Imputer': {
      const values = floatsOf(node, 'imputed_value_floats', []);
      if (values.length === 0) return null;
      const missing = floatOf(node, 'replaced_value_float', 0);
      const rows = real();
      const found = Number.isNaN(missing)
        ? build.add('IsNaN', [rows])
        : build.add('Equal', [rows, build.scalar(missing)]);
      return become('Where', [found, build.floats(values), rows]);
    }
    default:
      return null;
  }
}

/** Probabilities of classes: a Softmax, or Sigmoids of z and -z. */
function sumsToOne(node: OnnxNode, classes: number): boolean {
  const transform = textOf(node, 'post_transform', 'NONE');
  if (transform !== 'LOGISTIC' || classes !== 2) return transform === 'SOFTMAX';
  return ['coefficients', 'intercepts'].every((name) => {
    const list = floatsOf(node, name, []);
    const half = list.length / 2;
    return list.slice(0, half).every((one, at) => one === -list[half + at]!);
  });
}

function labelCount(node: OnnxNode): number {
  const strings = node.attributes.get('classlabels_strings');
  const texts = strings?.kind === 'strings' ? strings.value.length : 0;
  return texts > 0 ? texts : intsOf(node, 'classlabels_ints', []).length;
}

/** x W^T + b with `rows` rows of weights in an attribute; null where there are not so many. */
function linear(node: OnnxNode, build: GraphBuilder, x: string, name: string, rows: number): string | null {
  const [weights, bias] = [floatsOf(node, name, []), floatsOf(node, 'intercepts', [])];
  const columns = weights.length / rows;
  if (!Number.isInteger(columns) || columns === 0 || (bias.length !== 0 && bias.length !== rows)) return null;
  const product = build.add('Gemm', [x, build.floats(weights, [rows, columns])], { transB: 1 });
  return bias.length === 0 ? product : build.add('Add', [product, build.floats(bias)]);
}

function finish(build: GraphBuilder, scores: string, transform: string): string | null {
  if (transform === 'NONE') return scores;
  if (transform === 'LOGISTIC') return build.add('Sigmoid', [scores]);
  return transform === 'SOFTMAX' ? build.add('Softmax', [scores], { axis: -1 }) : null;
}
