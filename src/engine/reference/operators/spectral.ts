import type { ReferenceCall, ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import { axisOf, generate, type ReferenceTensor } from '../reference-tensor.ts';

interface Transform {
  readonly axis: number;
  readonly length: number;
  readonly inverse: boolean;
  readonly oneSided: boolean;
}

/** By its definition, term by term. `x` is [.., 1] (real) or [.., 2]. */
function transform(x: ReferenceTensor, { axis, length, inverse, oneSided }: Transform): ReferenceTensor {
  const parts = x.dims.at(-1)!;
  const outer = x.dims.slice(0, axis).reduce((size, one) => size * one, 1);
  const inner = x.dims.slice(axis + 1, -1).reduce((size, one) => size * one, 1);
  const own = x.dims[axis]!;
  const toReal = inverse && oneSided;
  const given = (o: number, n: number, i: number, part: number): number => {
    // A one-sided spectrum: the other half is its mirror image.
    const mirrored = toReal && n > Math.floor(length / 2);
    const at = mirrored ? length - n : n;
    if (at >= own || part >= parts) return 0;
    const value = x.data[((o * own + at) * inner + i) * parts + part]!;
    return mirrored && part === 1 ? -value : value;
  };
  const count = oneSided && !inverse ? Math.floor(length / 2) + 1 : length;
  const dims = [...x.dims.with(axis, count).slice(0, -1), toReal ? 1 : 2];
  const out = dims.at(-1)!;
  let from = 0;
  return generate('float32', dims, () => {
    const at = from++;
    const part = at % out;
    const i = Math.floor(at / out) % inner;
    const k = Math.floor(at / out / inner) % count;
    const o = Math.floor(at / out / inner / count);
    if (o >= outer) throw new RangeError('a place beyond the signal');
    let sum = 0;
    for (let n = 0; n < length; n++) {
      const angle = ((inverse ? 2 : -2) * Math.PI * ((k * n) % length)) / length;
      const [re, im] = [given(o, n, i, 0), given(o, n, i, 1)];
      sum += part === 0 ? re * Math.cos(angle) - im * Math.sin(angle) : re * Math.sin(angle) + im * Math.cos(angle);
    }
    return inverse ? sum / length : sum;
  });
}

/** The axis is an attribute before operator set 20. */
const dft: ReferenceOperator = (call) => {
  const x = call.input(0);
  const given = call.opset < 20 ? call.attributes.int('axis', 1) : (call.optional(2)?.data[0] ?? -2);
  const axis = axisOf(given, x.dims.length);
  const inverse = call.attributes.int('inverse', 0) === 1;
  const oneSided = call.attributes.int('onesided', 0) === 1;
  const own = inverse && oneSided ? 2 * (x.dims[axis]! - 1) : x.dims[axis]!;
  return [transform(x, { axis, length: call.optional(1)?.data[0] ?? own, inverse, oneSided })];
};

const stft = (call: ReferenceCall): readonly ReferenceTensor[] => {
  const [x, step, window] = [call.input(0), call.input(1).data[0]!, call.optional(2)];
  const size = call.optional(3)?.data[0] ?? window!.dims[0]!;
  const [batch, samples, parts = 1] = x.dims as [number, number, number?];
  const frames = Math.floor((samples - size) / step) + 1;
  const framed = generate('float32', [batch, frames, size, parts], ([sample, frame, at, part]) => {
    const value = x.data[(sample! * samples + frame! * step + at!) * parts + part!]!;
    return value * (window?.data[at!] ?? 1);
  });
  const oneSided = parts === 1 && call.attributes.int('onesided', 1) === 1;
  return [transform(framed, { axis: 2, length: size, inverse: false, oneSided })];
};

export const SPECTRAL: ReferenceOperators = { DFT: dft, STFT: stft };
