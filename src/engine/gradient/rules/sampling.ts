import { intOf, textOf } from '../../graph/attributes.ts';
import { composed, type Composition } from '../composition.ts';
import { formula, sizeOf } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';

/** Pictures sampled at the places of a grid (Jaderberg et al. 2015): differentiable by the picture and by the grid. */
const gridSample = composed('GridSample', '', (context, body) => {
  const { node } = context;
  const [x, grid] = node.inputs as [string, string];
  const dims = context.shapeOf(x);
  const mode = textOf(node, 'mode', 'linear');
  if (dims.length !== 4) context.unsupported('it samples something else than pictures [N, C, H, W]');
  if (mode !== 'linear' && mode !== 'nearest')
    context.unsupported(`its mode is "${mode}"; linear and nearest are known`);
  const [batch, channels, height, width] = dims as [number, number, number, number];
  const [, rows, columns] = context.shapeOf(grid) as [number, number, number, number];
  const count = rows * columns;
  const [gx, gy] = body
    .split(body.reshape(grid, [batch, count, 2]), 2, [1, 1])
    .map((one) => body.reshape(one, [batch, count])) as [string, string];
  const px = pixel(context, body, gx, width);
  const py = pixel(context, body, gy, height);
  const flat = body.reshape(x, [batch, channels, height * width]);
  const corners = mode === 'nearest' ? [nearest(body, px, py)] : bilinear(body, px, py);
  const parts = corners.map(({ ix, iy, weight }) => {
    const inside = [within(body, ix, width), within(body, iy, height)].reduce((a, b) =>
      body.broadcast('And', [a, b], 'bool'),
    );
    const place = body.add(body.mul(clamped(body, iy, height), width), clamped(body, ix, width));
    const index = body.expand(body.reshape(body.cast(place, 'int64'), [batch, 1, count]), [batch, channels, count]);
    const value = body.node('GatherElements', [flat, index], [batch, channels, count], { axis: 2 });
    const counted = body.where(inside, weight ?? 1, 0);
    return body.mul(value, body.reshape(counted, [batch, 1, count]));
  });
  const sum = parts.reduce((a, b) => body.add(a, b));
  return [body.reshape(sum, [batch, channels, rows, columns])];
});

/** A coordinate of [-1, 1] in pixels, brought inside as the padding mode says. */
function pixel({ node }: GradientContext, body: Composition, grid: string, size: number): string {
  const aligned = intOf(node, 'align_corners', 0) === 1;
  const free = aligned
    ? body.mul(body.add(grid, 1), (size - 1) / 2)
    : body.mul(body.sub(body.mul(body.add(grid, 1), size), 1), 0.5);
  const padding = textOf(node, 'padding_mode', 'zeros');
  if (padding === 'border') return clamped(body, free, size);
  if (padding !== 'reflection') return free;
  const low = aligned ? 0 : -0.5;
  const span = aligned ? size - 1 : size;
  if (span === 0) return body.mul(free, 0);
  const over = body.node(
    'Mod',
    [body.map('Abs', body.sub(free, low)), body.build.scalar(2 * span)],
    body.shapeOf(free),
    { fmod: 1 },
  );
  return clamped(body, body.sub(low + span, body.map('Abs', body.sub(span, over))), size);
}

function clamped(body: Composition, x: string, size: number): string {
  return body.node('Clip', [x, body.build.scalar(0), body.build.scalar(size - 1)], body.shapeOf(x));
}

function within(body: Composition, x: string, size: number): string {
  const above = body.broadcast('Greater', [x, -0.5], 'bool');
  return body.broadcast('And', [above, body.broadcast('Less', [x, size - 0.5], 'bool')], 'bool');
}

interface Corner {
  readonly ix: string;
  readonly iy: string;
  /** Null: 1. */
  readonly weight: string | null;
}

const nearest = (body: Composition, px: string, py: string): Corner => ({
  ix: body.map('Round', px),
  iy: body.map('Round', py),
  weight: null,
});

function bilinear(body: Composition, px: string, py: string): readonly Corner[] {
  const [left, top] = [body.map('Floor', px), body.map('Floor', py)];
  const [x, y] = [body.sub(px, left), body.sub(py, top)];
  const [right, bottom] = [body.add(left, 1), body.add(top, 1)];
  const [notX, notY] = [body.sub(1, x), body.sub(1, y)];
  return [
    { ix: left, iy: top, weight: body.mul(notX, notY) },
    { ix: right, iy: top, weight: body.mul(x, notY) },
    { ix: left, iy: bottom, weight: body.mul(notX, y) },
    { ix: right, iy: bottom, weight: body.mul(x, y) },
  ];
}

/** (sum |x|^p)^(1/p) over windows: a convolution with ones between two powers. */
const lpPool = composed('LpPool', '', (context, body) => {
  const { node } = context;
  if (intOf(node, 'ceil_mode', 0) === 1) context.unsupported('it has ceil_mode = 1');
  const [x] = node.inputs as [string];
  const dims = context.shapeOf(x);
  const p = intOf(node, 'p', 2);
  const kernel = kernelOf(context);
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

export const SAMPLING = defineRules([gridSample, lpPool, maxUnpool]);
