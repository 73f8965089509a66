import { floatOf, intOf, intsOf } from '../../graph/attributes.ts';
import { composed, type Composition } from '../composition.ts';
import { defineRules, type GradientContext } from '../gradient-rule.ts';

interface Attending {
  readonly scale: number;
  /** Added to the scores; broadcasts to [batch, heads, queries, keys]. */
  readonly biases: readonly string[];
  readonly causal: boolean;
  /** Keys before the first query, for the causal mask. */
  readonly past: number;
  readonly softcap: number;
}

interface Attended {
  readonly y: string;
  readonly weights: string;
}

/** softmax(scale Q K^T + biases) V on [batch, heads, length, size]. */
function attend(body: Composition, q: string, k: string, v: string, how: Attending): Attended {
  const heads = body.shapeOf(q)[1]!;
  const [keys, values] = [repeatHeads(body, k, heads), repeatHeads(body, v, heads)];
  let scores = body.mul(body.matmul(q, body.transpose(keys, [0, 1, 3, 2])), how.scale);
  if (how.softcap > 0) scores = body.mul(body.map('Tanh', body.div(scores, how.softcap)), how.softcap);
  for (const bias of how.biases) scores = body.add(scores, bias);
  if (how.causal) scores = body.add(scores, causalMask(body, scores, how.past));
  const weights = body.softmax(scores, 3);
  return { y: body.matmul(weights, values), weights };
}

/** Far enough below any score, and no infinity, whose difference with itself is no number. */
const MASKED = -1e30;

function causalMask(body: Composition, scores: string, past: number): string {
  const [rows, columns] = body.shapeOf(scores).slice(-2) as [number, number];
  const mask = Float32Array.from({ length: rows * columns }, (_, at) =>
    at % columns > Math.floor(at / columns) + past ? MASKED : 0,
  );
  return body.build.floats(mask, [rows, columns]);
}

/** Each head of keys serves several heads of queries (grouped queries). */
function repeatHeads(body: Composition, x: string, heads: number): string {
  const [batch, own, length, size] = body.shapeOf(x) as [number, number, number, number];
  if (own === heads) return x;
  const wide = body.expand(body.reshape(x, [batch, own, 1, length, size]), [batch, own, heads / own, length, size]);
  return body.reshape(wide, [batch, heads, length, size]);
}

/** [batch, length, heads * size] to [batch, heads, length, size]. */
function splitHeads(body: Composition, x: string, heads: number): string {
  const [batch, length, width] = body.shapeOf(x) as [number, number, number];
  return body.transpose(body.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

function joinHeads(body: Composition, x: string): string {
  const [batch, heads, length, size] = body.shapeOf(x) as [number, number, number, number];
  return body.reshape(body.transpose(x, [0, 2, 1, 3]), [batch, length, heads * size]);
}

/** The standard operator (operator set 23). */
const attention = composed('Attention', '', (context, body) => {
  const { node } = context;
  const [q, k, v, mask = '', pastKey = '', pastValue = '', lengths = ''] = node.inputs as [
    string,
    string,
    string,
    ...string[],
  ];
  if (lengths !== '') context.unsupported('its keys have lengths');
  const flat = context.shapeOf(q).length === 3;
  const keyHeads = intOf(node, 'kv_num_heads', 0);
  const heads = (x: string, count: number): string => (flat ? splitHeads(body, x, count) : x);
  const queries = heads(q, intOf(node, 'q_num_heads', 0));
  const withPast = (past: string, x: string): string => (past === '' ? x : body.concat([past, x], 2));
  const keys = withPast(pastKey, heads(k, keyHeads));
  const values = withPast(pastValue, heads(v, keyHeads));
  const size = body.shapeOf(queries)[3]!;
  const { y } = attend(body, queries, keys, values, {
    scale: floatOf(node, 'scale', 1 / Math.sqrt(size)),
    biases: mask === '' ? [] : [asBias(body, mask)],
    causal: intOf(node, 'is_causal', 0) === 1,
    past: pastKey === '' ? 0 : context.shapeOf(pastKey)[2]!,
    softcap: floatOf(node, 'softcap', 0),
  });
  return [flat ? joinHeads(body, y) : y, keys, values, null];
});

/** A mask of truth values becomes numbers to add. */
function asBias(body: Composition, mask: string): string {
  return body.typeOf(mask) === 'bool' ? body.where(mask, 0, MASKED) : mask;
}

/** Of `com.microsoft`: 1 for keys that are seen, [batch, keys], or for each query, [batch, queries, keys]. */
function maskOfKeys(context: GradientContext, body: Composition, mask: string): string {
  const dims = context.shapeOf(mask);
  const filter = floatOf(context.node, 'mask_filter_value', -10000);
  const seen = body.cast(mask, 'bool');
  const bias = body.where(seen, 0, filter);
  if (dims.length === 2) return body.reshape(bias, [dims[0]!, 1, 1, dims[1]!]);
  if (dims.length === 3) return body.reshape(bias, [dims[0]!, 1, dims[1]!, dims[2]!]);
  return context.unsupported('its mask is neither [batch, keys] nor [batch, queries, keys]');
}

const biasesOf = (context: GradientContext, body: Composition, mask: string, bias: string): readonly string[] => [
  ...(mask === '' ? [] : [maskOfKeys(context, body, mask)]),
  ...(bias === '' ? [] : [bias]),
];

interface PackedAttention {
  readonly x: string;
  readonly weights: string;
  readonly bias: string;
  readonly mask: string;
  readonly past: string;
  readonly attentionBias: string;
}

/** ONNX Runtime's Attention: one product makes queries, keys and values. */
export function packedAttention(
  context: GradientContext,
  body: Composition,
  { x, weights, bias, mask, past, attentionBias }: PackedAttention,
): string {
  const { node } = context;
  if (past !== '') context.unsupported('it has a past');
  if (intOf(node, 'do_rotary', 0) === 1) context.unsupported('it rotates its embeddings');
  const heads = intOf(node, 'num_heads', 1);
  const product = body.matmul(x, weights);
  const all = bias === '' ? product : body.add(product, bias);
  const third = body.shapeOf(all)[2]! / 3;
  const sizes = intsOf(node, 'qkv_hidden_sizes', undefined) ?? [third, third, third];
  const [q, k, v] = body.split(all, 2, sizes).map((part) => splitHeads(body, part, heads)) as [string, string, string];
  const scale = floatOf(node, 'scale', 0);
  const { y } = attend(body, q, k, v, {
    scale: scale === 0 ? 1 / Math.sqrt(sizes[0]! / heads) : scale,
    biases: biasesOf(context, body, mask, attentionBias),
    causal: intOf(node, 'unidirectional', 0) === 1,
    past: 0,
    softcap: 0,
  });
  return joinHeads(body, y);
}

const fusedAttention = composed('Attention', 'com.microsoft', (context, body) => {
  const [x, weights, bias = '', mask = '', past = '', attentionBias = ''] = context.node.inputs as [
    string,
    string,
    ...string[],
  ];
  return [packedAttention(context, body, { x, weights, bias, mask, past, attentionBias }), null];
});

const multiHeadAttention = composed('MultiHeadAttention', 'com.microsoft', (context, body) => {
  const { node } = context;
  const [query, key = '', value = '', bias = '', mask = '', attentionBias = '', past = ''] = node.inputs as [
    string,
    ...string[],
  ];
  const rank = context.shapeOf(query).length;
  if (past !== '' || rank !== 3 || key === '' || value === '') context.unsupported('it has packed inputs or a past');
  const heads = intOf(node, 'num_heads', 1);
  const widths = [query, key, value].map((name) => {
    const dims = context.shapeOf(name);
    return dims.length === 4 ? dims[1]! * dims[3]! : dims[2]!;
  });
  const parts = bias === '' ? null : body.split(bias, 0, widths);
  const [q, k, v] = [query, key, value].map((name, at) => {
    if (context.shapeOf(name).length === 4) return name;
    return splitHeads(body, parts === null ? name : body.add(name, parts[at]!), heads);
  }) as [string, string, string];
  const scale = floatOf(node, 'scale', 0);
  const { y } = attend(body, q, k, v, {
    scale: scale === 0 ? 1 / Math.sqrt(widths[0]! / heads) : scale,
    biases: biasesOf(context, body, mask, attentionBias),
    causal: intOf(node, 'unidirectional', 0) === 1,
    past: 0,
    softcap: 0,
  });
  return [joinHeads(body, y), k, v, null];
});

export const ATTENTION = defineRules([attention, fusedAttention, multiHeadAttention]);
