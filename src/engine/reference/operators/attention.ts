import type { ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import {
  broadcastTo,
  concatenated,
  generate,
  mapBroadcast,
  reshaped,
  transposed,
  type ReferenceTensor,
} from '../reference-tensor.ts';
import { lastTwoSwapped, matmul } from './products.ts';
import { alongAxis, softmax } from './reductions.ts';

/** [B, S, heads * size] to [B, heads, S, size]. */
export function splitHeads(x: ReferenceTensor, heads: number): ReferenceTensor {
  const [batch, length, width] = x.dims as [number, number, number];
  return transposed(reshaped(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

export function joinHeads(x: ReferenceTensor): ReferenceTensor {
  const [batch, heads, length, size] = x.dims as [number, number, number, number];
  return reshaped(transposed(x, [0, 2, 1, 3]), [batch, length, heads * size]);
}

/** Each key head serves as many query heads as there are more of them. */
function repeatHeads(x: ReferenceTensor, heads: number): ReferenceTensor {
  const each = heads / x.dims[1]!;
  if (each === 1) return x;
  const [batch, , length, size] = x.dims as [number, number, number, number];
  const source = reshaped(x, [batch, x.dims[1]!, 1, length, size]);
  return reshaped(broadcastTo(source, [batch, x.dims[1]!, each, length, size]), [batch, heads, length, size]);
}

export interface AttentionOptions {
  readonly scale: number;
  /** Added to the scores; broadcasts. */
  readonly bias: ReferenceTensor | null;
  /** A query sees keys up to its own place, `past` places on. */
  readonly causal: boolean;
  readonly past: number;
  readonly softcap: number;
}

/** softmax(scale Q K^T + bias) V on [B, heads, S, size]; also what stood in the softmax. */
export function attend(
  q: ReferenceTensor,
  k: ReferenceTensor,
  v: ReferenceTensor,
  { scale, bias, causal, past, softcap }: AttentionOptions,
): { readonly y: ReferenceTensor; readonly scores: ReferenceTensor; readonly weights: ReferenceTensor } {
  const heads = q.dims[1]!;
  const raw = matmul(q, lastTwoSwapped(repeatHeads(k, heads)));
  const wide = bias === null ? null : broadcastTo(bias, raw.dims);
  let from = 0;
  const scores = generate(q.type, raw.dims, ([, , row, column]) => {
    const at = from++;
    if (causal && column! > row! + past) return -Infinity;
    const capped = softcap > 0 ? softcap * Math.tanh((raw.data[at]! * scale) / softcap) : raw.data[at]! * scale;
    return capped + (wide?.data[at] ?? 0);
  });
  const weights = alongAxis(scores, 3, softmax);
  return { y: matmul(weights, repeatHeads(v, heads)), scores, weights };
}

/** A mask of truth values as numbers to add. */
function asBias(mask: ReferenceTensor | null): ReferenceTensor | null {
  if (mask === null || mask.type !== 'bool') return mask;
  return { type: 'float32', dims: mask.dims, data: mask.data.map((one) => (one === 0 ? -Infinity : 0)) };
}

/** Of each sample only the first keys count (operator set 24). */
function withLengths(
  bias: ReferenceTensor | null,
  lengths: ReferenceTensor | null,
  keys: number,
): ReferenceTensor | null {
  if (lengths === null) return bias;
  const short = generate('float32', [lengths.data.length, 1, 1, keys], ([sample, , , key]) =>
    key! < lengths.data[sample!]! ? 0 : -Infinity,
  );
  return bias === null ? short : mapBroadcast('float32', [bias, short], (a, b) => a! + b!);
}

/** Operator set 23. */
const attention: ReferenceOperator = (call) => {
  const { attributes } = call;
  const flat = call.input(0).dims.length === 3;
  const q = flat ? splitHeads(call.input(0), attributes.int('q_num_heads')) : call.input(0);
  const newK = flat ? splitHeads(call.input(1), attributes.int('kv_num_heads')) : call.input(1);
  const newV = flat ? splitHeads(call.input(2), attributes.int('kv_num_heads')) : call.input(2);
  const [pastK, pastV] = [call.optional(4), call.optional(5)];
  const k = pastK === null ? newK : concatenated([pastK, newK], 2);
  const v = pastV === null ? newV : concatenated([pastV, newV], 2);
  const { y, scores } = attend(q, k, v, {
    scale: attributes.float('scale', 1 / Math.sqrt(q.dims[3]!)),
    bias: withLengths(asBias(call.optional(3)), call.optional(6), k.dims[2]!),
    causal: attributes.int('is_causal', 0) === 1,
    past: pastK?.dims[2] ?? 0,
    softcap: attributes.float('softcap', 0),
  });
  return [flat ? joinHeads(y) : y, k, v, scores];
};

export const ATTENTION: ReferenceOperators = { Attention: attention };
