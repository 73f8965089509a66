import type { ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import { axisOf, broadcastTo, referenceTensor, sizeOf, type ReferenceTensor } from '../reference-tensor.ts';
import { reduced } from './reductions.ts';

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return mean(values.map((one) => (one - middle) ** 2));
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

/** (x - mean) / sqrt(variance + epsilon) over axes, and what it was done with. */
export function standardised(
  x: ReferenceTensor,
  axes: readonly number[],
  epsilon: number,
  centre = true,
): { readonly y: ReferenceTensor; readonly mean: ReferenceTensor; readonly inverse: ReferenceTensor } {
  const middle = reduced(x, axes, true, centre ? mean : () => 0);
  const spread = reduced(x, axes, true, centre ? variance : (values) => mean(values.map((one) => one * one)));
  const inverse = { ...spread, data: spread.data.map((one) => 1 / Math.sqrt(one + epsilon)) };
  const [wideMean, wideInverse] = [broadcastTo(middle, x.dims), broadcastTo(inverse, x.dims)];
  const y = referenceTensor(x.type, x.dims, (at) => (x.data[at]! - wideMean.data[at]!) * wideInverse.data[at]!);
  return { y, mean: middle, inverse };
}

/** y * scale + bias, each broadcast. */
export function affine(
  y: ReferenceTensor,
  scale: ReferenceTensor | null,
  bias: ReferenceTensor | null,
): ReferenceTensor {
  const wideScale = scale === null ? null : broadcastTo(scale, y.dims);
  const wideBias = bias === null ? null : broadcastTo(bias, y.dims);
  return referenceTensor(y.type, y.dims, (at) => y.data[at]! * (wideScale?.data[at] ?? 1) + (wideBias?.data[at] ?? 0));
}

/** A vector of channels as a tensor that broadcasts against [N, C, ...]. */
function channelwise(vector: ReferenceTensor, rank: number): ReferenceTensor {
  return { ...vector, dims: [1, vector.data.length, ...new Array<number>(Math.max(0, rank - 2)).fill(1)] };
}

const batchNormalization: ReferenceOperator = (call) => {
  const x = call.input(0);
  const rank = x.dims.length;
  const epsilon = call.attributes.float('epsilon', 1e-5);
  const [scale, bias, runningMean, runningVariance] = [1, 2, 3, 4].map((at) => channelwise(call.input(at), rank)) as [
    ReferenceTensor,
    ReferenceTensor,
    ReferenceTensor,
    ReferenceTensor,
  ];
  if (call.attributes.int('training_mode', 0) === 1) {
    const axes = range(0, rank).filter((axis) => axis !== 1);
    const momentum = call.attributes.float('momentum', 0.9);
    const spread = reduced(x, axes, false, variance);
    const { y, mean: middle } = standardised(x, axes, epsilon);
    const mixed = (old: ReferenceTensor, now: ReferenceTensor): ReferenceTensor =>
      referenceTensor(old.type, [old.data.length], (at) => old.data[at]! * momentum + now.data[at]! * (1 - momentum));
    return [affine(y, scale, bias), mixed(runningMean, middle), mixed(runningVariance, spread)];
  }
  const inverse = runningVariance.data.map((one) => 1 / Math.sqrt(one + epsilon));
  const [channels, area] = [inverse.length, sizeOf(x.dims.slice(2))];
  const data = new Float64Array(x.data.length);
  for (let plane = 0, at = 0; at < data.length; plane++) {
    const channel = plane % channels;
    const middle = runningMean.data[channel]!;
    const factor = inverse[channel]! * scale.data[channel]!;
    const added = bias.data[channel]!;
    for (const end = at + area; at < end; at++) data[at] = (x.data[at]! - middle) * factor + added;
  }
  return [{ type: x.type, dims: x.dims, data }];
};

export const layerNormalization: ReferenceOperator = (call) => {
  const x = call.input(0);
  const axis = axisOf(call.attributes.int('axis', -1), x.dims.length);
  const {
    y,
    mean: middle,
    inverse,
  } = standardised(x, range(axis, x.dims.length), call.attributes.float('epsilon', 1e-5));
  return [affine(y, call.input(1), call.optional(2)), middle, inverse];
};

export const rmsNormalization: ReferenceOperator = (call) => {
  const x = call.input(0);
  const axis = axisOf(call.attributes.int('axis', -1), x.dims.length);
  const axes = range(axis, x.dims.length);
  const { y, inverse } = standardised(x, axes, call.attributes.float('epsilon', 1e-5), false);
  return [affine(y, call.input(1), null), inverse];
};

const instanceNormalization: ReferenceOperator = (call) => {
  const x = call.input(0);
  const rank = x.dims.length;
  const { y } = standardised(x, range(2, rank), call.attributes.float('epsilon', 1e-5));
  return [affine(y, channelwise(call.input(1), rank), channelwise(call.input(2), rank))];
};

const groupNormalization: ReferenceOperator = (call) => {
  const x = call.input(0);
  const [n, channels] = x.dims as [number, number];
  const groups = call.attributes.int('num_groups');
  const grouped = { ...x, dims: [n, groups, x.data.length / n / groups] };
  const y = { ...standardised(grouped, [2], call.attributes.float('epsilon', 1e-5)).y, dims: x.dims };
  // Until operator set 21 scale and bias belonged to groups.
  const spread = (vector: ReferenceTensor): ReferenceTensor =>
    channelwise(
      call.opset >= 21
        ? vector
        : referenceTensor(vector.type, [channels], (at) => vector.data[Math.floor(at / (channels / groups))]!),
      x.dims.length,
    );
  return [affine(y, spread(call.input(1)), spread(call.input(2)))];
};

const localResponse: ReferenceOperator = (call) => {
  const x = call.input(0);
  const size = call.attributes.int('size');
  const alpha = call.attributes.float('alpha', 0.0001);
  const beta = call.attributes.float('beta', 0.75);
  const bias = call.attributes.float('bias', 1);
  const channels = x.dims[1]!;
  const each = sizeOf(x.dims.slice(2));
  return [
    referenceTensor(x.type, x.dims, (at) => {
      const channel = Math.floor(at / each) % channels;
      let squares = 0;
      for (let other = channel - Math.floor((size - 1) / 2); other <= channel + Math.ceil((size - 1) / 2); other++) {
        if (other >= 0 && other < channels) squares += x.data[at + (other - channel) * each]! ** 2;
      }
      return x.data[at]! / (bias + (alpha / size) * squares) ** beta;
    }),
  ];
};

export const NORMALIZATIONS: ReferenceOperators = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  LRN: localResponse,
  MeanVarianceNormalization: (call) => {
    const { y } = standardised(call.input(0), call.attributes.ints('axes', [0, 2, 3]), 0);
    return [y];
  },
};
