import type { OnnxElementType } from '../../../formats/onnx/onnx-model.ts';
import { intOf } from '../../graph/attributes.ts';
import { composed } from '../composition.ts';
import { axisFrom, FLOAT32, formula, range, type Formula } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';

/**
 * Gradients by quantised whole numbers q: y = (q - zero) scale has dy/dq = scale, and the rounding q = x / scale + zero gets, as its
 * stand-in, 1 / scale within the range of q's type and 0 beyond (straight-through with saturation, Jacob et al. 2018, section 3).
 */
const STEPS = 'it rounds to whole numbers: the derivative is zero almost everywhere';

const LIMITS: Partial<Record<OnnxElementType, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
  uint4: [0, 15],
  int4: [-8, 7],
};

/** A scale or zero point so that it broadcasts against x: one for all, one for each place of `axis`, or one for each block of it. */
function spread(context: GradientContext, parameter: string, x: string): string {
  const { node, build } = context;
  const f = formula(build);
  const dims = context.shapeOf(x);
  const own = context.shapeOf(parameter);
  const axis = axisFrom(intOf(node, 'axis', 1), dims.length);
  const block = intOf(node, 'block_size', 0);
  if (block > 0) {
    const wide = build.add('Expand', [
      f.reshape(parameter, own.toSpliced(axis + 1, 0, 1)),
      build.ints(own.toSpliced(axis + 1, 0, block)),
    ]);
    const whole = f.reshape(wide, own.with(axis, own[axis]! * block));
    return build.add('Slice', [whole, build.ints([0]), build.ints([dims[axis]!]), build.ints([axis])]);
  }
  if (own.length === 0 || (own.length === 1 && own[0] === 1)) return f.reshape(parameter, []);
  return f.reshape(
    parameter,
    range(dims.length).map((one) => (one === axis ? own[0]! : 1)),
  );
}

const dequantize = (domain: string): GradientRule => ({
  op: 'DequantizeLinear',
  domain,
  build(context) {
    const { node } = context;
    const dy = context.upstream(0);
    if (dy === null) return [];
    const f = formula(context.build);
    const [q, scale, zero = ''] = node.inputs as [string, string, string?];
    const byWhole = context.wants(0) === null ? null : f.mul(dy, spread(context, scale, q));
    if (context.wants(1) === null) return [byWhole];
    if (intOf(node, 'block_size', 0) > 0) context.unsupported('the gradient by a scale for each block is asked for');
    const real = toReal(context, q);
    const shifted = zero === '' ? real : f.sub(real, toReal(context, spread(context, zero, q)));
    const dims = context.shapeOf(q);
    const own = context.shapeOf(scale);
    const one = own.length === 0 || own[0] === 1;
    const axis = axisFrom(intOf(node, 'axis', 1), dims.length);
    const axes = range(dims.length).filter((at) => one || at !== axis);
    return [byWhole, f.reshape(f.sum(f.mul(dy, shifted), axes, false), own)];
  },
});

/** dq / scale where x / scale + zero lies within the type's range. */
function throughRounding(
  context: GradientContext,
  f: Formula,
  dq: string,
  x: string,
  scale: string,
  zero: string | null,
  type: OnnxElementType,
): string {
  const limits = LIMITS[type] ?? context.unsupported(`it quantises to ${type}`);
  const scaled = f.div(x, scale);
  const q = zero === null ? scaled : f.add(scaled, zero);
  const beyond = context.build.add('Or', [f.less(q, limits[0] - 0.5), f.greater(q, limits[1] + 0.5)]);
  return f.where(beyond, 0, f.div(dq, scale));
}

const toReal = (context: GradientContext, name: string): string => context.build.add('Cast', [name], { to: FLOAT32 });

const quantize = (domain: string): GradientRule => ({
  op: 'QuantizeLinear',
  domain,
  masked: STEPS,
  build(context) {
    const { node } = context;
    const dq = context.upstream(0);
    if (dq === null || context.wants(0) === null || !context.straightThrough) return [];
    const f = formula(context.build);
    const [x, scale, zero = ''] = node.inputs as [string, string, string?];
    const wide = spread(context, scale, x);
    const shift = zero === '' ? null : toReal(context, spread(context, zero, x));
    const type = context.typeOf(node.outputs[0]!);
    return [throughRounding(context, f, dq, x, wide, shift, type)];
  },
});

/**
 * Scale and zero point follow the range of x: scale = (max(x, 0) - min(x, 0)) / 255. The true gradient is that of the scale, by the
 * largest and the smallest x alone; the stand-in takes scale and zero point for constants.
 */
const dynamicQuantize: GradientRule = {
  op: 'DynamicQuantizeLinear',
  masked: STEPS,
  build(context) {
    const { node, build } = context;
    if (context.wants(0) === null) return [];
    const f = formula(build);
    if (context.straightThrough) {
      const dq = context.upstream(0);
      if (dq === null) return [];
      const named = node.outputs[1] ?? '';
      const scale = named === '' ? build.addMany('DynamicQuantizeLinear', node.inputs, 3)[1]! : named;
      return [f.div(dq, scale)];
    }
    const ds = context.upstream(1);
    if (ds === null) return [];
    const [x] = node.inputs as [string];
    const axes = range(context.shapeOf(x).length);
    const end = (reduce: string, beyond: string): string => {
      const most = build.add(reduce, [x, build.ints(axes)], { keepdims: 1 });
      const is = build.add('And', [f.equal(x, most), beyond]);
      const each = f.float(is);
      return f.div(each, build.add('Max', [f.sum(each, axes), build.scalar(1)]));
    };
    const slope = f.sub(end('ReduceMax', f.greater(x, 0)), end('ReduceMin', f.less(x, 0)));
    return [f.mul(slope, f.div(f.reshape(ds, []), 255))];
  },
};

/** y = (a - za)(b - zb): the gradient by a is dy (b - zb)^T. */
const matMulInteger: GradientRule = {
  op: 'MatMulInteger',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null) return [];
    const f = formula(build);
    const [a, b, za = '', zb = ''] = node.inputs as [string, string, string?, string?];
    const shifted = (name: string, zero: string, column: boolean): string => {
      const value = toReal(context, name);
      if (zero === '') return value;
      const own = context.shapeOf(zero);
      const shift = toReal(context, zero);
      // One zero point for each row of a, or for each column of b.
      return f.sub(value, own.length === 1 && own[0] !== 1 && column ? f.reshape(shift, [own[0]!, 1]) : shift);
    };
    const swap = (name: string, rank: number): string => {
      const order = range(rank);
      return f.transpose(name, [...order.slice(0, -2), rank - 1, rank - 2]);
    };
    const [rankA, rankB] = [context.shapeOf(a).length, context.shapeOf(b).length];
    if (rankA < 2 || rankB < 2) context.unsupported('an input is a vector');
    const rows = context.shapeOf(node.outputs[0]!).slice(0, -2);
    const from = (name: string): readonly number[] => [...rows, ...context.shapeOf(name).slice(-2)];
    const byA = (): string => context.sumTo(f.matmul(dy, swap(shifted(b, zb, false), rankB)), from(a), 0);
    const byB = (): string => context.sumTo(f.matmul(swap(shifted(a, za, true), rankA), dy), from(b), 1);
    return [context.wants(0) === null ? null : byA(), context.wants(1) === null ? null : byB()];
  },
};

/** y = Conv(x - zx, w - zw) of whole numbers: the gradient is that of Conv. One zero point for x, one for w or for each of its outputs. */
const convInteger: GradientRule = composed('ConvInteger', '', (context, body) => {
  const { node } = context;
  const [x, w, zx = '', zw = ''] = node.inputs as [string, string, string?, string?];
  const shifted = (name: string, zero: string): string => {
    const value = body.cast(name, 'float32');
    if (zero === '') return value;
    const own = context.shapeOf(zero);
    const each = own.length === 1 && own[0] !== 1 ? [own[0]!, ...context.shapeOf(name).slice(1).fill(1)] : [];
    return body.sub(value, body.reshape(body.cast(zero, 'float32'), each));
  };
  const attributes = Object.fromEntries(node.attributes);
  return [body.node('Conv', [shifted(x, zx), shifted(w, zw)], context.shapeOf(node.outputs[0]!), attributes)];
});

/** Standard, and as ONNX Runtime has them for 4 and 16 bits in older operator sets. */
export const QUANTIZATION = defineRules([
  quantize(''),
  quantize('com.microsoft'),
  dequantize(''),
  dequantize('com.microsoft'),
  dynamicQuantize,
  matMulInteger,
  convInteger,
]);
