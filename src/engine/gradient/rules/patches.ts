import { intsOf } from '../../graph/attributes.ts';
import { formula, range, sizeOf, stridesOf } from '../formula.ts';
import { defineRules, type GradientRule } from '../gradient-rule.ts';

/** Numbers in the patches of one picture. */
const MOST_PLACES = 2 ** 26;

/** Patches [N, C * patch, L] are added up into a picture: the gradient is the picture's, cut into patches. */
const col2Im: GradientRule = {
  op: 'Col2Im',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const f = formula(build);
    const [x, , blockInput] = node.inputs as [string, string, string];
    const patch = context.numbersOf(blockInput) ?? context.unsupported('its patches depend on the input');
    const [batch, channels, ...image] = context.shapeOf(node.outputs[0]!) as [number, number, ...number[]];
    const ones = patch.map(() => 1);
    const dilations = intsOf(node, 'dilations', ones);
    const strides = intsOf(node, 'strides', ones);
    const pads = intsOf(node, 'pads', [...ones, ...ones].fill(0));
    const counts = image.map((size, axis) => {
      const padded = size + pads[axis]! + pads[axis + image.length]!;
      return Math.floor((padded - dilations[axis]! * (patch[axis]! - 1) - 1) / strides[axis]!) + 1;
    });
    const [taps, places] = [sizeOf(patch), sizeOf(counts)];
    const [tapStrides, placeStrides, imageStrides] = [stridesOf(patch), stridesOf(counts), stridesOf(image)];
    const nowhere = sizeOf(image);
    if (!(taps * places <= MOST_PLACES)) return context.unsupported('its patches hold more numbers than are made');
    const sources = BigInt64Array.from({ length: taps * places }, (_, at) => {
      const [tap, place] = [Math.floor(at / places), at % places];
      let source = 0;
      for (const axis of range(image.length)) {
        const own = Math.floor(tap / tapStrides[axis]!) % patch[axis]!;
        const step = Math.floor(place / placeStrides[axis]!) % counts[axis]!;
        const pixel = step * strides[axis]! + own * dilations[axis]! - pads[axis]!;
        if (pixel < 0 || pixel >= image[axis]!) return BigInt(nowhere);
        source += pixel * imageStrides[axis]!;
      }
      return BigInt(source);
    });
    // What lies in the padding reads a zero behind the picture.
    const flat = f.reshape(dy, [batch, channels, nowhere]);
    const end = build.add('Pad', [flat, build.ints([0, 1]), build.scalar(0), build.ints([2])]);
    const index = build.tensor({ type: 'int64', dims: [taps * places], data: sources });
    return [f.reshape(build.add('Gather', [end, index], { axis: 2 }), context.shapeOf(x))];
  },
};

export const PATCHES = defineRules([col2Im]);
