import type { ReferenceCall, ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import {
  concatenated,
  generate,
  mapBroadcast,
  referenceTensor,
  reshaped,
  sizeOf,
  sliced,
  type ReferenceTensor,
} from '../reference-tensor.ts';
import { attend, joinHeads, splitHeads } from './attention.ts';
import { lastTwoSwapped, matmul } from './products.ts';

/** Angle tables by (sample, step, pair). */
type Table = (sample: number, step: number, pair: number) => number;

/** [B, heads, S, size] with the first 2 pairs numbers of each head turned. */
function rotate(x: ReferenceTensor, cos: Table, sin: Table, pairs: number, interleaved: boolean): ReferenceTensor {
  const [, heads, length, size] = x.dims as [number, number, number, number];
  const value = (sample: number, head: number, step: number, unit: number): number =>
    x.data[((sample * heads + head) * length + step) * size + unit]!;
  return generate(x.type, x.dims, ([sample, head, step, unit]) => {
    const [b, h, s, u] = [sample!, head!, step!, unit!];
    if (u >= 2 * pairs) return value(b, h, s, u);
    const pair = interleaved ? Math.floor(u / 2) : u % pairs;
    const second = interleaved ? u % 2 === 1 : u >= pairs;
    const [first, other] = interleaved ? [2 * pair, 2 * pair + 1] : [pair, pair + pairs];
    const [a, c] = [value(b, h, s, first), value(b, h, s, other)];
    return second ? a * sin(b, s, pair) + c * cos(b, s, pair) : a * cos(b, s, pair) - c * sin(b, s, pair);
  });
}

/** Rows of a table of places. */
function placed(table: ReferenceTensor, place: (sample: number, step: number) => number): Table {
  const width = table.dims.at(-1)!;
  return (sample, step, pair) => table.data[place(sample, step) * width + pair]!;
}

function rotaryEmbedding(call: ReferenceCall, cos: Table, sin: Table, pairs: number, heads: number): ReferenceTensor {
  const x = call.input(0);
  const interleaved = call.attributes.int('interleaved', 0) === 1;
  if (x.dims.length === 4) return rotate(x, cos, sin, pairs, interleaved);
  return joinHeads(rotate(splitHeads(x, heads), cos, sin, pairs, interleaved));
}

const standardRotary: ReferenceOperator = (call) => {
  const [cos, sin, places] = [call.input(1), call.input(2), call.optional(3)];
  const pairs = call.attributes.int('rotary_embedding_dim', 0) / 2 || cos.dims.at(-1)!;
  const length = call.input(0).dims.at(-2)!;
  const at = (sample: number, step: number): number => places?.data[sample * length + step] ?? sample * length + step;
  return [rotaryEmbedding(call, placed(cos, at), placed(sin, at), pairs, call.attributes.int('num_heads', 0))];
};

const microsoftRotary: ReferenceOperator = (call) => {
  const [x, places, cos, sin] = [call.input(0), call.input(1), call.input(2), call.input(3)];
  const rotating = call.attributes.int('rotary_embedding_dim', 0);
  const pairs = rotating / 2 || cos.dims[1]!;
  const length = x.dims.at(-2)!;
  const at = (sample: number, step: number): number =>
    places.data.length === 1 ? places.data[0]! + step : places.data[sample * length + step]!;
  const heads = call.attributes.int('num_heads', 0) || x.dims.at(-1)! / (2 * pairs);
  return [rotaryEmbedding(call, placed(cos, at), placed(sin, at), pairs, heads)];
};

/** One more key, whose score is given by head and whose value is zero, takes part in the softmax. */
function attendWithSink(
  q: ReferenceTensor,
  k: ReferenceTensor,
  v: ReferenceTensor,
  { scores, sink }: { readonly scores: ReferenceTensor; readonly sink: (head: number) => number },
): ReferenceTensor {
  const [batch, heads, length, keys] = scores.dims as [number, number, number, number];
  const weights = generate('float32', scores.dims, ([b, h, row, column]) => {
    const start = ((b! * heads + h!) * length + row!) * keys;
    const line = [...scores.data.subarray(start, start + keys), sink(h!)];
    const most = Math.max(...line);
    const total = line.reduce((sum, one) => sum + Math.exp(one - most), 0);
    return Math.exp(line[column!]! - most) / total;
  });
  const each = heads / v.dims[1]!;
  const wide = generate(
    'float32',
    [batch, heads, keys, v.dims[3]!],
    ([b, h, row, unit]) => v.data[((b! * v.dims[1]! + Math.floor(h! / each)) * keys + row!) * v.dims[3]! + unit!]!,
  );
  return matmul(weights, wide);
}

const groupQueryAttention: ReferenceOperator = (call) => {
  const { attributes } = call;
  const heads = attributes.int('num_heads');
  const pairs = attributes.int('kv_num_heads');
  const packed = call.optional(1) === null;
  const query = call.input(0);
  const size = packed ? query.dims[2]! / (heads + 2 * pairs) : query.dims[2]! / heads;
  const part = (from: number, count: number): ReferenceTensor =>
    splitHeads(sliced(query, 2, from * size, (from + count) * size), count);
  let q = part(0, heads);
  let k = packed ? part(heads, pairs) : splitHeads(call.input(1), pairs);
  let v = packed ? part(heads + pairs, pairs) : splitHeads(call.input(2), pairs);
  const past = call.optional(3)?.dims[2] ?? 0;
  const length = q.dims[2]!;
  if (attributes.int('do_rotary', 0) === 1) {
    const places = call.optional(9);
    const at = (sample: number, step: number): number => places?.data[sample * length + step] ?? past + step;
    const [cos, sin] = [call.input(7), call.input(8)];
    const turn = (x: ReferenceTensor): ReferenceTensor =>
      rotate(x, placed(cos, at), placed(sin, at), cos.dims[1]!, attributes.int('rotary_interleaved', 0) === 1);
    [q, k] = [turn(q), turn(k)];
  }
  if (past > 0) [k, v] = [concatenated([call.input(3), k], 2), concatenated([call.input(4), v], 2)];
  const window = attributes.int('local_window_size', -1);
  const keys = past + length;
  const band = referenceTensor('float32', [length, keys], (at) =>
    window > 0 && at % keys <= Math.floor(at / keys) + past - window ? -Infinity : 0,
  );
  const given = call.optional(10);
  const { y, scores } = attend(q, k, v, {
    scale: attributes.float('scale', 0) || 1 / Math.sqrt(size),
    bias: given === null ? band : mapBroadcast('float32', [given, band], (a, b) => a! + b!),
    causal: attributes.int('causal', 1) === 1,
    past,
    softcap: attributes.float('softcap', 0),
  });
  const sink = call.optional(11);
  const smooth = attributes.int('smooth_softmax', 0) === 1;
  if (sink === null && !smooth) return [joinHeads(y), k, v];
  return [joinHeads(attendWithSink(q, k, v, { scores, sink: (head) => sink?.data[head] ?? 0 })), k, v];
};

/** Weights of few bits, [N, K]. */
const matMulNBits: ReferenceOperator = (call) => {
  const { attributes } = call;
  const [rows, columns, block] = [attributes.int('N'), attributes.int('K'), attributes.int('block_size')];
  const bits = attributes.int('bits', 4);
  const [packed, scales, zeros] = [call.input(1), call.input(2), call.optional(3)];
  const blocks = Math.ceil(columns / block);
  /** The number at a place of a row of packed ones that starts at a byte. */
  const unpack = (bytes: Float64Array, first: number, at: number): number => {
    const bit = at * bits;
    return Math.floor(bytes[first + Math.floor(bit / 8)]! / 2 ** (bit % 8)) % 2 ** bits;
  };
  const perRow = packed.data.length / rows;
  const w = generate('float32', [rows, columns], ([row, column]) => {
    const own = Math.floor(column! / block);
    let zero = 2 ** (bits - 1);
    if (zeros !== null) {
      zero =
        zeros.type === 'uint8'
          ? unpack(zeros.data, row! * (zeros.data.length / rows), own)
          : zeros.data[row! * blocks + own]!;
    }
    return (unpack(packed.data, row! * perRow, column!) - zero) * scales.data[row! * blocks + own]!;
  });
  const y = matmul(call.input(0), lastTwoSwapped(w));
  const bias = call.optional(5);
  return [bias === null ? y : mapBroadcast('float32', [y, bias], (a, b) => a! + b!)];
};

/** Operator set 24: rows of a cache are written over from a place on, for each sample. */
const tensorScatter: ReferenceOperator = (call) => {
  const [past, update, from] = [call.input(0), call.input(1), call.optional(2)];
  const axis = call.attributes.int('axis', -2);
  const at = axis < 0 ? axis + past.dims.length : axis;
  const [length, steps] = [past.dims[at]!, update.dims[at]!];
  const inner = sizeOf(past.dims.slice(at + 1));
  const each = sizeOf(past.dims.slice(1));
  const data = Float64Array.from(past.data);
  const circular = call.attributes.string('mode', 'linear') === 'circular';
  update.data.forEach((value, place) => {
    const rest = place % inner;
    const step = Math.floor(place / inner) % steps;
    const outer = Math.floor(place / inner / steps);
    const sample = Math.floor((outer * length * inner) / each);
    const to = (from?.data[sample] ?? 0) + step;
    data[(outer * length + (circular ? to % length : to)) * inner + rest] = value;
  });
  return [{ ...past, data }];
};

/** Operators of exported language models: standard, and ONNX Runtime's. */
export const LANGUAGE: ReferenceOperators = { RotaryEmbedding: standardRotary, TensorScatter: tensorScatter };

export const MICROSOFT_LANGUAGE: ReferenceOperators = {
  RotaryEmbedding: microsoftRotary,
  GroupQueryAttention: groupQueryAttention,
  MatMulNBits: matMulNBits,
};

/** Keys and values of before, [2, B, heads, length, size], in front of those of now. */
export function afterPast(
  past: ReferenceTensor | null,
  k: ReferenceTensor,
  v: ReferenceTensor,
): readonly [k: ReferenceTensor, v: ReferenceTensor, present: ReferenceTensor] {
  const before = (at: number): ReferenceTensor => reshaped(sliced(past!, 0, at, at + 1), past!.dims.slice(1));
  const [keys, values] = past === null ? [k, v] : [concatenated([before(0), k], 2), concatenated([before(1), v], 2)];
  const one = (x: ReferenceTensor): ReferenceTensor => reshaped(x, [1, ...x.dims]);
  return [keys, values, concatenated([one(keys), one(values)], 0)];
}
