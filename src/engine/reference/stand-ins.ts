import { mapped } from './operators/elementwise.ts';
import { RANGES, spread } from './operators/quantization.ts';
import {
  dynamicLstm,
  dynamicProduct,
  MICROSOFT_ROUNDED,
  requantised,
  ROUNDED_GEMM,
  STANDARD_ROUNDED,
  type RoundedLayer,
} from './operators/quantized-layers.ts';
import { alongAxis, softmax } from './operators/reductions.ts';
import type { ReferenceCall } from './reference-operator.ts';
import { axisOf, referenceTensor, type ReferenceTensor } from './reference-tensor.ts';

/**
 * What a masking operator gives where its stand-in (straight-through) is meant: what it gave at the base point, plus the stand-in's slope
 * there times the way from it. Differences of a network with these are what gradients with stand-ins must agree with.
 */
export type StandIn = (
  now: ReferenceCall,
  then: ReferenceCall,
  outputs: readonly ReferenceTensor[],
) => readonly ReferenceTensor[];

const elementwise =
  (slope: (x: number) => number): StandIn =>
  (now, then, [y]) => {
    const [x, base] = [now.input(0), then.input(0)];
    return [
      referenceTensor(y!.type, y!.dims, (at) => y!.data[at]! + slope(base.data[at]!) * (x.data[at]! - base.data[at]!)),
    ];
  };

/** y / scale, held where y lies beyond the type's range. */
function through(
  y: ReferenceTensor,
  was: ReferenceTensor,
  q: ReferenceTensor,
  scale: ReferenceTensor,
  zero: ReferenceTensor | null,
): ReferenceTensor {
  const [low, high] = RANGES[q.type] ?? [-Infinity, Infinity];
  return referenceTensor(q.type, q.dims, (at) => {
    const place = was.data[at]! / scale.data[at]! + (zero?.data[at] ?? 0);
    const within = place >= low - 0.5 && place <= high + 0.5;
    return q.data[at]! + (within ? (y.data[at]! - was.data[at]!) / scale.data[at]! : 0);
  });
}

const quantize: StandIn = (now, then, [q]) => {
  const x = then.input(0);
  const [axis, block] = [now.attributes.int('axis', 1), now.attributes.int('block_size', 0)];
  const zero = then.optional(2);
  const wide = zero === null ? null : spread(zero, x, axis, block);
  return [through(now.input(0), x, q!, spread(then.input(1), x, axis, block), wide)];
};

/** Its range never ends a rounding: it is that of x. */
const dynamicQuantize: StandIn = (now, then, [q, scale, zero]) => {
  const [x, base] = [now.input(0), then.input(0)];
  const step = scale!.data[0]!;
  return [
    referenceTensor('uint8', q!.dims, (at) => q!.data[at]! + (x.data[at]! - base.data[at]!) / step),
    scale!,
    zero!,
  ];
};

const rounded =
  ({ real, scale, zero }: RoundedLayer): StandIn =>
  (now, then, [q]) => {
    const was = real(then);
    const shift = then.optional(zero);
    const wide = (one: ReferenceTensor): ReferenceTensor => spread(one, was, 0, 0);
    return [through(real(now), was, q!, wide(then.input(scale)), shift === null ? null : wide(shift))];
  };

const moved =
  (layer: (call: ReferenceCall) => readonly ReferenceTensor[]): StandIn =>
  (now, then, outputs) => {
    const [here, there] = [layer(now), layer(then)];
    return outputs.map((y, k) =>
      referenceTensor(y.type, y.dims, (at) => y.data[at]! + here[k]!.data[at]! - there[k]!.data[at]!),
    );
  };

const hardmax: StandIn = (now, then, [y]) => {
  const [x, base] = [now.input(0), then.input(0)];
  const axis = axisOf(now.attributes.int('axis', -1), x.dims.length);
  const soft = alongAxis(base, axis, softmax);
  const step = { ...x, data: x.data.map((one, at) => soft.data[at]! * (one - base.data[at]!)) };
  const total = alongAxis(step, axis, (values) => {
    const sum = values.reduce((all, one) => all + one, 0);
    return values.map(() => sum);
  });
  return [
    mapped(
      { ...y!, data: y!.data.map((one, at) => one + step.data[at]! - soft.data[at]! * total.data[at]!) },
      (one) => one,
    ),
  ];
};

const all = (layers: Readonly<Record<string, RoundedLayer>>): Record<string, StandIn> =>
  Object.fromEntries(Object.entries(layers).map(([name, layer]) => [name, rounded(layer)]));

/** By domain and operator. Operators that give places have none. */
export const STAND_INS: ReadonlyMap<string, Readonly<Record<string, StandIn>>> = new Map<
  string,
  Readonly<Record<string, StandIn>>
>([
  [
    '',
    {
      // The clipped identity (Hubara et al. 2016, eq. 4).
      Sign: elementwise((x) => (Math.abs(x) > 1 ? 0 : 1)),
      Round: elementwise(() => 1),
      Floor: elementwise(() => 1),
      Ceil: elementwise(() => 1),
      Hardmax: hardmax,
      QuantizeLinear: quantize,
      DynamicQuantizeLinear: dynamicQuantize,
      ...all(STANDARD_ROUNDED),
    },
  ],
  [
    'com.microsoft',
    {
      QuantizeLinear: quantize,
      ...all(MICROSOFT_ROUNDED),
      QGemm: (now, then, outputs) =>
        now.optional(7) === null
          ? moved((call) => [ROUNDED_GEMM.real(call)])(now, then, outputs)
          : rounded(ROUNDED_GEMM)(now, then, outputs),
      DynamicQuantizeMatMul: moved((call) => [dynamicProduct(call, call.input(0))]),
      DynamicQuantizeLSTM: (now, then, outputs) => {
        const [x, base] = [now.input(0), then.input(0)];
        const here = requantised(then, base);
        const shifted = { ...here, data: here.data.map((one, at) => one + x.data[at]! - base.data[at]!) };
        return moved((call) => dynamicLstm(call, call === now ? shifted : here))(now, then, outputs);
      },
    },
  ],
]);
