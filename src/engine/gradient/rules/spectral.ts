import { intOf } from '../../graph/attributes.ts';
import { composed } from '../composition.ts';
import { axisFrom, formula, range } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';

/** `x` cut or filled with zeros to `length` along an axis. */
function fitted(context: GradientContext, x: string, dims: readonly number[], axis: number, length: number): string {
  const { build } = context;
  const own = dims[axis]!;
  if (own === length) return x;
  const axes = build.ints([axis]);
  if (own > length) return build.add('Slice', [x, build.ints([0]), build.ints([length]), axes]);
  return build.add('Pad', [x, build.ints([0, length - own]), build.scalar(0), axes]);
}

/**
 * The discrete Fourier transform is linear, so its gradient is its adjoint: n times the inverse transform of dy, or the transform over n
 * for the inverse. One-sided transforms leave out what follows from symmetry: dy is zero there.
 */
const dft: GradientRule = {
  op: 'DFT',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const f = formula(build);
    const [x, given = '', axisInput = ''] = node.inputs as [string, string?, string?];
    const [dims, output] = [context.shapeOf(x), context.shapeOf(node.outputs[0]!)];
    const axis = axisFrom(axisInput === '' ? -2 : (context.numbersOf(axisInput)?.[0] ?? NaN), dims.length);
    if (Number.isNaN(axis)) context.unsupported('its axis depends on the input');
    const inverse = intOf(node, 'inverse', 0) === 1;
    const oneSided = intOf(node, 'onesided', 0) === 1;
    const wanted = given === '' ? undefined : context.numbersOf(given)?.[0];
    if (given !== '' && wanted === undefined) context.unsupported('its length depends on the input');
    const real = dims.at(-1) === 1;
    const toReal = inverse && output.at(-1) === 1;
    const length = toReal ? output[axis]! : (wanted ?? dims[axis]!);
    const inputs = [dy, build.int(length), build.int(axis)];
    if (toReal) {
      // The places between the first and the middle stand for two each.
      const half = Math.floor(length / 2) + 1;
      const weights = range(half).map((k) => (k === 0 || 2 * k === length ? 1 : 2) / length);
      const column = build.floats(
        weights,
        dims.map((_, at) => (at === axis ? half : 1)),
      );
      const spectrum = f.mul(build.add('DFT', inputs, { onesided: 1 }), column);
      return [fitted(context, spectrum, dims.with(axis, half), axis, dims[axis]!)];
    }
    if (inverse && oneSided) context.unsupported('it is inverse and one-sided');
    const back = build.add('DFT', inputs, { inverse: inverse ? 0 : 1 });
    const scaled = f.mul(back, inverse ? 1 / length : length);
    const last = dims.length - 1;
    const part = real ? build.add('Slice', [scaled, build.ints([0]), build.ints([1]), build.ints([last])]) : scaled;
    return [fitted(context, part, dims.with(axis, length), axis, dims[axis]!)];
  },
};

/** Frames that overlap, times a window, transformed one by one. */
const stft = composed('STFT', '', (context, body) => {
  const { node, build } = context;
  const [x, step, window = '', length = ''] = node.inputs as [string, string, string?, string?];
  // A real signal may come without the axis of real and imaginary parts.
  const [batch, samples, parts = 1] = context.shapeOf(x) as [number, number, number?];
  const hop = context.numbersOf(step)?.[0] ?? context.unsupported('its step depends on the input');
  const size =
    context.numbersOf(length)?.[0] ??
    (window === '' ? context.unsupported('it has neither window nor length') : context.shapeOf(window)[0]!);
  const output = context.shapeOf(node.outputs[0]!);
  const frames = output[1]!;
  if ((frames - 1) * hop + size > samples) context.unsupported('its last frame goes beyond the signal');
  const places = build.tensor({
    type: 'int64',
    dims: [frames, size],
    data: BigInt64Array.from({ length: frames * size }, (_, at) => BigInt(Math.floor(at / size) * hop + (at % size))),
  });
  const framed = body.node('Gather', [body.reshape(x, [batch, samples, parts]), places], [batch, frames, size, parts], {
    axis: 1,
  });
  const shaped = window === '' ? framed : body.mul(framed, body.reshape(window, [size, 1]));
  const onesided = intOf(node, 'onesided', 1);
  return [body.node('DFT', [shaped, '', build.int(2)], output, { onesided: parts === 1 ? onesided : 0 })];
});

/** Fourier transforms, as exported audio networks have them. */
export const SPECTRAL = defineRules([dft, stft]);
