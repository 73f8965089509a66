import { floatOf, intOf, intsOf, textOf } from '../../graph/attributes.ts';
import { composed, type Composition } from '../composition.ts';
import { sizeOf } from '../formula.ts';
import { defineRules, type GradientRule } from '../gradient-rule.ts';

/**
 * Deformable convolution (Dai et al. 2017, with the mask of Zhu et al. 2019): the picture is sampled between its pixels at places that are
 * moved by `offset`, and a matrix product follows. Differentiable by all of its inputs.
 */
const deformConv = composed('DeformConv', '', (context, body) => {
  const { node, build } = context;
  const [x, w, offset, bias = '', mask = ''] = node.inputs as [string, string, string, string?, string?];
  const [batch, channels, height, width] = context.shapeOf(x) as [number, number, number, number];
  const kernel = context.shapeOf(w).slice(2);
  const output = context.shapeOf(node.outputs[0]!);
  if (kernel.length !== 2) context.unsupported('it has other than two spatial axes');
  const [maps, , rows, columns] = output as [number, number, number, number];
  const outputs = context.shapeOf(w)[0]!;
  const groups = intOf(node, 'group', 1);
  const own = intOf(node, 'offset_group', 1);
  const [taps, area] = [sizeOf(kernel), rows * columns];
  const points = taps * area;
  const ones = [1, 1];
  const strides = intsOf(node, 'strides', ones);
  const dilations = intsOf(node, 'dilations', ones);
  const pads = intsOf(node, 'pads', [0, 0, 0, 0]);
  // Where each tap stands before it is moved, along one axis.
  const standing = (axis: 0 | 1): string =>
    build.floats(
      Float32Array.from({ length: points }, (_, at) => {
        const [tap, place] = [Math.floor(at / area), at % area];
        const inKernel = axis === 0 ? Math.floor(tap / kernel[1]!) : tap % kernel[1]!;
        const out = axis === 0 ? Math.floor(place / columns) : place % columns;
        return out * strides[axis]! - pads[axis]! + inKernel * dilations[axis]!;
      }),
      [1, 1, points],
    );
  const moves = body
    .split(body.reshape(offset, [batch, own, taps, 2, area]), 3, [1, 1])
    .map((one) => body.reshape(one, [batch, own, points]));
  const [y, z] = moves.map((move, axis) => body.add(move, standing(axis as 0 | 1))) as [string, string];
  const picture = body.reshape(x, [batch, own, channels / own, height * width]);
  const corners = neighbours(body, y, height).flatMap((vertical) =>
    neighbours(body, z, width).map((horizontal) => {
      const place = body.add(body.mul(vertical.place, width), horizontal.place);
      const wide = [batch, own, channels / own, points];
      const index = body.expand(body.reshape(body.cast(place, 'int64'), [batch, own, 1, points]), wide);
      const value = body.node('GatherElements', [picture, index], wide, { axis: 3 });
      return body.mul(value, body.reshape(body.mul(vertical.weight, horizontal.weight), [batch, own, 1, points]));
    }),
  );
  let sampled = corners.reduce((a, b) => body.add(a, b));
  if (mask !== '') sampled = body.mul(sampled, body.reshape(mask, [batch, own, 1, points]));
  const inner = (channels / groups) * taps;
  const left = body.reshape(w, [1, groups, outputs / groups, inner]);
  const product = body.matmul(left, body.reshape(sampled, [batch, groups, inner, area]));
  const out = body.reshape(product, [maps, outputs, rows, columns]);
  return [bias === '' ? out : body.add(out, body.reshape(bias, [1, outputs, 1, 1]))];
});

interface Neighbour {
  /** A pixel that is there. */
  readonly place: string;
  /** 0 where it would be outside. */
  readonly weight: string;
}

/** The two pixels that a place lies between, along one axis; outside of the picture everything is 0. */
function neighbours(body: Composition, at: string, size: number): readonly Neighbour[] {
  const low = body.place('Floor', at);
  const above = body.sub(at, low);
  return [
    [low, body.sub(1, above)],
    [body.add(low, 1), above],
  ].map(([place, weight]) => {
    const first = body.broadcast('Greater', [place!, -0.5], 'bool');
    const inside = body.broadcast('And', [first, body.broadcast('Less', [place!, size - 0.5], 'bool')], 'bool');
    return { place: clamped(body, place!, size), weight: body.where(inside, weight!, 0) };
  });
}

function clamped(body: Composition, x: string, size: number): string {
  return body.node('Clip', [x, body.build.scalar(0), body.build.scalar(size - 1)], body.shapeOf(x));
}

/**
 * Means over the parts of regions (He et al. 2017, Mask R-CNN): sampling on a grid that lies along the axes is a matrix product for
 * the rows and one for the columns. Differentiable by the picture and by the regions.
 */
const roiAlign = composed(
  'RoiAlign',
  '',
  (context, body) => {
    const { node, build } = context;
    const [x, rois, batchOf] = node.inputs as [string, string, string];
    if (textOf(node, 'mode', 'avg') !== 'avg') context.unsupported('its mode is "max"; avg is known');
    const samples = intOf(node, 'sampling_ratio', 0);
    if (samples <= 0) context.unsupported('its sampling_ratio is 0, so that the number of samples depends on the data');
    const [, channels, height, width] = context.shapeOf(x) as [number, number, number, number];
    const [count, , rows, columns] = context.shapeOf(node.outputs[0]!) as [number, number, number, number];
    const half = textOf(node, 'coordinate_transformation_mode', 'half_pixel') === 'half_pixel';
    const edges = body
      .split(body.mul(rois, floatOf(node, 'spatial_scale', 1)), 1, [1, 1, 1, 1])
      .map((edge) => (half ? body.sub(edge, 0.5) : edge));
    const along = (from: string, to: string, parts: number, size: number): string => {
      const length = body.sub(to, from);
      // Older exporters count a region of less than a pixel as one.
      const span = half ? length : body.node('Max', [length, build.scalar(1)], [count, 1]);
      const shares = Float32Array.from({ length: parts * samples }, (_, at) => (at + 0.5) / (parts * samples));
      const places = body.add(from, body.mul(span, build.floats(shares, [1, shares.length])));
      const first = body.broadcast('GreaterOrEqual', [places, -1], 'bool');
      const inside = body.broadcast('And', [first, body.broadcast('LessOrEqual', [places, size], 'bool')], 'bool');
      const kept = body.reshape(clamped(body, places, size), [count, parts * samples, 1]);
      const pixels = build.floats(
        Float32Array.from({ length: size }, (_, at) => at),
        [1, 1, size],
      );
      const near = body.map('Relu', body.sub(1, body.map('Abs', body.sub(kept, pixels))));
      const weights = body.where(body.reshape(inside, [count, parts * samples, 1]), near, 0);
      const grouped = body.reshape(weights, [count, parts, samples, size]);
      return body.node('ReduceMean', [grouped, build.ints([2])], [count, parts, size], { keepdims: 0 });
    };
    const [left, top, right, bottom] = edges as [string, string, string, string];
    const vertical = body.reshape(along(top, bottom, rows, height), [count, 1, rows, height]);
    const horizontal = body.reshape(along(left, right, columns, width), [count, 1, columns, width]);
    const pictures = body.node('Gather', [x, batchOf], [count, channels, height, width], { axis: 0 });
    return [body.matmul(body.matmul(vertical, pictures), body.transpose(horizontal, [0, 1, 3, 2]))];
  },
  'mean, with a sampling_ratio above 0',
);

export const REGIONS: readonly GradientRule[] = defineRules([deformConv, roiAlign]);
