import type { ReferenceCall, ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import {
  broadcastTo,
  concatenated,
  generate,
  mapBroadcast,
  sliced,
  transposed,
  type ReferenceTensor,
} from '../reference-tensor.ts';
import { attend, joinHeads, splitHeads } from './attention.ts';
import { convolve } from './convolutions.ts';
import { afterPast } from './language.ts';
import { gelu, mapped, sigmoid, tanhGelu } from './elementwise.ts';
import { layerNormalization, affine, rmsNormalization, standardised } from './normalizations.ts';
import { gemm, lastTwoSwapped, matmul } from './products.ts';

const add = (a: ReferenceTensor, b: ReferenceTensor | null): ReferenceTensor =>
  b === null ? a : mapBroadcast(a.type, [a, b], (x, y) => x! + y!);

/** The activation that a fused operator applies last. */
function activated(call: ReferenceCall, y: ReferenceTensor): ReferenceTensor {
  const [alpha, beta] = call.attributes.has('activation_params')
    ? call.attributes.floats('activation_params')
    : [call.attributes.float('activation_alpha', 0.01), call.attributes.float('activation_beta', 0)];
  switch (call.attributes.string('activation', '')) {
    case '':
      return y;
    case 'Relu':
      return mapped(y, (x) => Math.max(x, 0));
    case 'Sigmoid':
      return mapped(y, sigmoid);
    case 'Tanh':
      return mapped(y, Math.tanh);
    case 'LeakyRelu':
      return mapped(y, (x) => (x < 0 ? alpha! * x : x));
    case 'Clip':
      return mapped(y, (x) => Math.min(Math.max(x, alpha!), beta!));
    case 'HardSigmoid':
      return mapped(y, (x) => Math.min(1, Math.max(0, alpha! * x + beta!)));
    default:
      throw new TypeError('the reference does not know this activation');
  }
}

const fusedConv: ReferenceOperator = (call) => {
  const y = convolve(call, call.input(0), call.input(1), call.optional(2));
  return [activated(call, add(y, call.optional(3)))];
};

function fusedMatMul(call: ReferenceCall): ReferenceTensor {
  const { attributes } = call;
  const side = (at: number, transpose: string, batch: string): ReferenceTensor => {
    let x = call.input(at);
    const rank = x.dims.length;
    if (attributes.int(batch, 0) === 1) {
      // The batch stands between the matrix's axes: the first axis is a row.
      const axes = Array.from({ length: rank }, (_, axis) => axis);
      x = transposed(x, [...axes.slice(1, -1), 0, rank - 1]);
    }
    return attributes.int(transpose, 0) === 1 ? lastTwoSwapped(x) : x;
  };
  const alpha = attributes.float('alpha', 1);
  return mapped(matmul(side(0, 'transA', 'transBatchA'), side(1, 'transB', 'transBatchB')), (x) => alpha * x);
}

const skipLayerNormalization: ReferenceOperator = (call) => {
  const [x, skip, gamma, beta, bias] = [
    call.input(0),
    call.input(1),
    call.input(2),
    call.optional(3),
    call.optional(4),
  ];
  const sum = add(add(x, broadcastTo(skip, x.dims)), bias);
  const { y, mean, inverse } = standardised(sum, [sum.dims.length - 1], call.attributes.float('epsilon', 1e-12));
  return [affine(y, gamma, beta), mean, inverse, sum];
};

const skipSimplifiedLayerNormalization: ReferenceOperator = (call) => {
  const [x, skip, gamma, bias] = [call.input(0), call.input(1), call.input(2), call.optional(3)];
  const sum = add(add(x, broadcastTo(skip, x.dims)), bias);
  const { y, mean, inverse } = standardised(sum, [sum.dims.length - 1], call.attributes.float('epsilon', 1e-12), false);
  return [affine(y, gamma, null), mean, inverse, sum];
};

/** A mask of 1 (seen) and 0 over the keys, [batch, keys], as numbers to add. */
function keyMask(mask: ReferenceTensor | null, filter: number, count: number): ReferenceTensor | null {
  if (mask === null) return null;
  if (mask.dims.length === 1) {
    return generate('float32', [mask.data.length, 1, 1, count], ([sample, , , key]) =>
      key! < mask.data[sample!]! ? 0 : filter,
    );
  }
  if (mask.dims.length !== 2) throw new TypeError('the reference knows masks of [batch, keys] only');
  const [batch, keys] = mask.dims as [number, number];
  return { type: 'float32', dims: [batch, 1, 1, keys], data: mask.data.map((one) => (one === 0 ? filter : 0)) };
}

const attention: ReferenceOperator = (call) => {
  const [x, weights, bias, mask] = [call.input(0), call.input(1), call.optional(2), call.optional(3)];
  const heads = call.attributes.int('num_heads');
  const all = add(matmul(x, weights), bias);
  const width = all.dims[2]!;
  const sizes = call.attributes.ints('qkv_hidden_sizes', [width / 3, width / 3, width / 3]);
  const part = (at: number): ReferenceTensor => {
    const from = sizes.slice(0, at).reduce((sum, one) => sum + one, 0);
    return splitHeads(sliced(all, 2, from, from + sizes[at]!), heads);
  };
  const [k, v, present] = afterPast(call.optional(4), part(1), part(2));
  const { y } = attend(part(0), k, v, {
    scale: call.attributes.float('scale', 1 / Math.sqrt(sizes[0]! / heads)),
    bias: mergedBias(keyMask(mask, call.attributes.float('mask_filter_value', -10000), k.dims[2]!), call.optional(5)),
    causal: call.attributes.int('unidirectional', 0) === 1,
    past: call.optional(4)?.dims[3] ?? 0,
    softcap: 0,
  });
  return [joinHeads(y), present];
};

function mergedBias(a: ReferenceTensor | null, b: ReferenceTensor | null): ReferenceTensor | null {
  return a === null ? b : add(a, b);
}

const multiHeadAttention: ReferenceOperator = (call) => {
  const heads = call.attributes.int('num_heads');
  const bias = call.optional(3);
  const q = call.input(0);
  const width = q.dims[2]!;
  const side = (x: ReferenceTensor, from: number): ReferenceTensor => {
    if (x.dims.length === 4) return x;
    return splitHeads(add(x, bias === null ? null : sliced(bias, 0, from, from + x.dims[2]!)), heads);
  };
  const [pastK, pastV] = [call.optional(6), call.optional(7)];
  const [newK, newV] = [side(call.input(1), width), side(call.input(2), 2 * width)];
  const k = pastK === null ? newK : concatenated([pastK, newK], 2);
  const v = pastV === null ? newV : concatenated([pastV, newV], 2);
  const { y } = attend(side(q, 0), k, v, {
    scale: call.attributes.float('scale', 1 / Math.sqrt(width / heads)),
    bias: mergedBias(
      keyMask(call.optional(4), call.attributes.float('mask_filter_value', -10000), k.dims[2]!),
      call.optional(5),
    ),
    causal: call.attributes.int('unidirectional', 0) === 1,
    past: pastK?.dims[2] ?? 0,
    softcap: 0,
  });
  return [joinHeads(y), k, v];
};

const embedLayerNormalization: ReferenceOperator = (call) => {
  const [ids, segments, words, places, table] = [
    call.input(0),
    call.optional(1),
    call.input(2),
    call.input(3),
    call.optional(4),
  ];
  const [batch, length] = ids.dims as [number, number];
  const width = words.dims[1]!;
  const given = call.optional(8);
  const sum = generate('float32', [batch, length, width], ([sample, step, unit]) => {
    const at = sample! * length + step!;
    const place = given === null ? step! : given.data[given.dims[0] === 1 ? step! : at]!;
    const segment = segments === null || table === null ? 0 : table.data[segments.data[at]! * width + unit!]!;
    return words.data[ids.data[at]! * width + unit!]! + places.data[place * width + unit!]! + segment;
  });
  const { y } = standardised(sum, [2], call.attributes.float('epsilon', 1e-12));
  const mask = call.optional(7);
  const index = generate('int32', [batch], ([sample]) =>
    mask === null
      ? 0
      : mask.data.subarray(sample! * length, (sample! + 1) * length).reduce((total, one) => total + one, 0),
  );
  return [affine(y, call.input(5), call.input(6)), index, sum];
};

/** Operators of ONNX Runtime (docs/ContribOperators.md) that its optimiser and exporters emit. */
export const MICROSOFT: ReferenceOperators = {
  FusedMatMul: (call) => [fusedMatMul(call)],
  TransposeMatMul: (call) => [fusedMatMul(call)],
  FusedMatMulActivation: (call) => [activated(call, fusedMatMul(call))],
  FusedConv: fusedConv,
  FusedGemm: (call) => [
    activated(
      call,
      gemm(call.input(0), call.input(1), call.optional(2), {
        alpha: call.attributes.float('alpha', 1),
        beta: call.attributes.float('beta', 1),
        transA: call.attributes.int('transA', 0),
        transB: call.attributes.int('transB', 0),
      }),
    ),
  ],
  Gelu: (call) => [mapped(call.input(0), gelu)],
  BiasGelu: (call) => [mapped(add(call.input(0), call.input(1)), gelu)],
  FastGelu: (call) => [mapped(add(call.input(0), call.optional(1)), tanhGelu)],
  QuickGelu: (call) => {
    const alpha = call.attributes.float('alpha', 1.702);
    return [mapped(call.input(0), (x) => x * sigmoid(alpha * x))];
  },
  LayerNormalization: layerNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
  SkipLayerNormalization: skipLayerNormalization,
  SkipSimplifiedLayerNormalization: skipSimplifiedLayerNormalization,
  Attention: attention,
  MultiHeadAttention: multiHeadAttention,
  EmbedLayerNormalization: embedLayerNormalization,
};
