import { intOf, textOf } from '../../graph/attributes.ts';
import { composed, type Composition } from '../composition.ts';
import { formula, sizeOf, stridesOf } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';
import { MAX_PLACES } from '../window.ts';

/** One of the places that a sample is made of, along one axis. */
interface Tap {
  readonly place: string;
  /** Null: 1. */
  readonly weight: string | null;
}

/** Pictures of any number of axes sampled at the places of a grid (Jaderberg et al. 2015): differentiable by the picture and by the grid. */
const gridSample = composed('GridSample', '', (context, body) => {
  const { node } = context;
  const [x, grid] = node.inputs as [string, string];
  const [batch, channels, ...sizes] = context.shapeOf(x) as [number, number, ...number[]];
  const output = context.shapeOf(node.outputs[0]!);
  const [rank, count] = [sizes.length, sizeOf(output.slice(2))];
  const coordinates = body
    .split(
      body.reshape(grid, [batch, count, rank]),
      2,
      sizes.map(() => 1),
    )
    .map((one) => body.reshape(one, [batch, count]));
  // The grid names the last axis of the picture first.
  const taps = sizes.map((size, axis) => tapsOf(context, body, coordinates[rank - 1 - axis]!, size));
  const flat = body.reshape(x, [batch, channels, sizeOf(sizes)]);
  const parts = combinations(taps).map((chosen) => {
    const counts = chosen
      .map(({ place }, axis) => within(body, place, sizes[axis]!))
      .reduce((a, b) => body.broadcast('And', [a, b], 'bool'));
    const place = chosen
      .map((one, axis) => clamped(body, one.place, sizes[axis]!))
      .reduce((outer, inner, axis) => body.add(body.mul(outer, sizes[axis]!), inner));
    const index = body.expand(body.reshape(body.cast(place, 'int64'), [batch, 1, count]), [batch, channels, count]);
    const value = body.node('GatherElements', [flat, index], [batch, channels, count], { axis: 2 });
    const weights = chosen.flatMap(({ weight }) => (weight === null ? [] : [weight]));
    const weight = weights.length === 0 ? 1 : weights.reduce((a, b) => body.mul(a, b));
    return body.mul(value, body.reshape(body.where(counts, weight, 0), [batch, 1, count]));
  });
  return [
    body.reshape(
      parts.reduce((a, b) => body.add(a, b)),
      output,
    ),
  ];
});

/** Every choice of one element of each list. */
function combinations<Item>(lists: readonly (readonly Item[])[]): readonly (readonly Item[])[] {
  return lists.reduce<readonly (readonly Item[])[]>(
    (chosen, list) => chosen.flatMap((one) => list.map((item) => [...one, item])),
    [[]],
  );
}

function tapsOf(context: GradientContext, body: Composition, grid: string, size: number): readonly Tap[] {
  const mode = textOf(context.node, 'mode', 'linear');
  const at = free(context, body, grid, size);
  if (mode === 'cubic') {
    return cubic(body, at).map(({ place, weight }) => ({ place: inside(context, body, place, size), weight }));
  }
  const kept = inside(context, body, at, size);
  if (mode === 'nearest') return [{ place: body.place('Round', kept), weight: null }];
  if (mode !== 'linear') context.unsupported(`its mode is "${mode}"; linear, cubic and nearest are known`);
  const low = body.place('Floor', kept);
  const above = body.sub(kept, low);
  return [
    { place: low, weight: body.sub(1, above) },
    { place: body.add(low, 1), weight: above },
  ];
}

/** Coefficient of the cubic kernel (Keys 1981) that the operator fixes. */
const A = -0.75;

/** Four places around each point, with the weights of cubic convolution. */
function cubic(body: Composition, at: string): readonly Tap[] {
  const first = body.place('Floor', at);
  const t = body.sub(at, first);
  const near = (x: string): string => body.add(body.mul(body.mul(body.sub(body.mul(x, A + 2), A + 3), x), x), 1);
  const far = (x: string): string =>
    body.sub(body.mul(body.add(body.mul(body.sub(body.mul(x, A), 5 * A), x), 8 * A), x), 4 * A);
  return [
    { place: body.sub(first, 1), weight: far(body.add(t, 1)) },
    { place: first, weight: near(t) },
    { place: body.add(first, 1), weight: near(body.sub(1, t)) },
    { place: body.add(first, 2), weight: far(body.sub(2, t)) },
  ];
}

/** A coordinate of [-1, 1] in pixels. */
function free({ node }: GradientContext, body: Composition, grid: string, size: number): string {
  if (intOf(node, 'align_corners', 0) === 1) return body.mul(body.add(grid, 1), (size - 1) / 2);
  return body.mul(body.sub(body.mul(body.add(grid, 1), size), 1), 0.5);
}

/** A place in pixels, brought inside as the padding mode says. */
function inside({ node }: GradientContext, body: Composition, x: string, size: number): string {
  const aligned = intOf(node, 'align_corners', 0) === 1;
  const padding = textOf(node, 'padding_mode', 'zeros');
  if (padding === 'border') return clamped(body, x, size);
  if (padding !== 'reflection') return x;
  const low = aligned ? 0 : -0.5;
  const span = aligned ? size - 1 : size;
  if (span === 0) return body.mul(x, 0);
  const over = body.node('Mod', [body.map('Abs', body.sub(x, low)), body.build.scalar(2 * span)], body.shapeOf(x), {
    fmod: 1,
  });
  return clamped(body, body.sub(low + span, body.map('Abs', body.sub(span, over))), size);
}

function clamped(body: Composition, x: string, size: number): string {
  return body.node('Clip', [x, body.build.scalar(0), body.build.scalar(size - 1)], body.shapeOf(x));
}

function within(body: Composition, x: string, size: number): string {
  const above = body.broadcast('Greater', [x, -0.5], 'bool');
  return body.broadcast('And', [above, body.broadcast('Less', [x, size - 0.5], 'bool')], 'bool');
}

/** A grid of places for GridSample from affine maps theta, [N, 2, 3] or [N, 3, 4]. */
const affineGrid = composed('AffineGrid', '', (context, body) => {
  const { node, build } = context;
  const [theta] = node.inputs as [string];
  const output = context.shapeOf(node.outputs[0]!);
  const [batch, ...rest] = output as [number, ...number[]];
  const sizes = rest.slice(0, -1);
  const aligned = intOf(node, 'align_corners', 0) === 1;
  const count = sizeOf(sizes);
  const strides = stridesOf(sizes);
  // The last axis of the picture is the first coordinate.
  const base = Float32Array.from({ length: count * (sizes.length + 1) }, (_, at) => {
    const [point, coordinate] = [Math.floor(at / (sizes.length + 1)), at % (sizes.length + 1)];
    if (coordinate === sizes.length) return 1;
    const axis = sizes.length - 1 - coordinate;
    const size = sizes[axis]!;
    const place = Math.floor(point / strides[axis]!) % size;
    // ONNX Runtime takes the far edge of an axis of one.
    if (aligned && size === 1) return 1;
    return aligned ? (2 * place) / (size - 1) - 1 : (2 * place + 1) / size - 1;
  });
  const points = build.floats(base, [count, sizes.length + 1]);
  return [body.reshape(body.matmul(points, body.transpose(theta, [0, 2, 1])), [batch, ...sizes, sizes.length])];
});

/** (sum |x|^p)^(1/p) over windows: a convolution with ones between two powers. */
const lpPool = composed('LpPool', '', (context, body) => {
  const { node } = context;
  if (intOf(node, 'ceil_mode', 0) === 1) context.unsupported('it has ceil_mode = 1');
  const [x] = node.inputs as [string];
  const dims = context.shapeOf(x);
  const p = intOf(node, 'p', 2);
  const kernel = kernelOf(context);
  if (!(sizeOf(kernel) <= MAX_PLACES)) context.unsupported('its window is too large');
  const ones = context.build.floats(new Float32Array(sizeOf(kernel)).fill(1), [1, 1, ...kernel]);
  const planes = [dims[0]! * dims[1]!, 1];
  const output = context.shapeOf(node.outputs[0]!);
  const attributes = Object.fromEntries([...node.attributes].filter(([name]) => WINDOW.has(name)));
  const powered = power(body, body.map('Abs', body.reshape(x, [...planes, ...dims.slice(2)])), p);
  const sums = body.node('Conv', [powered, ones], [...planes, ...output.slice(2)], attributes);
  return [body.reshape(power(body, sums, 1 / p), output)];
});

const WINDOW = new Set(['auto_pad', 'dilations', 'kernel_shape', 'pads', 'strides']);

function kernelOf(context: GradientContext): readonly number[] {
  const kernel = context.node.attributes.get('kernel_shape');
  return kernel?.kind === 'ints' ? kernel.value.map(Number) : context.unsupported('it has no kernel_shape');
}

function power(body: Composition, x: string, exponent: number): string {
  return exponent === 1 ? x : body.broadcast('Pow', [x, exponent]);
}

/** The gradient at the places to which the values went. */
const maxUnpool: GradientRule = {
  op: 'MaxUnpool',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    if ((node.inputs[2] ?? '') !== '') context.unsupported('it has an output_shape');
    const f = formula(build);
    const [x, places] = node.inputs as [string, string];
    const dims = context.shapeOf(x);
    const all = f.reshape(dy, [sizeOf(context.shapeOf(node.outputs[0]!))]);
    const picked = build.add('GatherElements', [all, f.reshape(places, [sizeOf(dims)])], { axis: 0 });
    return [f.reshape(picked, dims)];
  },
};

export const SAMPLING = defineRules([gridSample, affineGrid, lpPool, maxUnpool]);
