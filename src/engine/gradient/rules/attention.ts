import { floatOf, intOf, intsOf } from '../../graph/attributes.ts';
import { composed, type Composition } from '../composition.ts';
import { defineRules, type GradientContext } from '../gradient-rule.ts';

export interface Attending {
  readonly scale: number;
  /** Added to the scores; broadcasts to [batch, heads, queries, keys]. */
  readonly biases: readonly string[];
  readonly causal: boolean;
  /** Keys before the first query, for the causal mask. */
  readonly past: number;
  readonly softcap: number;
  /** Keys that a causal query sees at most, its own among them. Default: all. */
  readonly window?: number;
  /** One more score for each head, [heads], that takes its share and has no value. Default: none. */
  readonly sink?: string;
}

interface Attended {
  readonly y: string;
  readonly weights: string;
}

/** softmax(scale Q K^T + biases) V on [batch, heads, length, size]. */
export function attend(body: Composition, q: string, k: string, v: string, how: Attending): Attended {
  const heads = body.shapeOf(q)[1]!;
  const [keys, values] = [repeatHeads(body, k, heads), repeatHeads(body, v, heads)];
  let scores = body.mul(body.matmul(q, body.transpose(keys, [0, 1, 3, 2])), how.scale);
  if (how.softcap > 0) scores = body.mul(body.map('Tanh', body.div(scores, how.softcap)), how.softcap);
  for (const bias of how.biases) scores = body.add(scores, bias);
  if (how.causal) scores = body.add(scores, causalMask(body, scores, how.past, how.window));
  const weights = how.sink === undefined ? body.softmax(scores, 3) : withSink(body, scores, how.sink);
  return { y: body.matmul(weights, values), weights };
}

/** Far enough below any score, and no infinity, whose difference with itself is no number. */
const MASKED = -1e30;

function causalMask(body: Composition, scores: string, past: number, window = Infinity): string {
  const [rows, columns] = body.shapeOf(scores).slice(-2) as [number, number];
  const mask = Float32Array.from({ length: rows * columns }, (_, at) => {
    const own = Math.floor(at / columns) + past;
    return at % columns > own || at % columns <= own - window ? MASKED : 0;
  });
  return body.build.floats(mask, [rows, columns]);
}

function withSink(body: Composition, scores: string, sink: string): string {
  const [batch, heads, queries, keys] = body.shapeOf(scores) as [number, number, number, number];
  const column = body.expand(body.reshape(sink, [1, heads, 1, 1]), [batch, heads, queries, 1]);
  return body.slice(body.softmax(body.concat([scores, column], 3), 3), 3, 0, keys);
}

/** Each head of keys serves several heads of queries (grouped queries). */
function repeatHeads(body: Composition, x: string, heads: number): string {
  const [batch, own, length, size] = body.shapeOf(x) as [number, number, number, number];
  if (own === heads) return x;
  const wide = body.expand(body.reshape(x, [batch, own, 1, length, size]), [batch, own, heads / own, length, size]);
  return body.reshape(wide, [batch, heads, length, size]);
}

/** [batch, length, heads * size] to [batch, heads, length, size]. */
export function splitHeads(body: Composition, x: string, heads: number): string {
  const [batch, length, width] = body.shapeOf(x) as [number, number, number];
  return body.transpose(body.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

export function joinHeads(body: Composition, x: string): string {
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
  const causal = intOf(node, 'is_causal', 0) === 1;
  if (lengths !== '' && causal) context.unsupported('it is causal, and its keys have lengths');
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
    biases: [
      ...(mask === '' ? [] : [asBias(body, mask)]),
      ...(lengths === '' ? [] : [keysBefore(body, lengths, body.shapeOf(keys)[2]!, MASKED)]),
    ],
    causal,
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
  const keys = keysOf(context);
  if (dims.length === 1 && keys !== null) return keysBefore(body, mask, keys, filter);
  const seen = body.cast(mask, 'bool');
  const bias = body.where(seen, 0, filter);
  if (dims.length === 2) return body.reshape(bias, [dims[0]!, 1, 1, dims[1]!]);
  if (dims.length === 3) return body.reshape(bias, [dims[0]!, 1, dims[1]!, dims[2]!]);
  return context.unsupported('its mask is neither [batch], [batch, keys] nor [batch, queries, keys]');
}

/** How many keys there are where a mask of lengths says how many of them are seen; null: another kind of mask. */
function keysOf({ node, shapeOf }: GradientContext): number | null {
  const [query, key = ''] = node.inputs as [string, string?];
  const lengths = shapeOf(node.inputs[node.op === 'MultiHeadAttention' ? 4 : node.op === 'QAttention' ? 5 : 3]!);
  const [batch, queries] = shapeOf(query);
  if (lengths[0] !== batch) return null;
  return node.op === 'MultiHeadAttention' ? (shapeOf(key).at(-2) ?? null) : queries!;
}

/** 0 for the first keys of each sample, as many as `lengths` [batch] says; `filter` for the others; [batch, 1, 1, keys]. */
function keysBefore(body: Composition, lengths: string, keys: number, filter: number): string {
  const batch = body.shapeOf(lengths)[0]!;
  const places = body.build.floats(Float32Array.from({ length: keys }, (_, at) => at));
  const seen = body.broadcast('Less', [places, body.reshape(body.cast(lengths, 'float32'), [batch, 1])], 'bool');
  return body.reshape(body.where(seen, 0, filter), [batch, 1, 1, keys]);
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
): readonly [y: string, present: string] {
  const { node } = context;
  if (intOf(node, 'do_rotary', 0) === 1) context.unsupported('it rotates its embeddings');
  const heads = intOf(node, 'num_heads', 1);
  const product = body.matmul(x, weights);
  const all = bias === '' ? product : body.add(product, bias);
  const third = body.shapeOf(all)[2]! / 3;
  const sizes = intsOf(node, 'qkv_hidden_sizes', undefined) ?? [third, third, third];
  const [q, newK, newV] = body.split(all, 2, sizes).map((part) => splitHeads(body, part, heads)) as [
    string,
    string,
    string,
  ];
  // Keys and values of before stand in one value, [2, batch, heads, length, size].
  const before =
    past === '' ? [] : body.split(past, 0, [1, 1]).map((one) => body.reshape(one, body.shapeOf(one).slice(1)));
  const [k, v] = [newK, newV].map((one, at) => (past === '' ? one : body.concat([before[at]!, one], 2))) as [
    string,
    string,
  ];
  if (past !== '' && intOf(node, 'past_present_share_buffer', 0) === 1) context.unsupported('its past is a buffer');
  const scale = floatOf(node, 'scale', 0);
  const { y } = attend(body, q, k, v, {
    scale: scale === 0 ? 1 / Math.sqrt(sizes[0]! / heads) : scale,
    biases: biasesOf(context, body, mask, attentionBias),
    causal: intOf(node, 'unidirectional', 0) === 1,
    past: past === '' ? 0 : context.shapeOf(past)[3]!,
    softcap: 0,
  });
  const stacked = (one: string): string => body.reshape(one, [1, ...body.shapeOf(one)]);
  const whole = body.shapeOf(k).join() === body.shapeOf(v).join();
  return [joinHeads(body, y), whole && node.outputs.length > 1 ? body.concat([stacked(k), stacked(v)], 0) : ''];
}

const fusedAttention = composed('Attention', 'com.microsoft', (context, body) => {
  const [x, weights, bias = '', mask = '', past = '', attentionBias = ''] = context.node.inputs as [
    string,
    string,
    ...string[],
  ];
  const [y, present] = packedAttention(context, body, { x, weights, bias, mask, past, attentionBias });
  return [y, present === '' ? null : present];
});

const multiHeadAttention = composed('MultiHeadAttention', 'com.microsoft', (context, body) => {
  const { node } = context;
  const [query, key = '', value = '', bias = '', mask = '', attentionBias = '', pastKey = '', pastValue = ''] =
    node.inputs as [string, ...string[]];
  const rank = context.shapeOf(query).length;
  if (rank !== 3 || key === '' || value === '') context.unsupported('it has packed inputs');
  const heads = intOf(node, 'num_heads', 1);
  const widths = [query, key, value].map((name) => {
    const dims = context.shapeOf(name);
    return dims.length === 4 ? dims[1]! * dims[3]! : dims[2]!;
  });
  const parts = bias === '' ? null : body.split(bias, 0, widths);
  const [q, newK, newV] = [query, key, value].map((name, at) => {
    if (context.shapeOf(name).length === 4) return name;
    return splitHeads(body, parts === null ? name : body.add(name, parts[at]!), heads);
  }) as [string, string, string];
  const after = (past: string, one: string): string => (past === '' ? one : body.concat([past, one], 2));
  const [k, v] = [after(pastKey, newK), after(pastValue, newV)];
  const scale = floatOf(node, 'scale', 0);
  const { y } = attend(body, q, k, v, {
    scale: scale === 0 ? 1 / Math.sqrt(widths[0]! / heads) : scale,
    biases: biasesOf(context, body, mask, attentionBias),
    causal: intOf(node, 'unidirectional', 0) === 1,
    past: pastKey === '' ? 0 : context.shapeOf(pastKey)[2]!,
    softcap: 0,
  });
  return [joinHeads(body, y), k, v, null];
});

export const ATTENTION = defineRules([attention, fusedAttention, multiHeadAttention]);
