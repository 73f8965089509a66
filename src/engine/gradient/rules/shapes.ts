import type { OnnxElementType } from '../../../formats/onnx/onnx-model.ts';
import { intOf, intsOf, textOf } from '../../graph/attributes.ts';
import { axisFrom, formula, range, sizeOf } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';
import { foldPadding } from '../pad-folding.ts';

/** A rule for an operator with one differentiable input, the first, and one output. */
function unary(op: string, gradient: (context: GradientContext, dy: string) => string): GradientRule {
  return {
    op,
    build(context) {
      const dy = context.upstream(0);
      return dy === null || context.wants(0) === null ? [] : [gradient(context, dy)];
    },
  };
}

/** The elements stay in order: the gradient takes the input's shape again. */
const sameElements = (context: GradientContext, dy: string): string =>
  formula(context.build).reshape(dy, context.shapeOf(context.node.inputs[0]!));

/** @throws Fault where the numbers are not constant. */
function constantInts(context: GradientContext, input: number, what: string): readonly number[] | undefined {
  const name = context.node.inputs[input];
  if (name === undefined || name === '') return undefined;
  return context.numbersOf(name) ?? context.unsupported(`its ${what} depend on the input`);
}

const transpose = unary('Transpose', (context, dy) => {
  const { node, build } = context;
  const rank = context.shapeOf(node.inputs[0]!).length;
  const order = intsOf(node, 'perm', undefined) ?? range(rank).reverse();
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return build.add('Transpose', [dy], { perm: inverse });
});

const tile = unary('Tile', (context, dy) => {
  const f = formula(context.build);
  const dims = context.shapeOf(context.node.inputs[0]!);
  const repeats = constantInts(context, 1, 'repeats')!;
  const split = f.reshape(
    dy,
    dims.flatMap((size, axis) => [repeats[axis]!, size]),
  );
  return f.sum(
    split,
    range(dims.length).map((axis) => 2 * axis),
    false,
  );
});

const concat: GradientRule = {
  op: 'Concat',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null) return [];
    const shapes = node.inputs.map((name) => context.shapeOf(name));
    const axis = axisFrom(intOf(node, 'axis', 0), shapes[0]!.length);
    const sizes = shapes.map((dims) => dims[axis]!);
    const wanted = node.inputs.flatMap((_, input) => (context.wants(input) === null ? [] : [input]));
    if (wanted.length === node.inputs.length && wanted.length > 1) {
      return build.addMany('Split', [dy, build.ints(sizes)], sizes.length, { axis });
    }
    let from = 0;
    return sizes.map((size, input) => {
      const [start, end] = [from, (from += size)];
      if (!wanted.includes(input)) return null;
      return build.add('Slice', [dy, build.ints([start]), build.ints([end]), build.ints([axis])]);
    });
  },
};

const split: GradientRule = {
  op: 'Split',
  build(context) {
    const { node, build } = context;
    if (context.wants(0) === null) return [];
    const axis = axisFrom(intOf(node, 'axis', 0), context.shapeOf(node.inputs[0]!).length);
    const parts = node.outputs.map(
      (name, output) => context.upstream(output) ?? zeros(context, sizesOf(context, name)),
    );
    return [build.add('Concat', parts, { axis })];
  },
};

/** An output of Split that is left out has no shape of its own to ask for. */
function sizesOf(context: GradientContext, name: string): readonly number[] {
  if (name === '') context.unsupported('an output in its middle is left out');
  return context.shapeOf(name);
}

export function zeros({ build }: GradientContext, dims: readonly number[]): string {
  return build.add('Expand', [build.scalar(0), build.ints(dims)]);
}

/**
 * Steps of 1: the gradient is padded with zeros. Other steps: it is put at its places in zeros, one axis after the other.
 */
const slice = unary('Slice', (context, dy) => {
  const { node, build } = context;
  const dims = context.shapeOf(node.inputs[0]!);
  const starts = constantInts(context, 1, 'starts')!;
  const axes = (constantInts(context, 3, 'axes') ?? range(starts.length)).map((axis) => axisFrom(axis, dims.length));
  const steps = constantInts(context, 4, 'steps') ?? starts.map(() => 1);
  const before = dims.map(() => 0);
  const after = dims.map(() => 0);
  let grown = dy;
  const own = [...context.shapeOf(node.outputs[0]!)];
  axes.forEach((axis, at) => {
    const size = dims[axis]!;
    const step = steps[at]!;
    const count = own[axis]!;
    const wrapped = starts[at]! < 0 ? starts[at]! + size : starts[at]!;
    const first = Math.min(Math.max(wrapped, 0), step > 0 ? size : size - 1);
    if (step === 1) {
      before[axis] = first;
      after[axis] = size - first - count;
      return;
    }
    own[axis] = size;
    const places = range(count).map((k) => first + k * step);
    grown = scatterAlong(context, grown, axis, places, own);
  });
  if (before.every((one) => one === 0) && after.every((one) => one === 0)) return grown;
  return build.add('Pad', [grown, build.ints([...before, ...after])]);
});

/** Puts the parts along an axis at their places in a tensor of zeros of shape `dims`; what meets there is added. */
export function scatterAlong(
  { build }: GradientContext,
  x: string,
  axis: number,
  places: readonly number[],
  dims: readonly number[],
): string {
  const f = formula(build);
  const outer = sizeOf(dims.slice(0, axis));
  const inner = sizeOf(dims.slice(axis + 1));
  const matrix = new Float32Array(places.length * dims[axis]!);
  places.forEach((place, k) => (matrix[place * places.length + k] = 1));
  const flat = f.reshape(x, [outer, places.length, inner]);
  return f.reshape(f.matmul(build.floats(matrix, [dims[axis]!, places.length]), flat), dims);
}

/** Also the gradient by the number that fills: what of dy does not belong to the input. */
const pad: GradientRule = {
  op: 'Pad',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null) return [];
    const byValue = node.inputs[2] !== undefined && node.inputs[2] !== '' && context.wants(2) !== null;
    if (context.wants(0) === null && !byValue) return [];
    const inner = padGradient(context, dy);
    const byInput = context.wants(0) === null ? null : inner;
    if (!byValue) return [byInput];
    const f = formula(build);
    const all = (name: string, of: string): string => f.sum(name, range(context.shapeOf(of).length), false);
    const rest = f.sub(all(dy, node.outputs[0]!), all(inner, node.inputs[0]!));
    return [byInput, null, f.reshape(rest, context.shapeOf(node.inputs[2]!))];
  },
};

/** How often the input may be found again in the margins of one axis: each takes nodes of its own. */
const MOST_FOLDS = 256;

function padGradient(context: GradientContext, dy: string): string {
  const { node } = context;
  const dims = context.shapeOf(node.inputs[0]!);
  const given = constantInts(context, 1, 'pads')!;
  const axes = (constantInts(context, 3, 'axes') ?? range(dims.length)).map((axis) => axisFrom(axis, dims.length));
  const before = dims.map(() => 0);
  const after = dims.map(() => 0);
  axes.forEach((axis, at) => {
    before[axis] = given[at]!;
    after[axis] = given[at + axes.length]!;
  });
  const mode = textOf(node, 'mode', 'constant');
  const folds = (axis: number): number => (before[axis]! + after[axis]!) / Math.max(1, dims[axis]!);
  if (mode !== 'constant' && dims.some((_, axis) => folds(axis) > MOST_FOLDS))
    return context.unsupported('its margins are many times its input');
  return foldPadding(context.build, dy, { dims, before, after, mode });
}

const depthToSpace = unary('DepthToSpace', (context, dy) => {
  const { node, build } = context;
  const f = formula(build);
  const dims = context.shapeOf(node.inputs[0]!);
  const [n, c, h, w] = dims as [number, number, number, number];
  const b = intOf(node, 'blocksize', 1);
  const split = f.reshape(dy, [n, c / b / b, h, b, w, b]);
  const order = textOf(node, 'mode', 'DCR') === 'DCR' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
  return f.reshape(f.transpose(split, order), dims);
});

const spaceToDepth = unary('SpaceToDepth', ({ node, build }, dy) =>
  build.add('DepthToSpace', [dy], { blocksize: intOf(node, 'blocksize', 1), mode: 'DCR' }),
);

const trilu = unary('Trilu', ({ node, build }, dy) =>
  build.add('Trilu', [dy, ...node.inputs.slice(1)], { upper: intOf(node, 'upper', 1) }),
);

const cumulativeSum = unary('CumSum', ({ node, build }, dy) =>
  build.add('CumSum', [dy, node.inputs[1]!], {
    exclusive: intOf(node, 'exclusive', 0),
    reverse: 1 - intOf(node, 'reverse', 0),
  }),
);

const reverseSequence = unary('ReverseSequence', ({ node, build }, dy) =>
  build.add('ReverseSequence', [dy, node.inputs[1]!], {
    batch_axis: intOf(node, 'batch_axis', 1),
    time_axis: intOf(node, 'time_axis', 0),
  }),
);

/** Between whole numbers and others gradients pass as stand-ins only. */
const cast = (op: 'Cast' | 'CastLike'): GradientRule => ({
  op,
  masked: 'it turns numbers into whole ones, or back: the derivative is zero almost everywhere',
  masks: (node, typeOf) => isWhole(typeOf(node.inputs[0]!)) || isWhole(typeOf(node.outputs[0]!)),
  build(context) {
    const { node } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const whole = isWhole(context.typeOf(node.inputs[0]!)) || isWhole(context.typeOf(node.outputs[0]!));
    return whole && !context.straightThrough ? [] : [dy];
  },
});

function isWhole(type: OnnxElementType | undefined): boolean {
  return type !== undefined && type !== 'float32';
}

/** Operators that move, repeat or leave out elements. */
export const SHAPES = defineRules([
  unary('Identity', (_, dy) => dy),
  unary('Dropout', (context, dy) => {
    const training = context.node.inputs[2];
    if (training !== undefined && training !== '' && context.numbersOf(training)?.[0] !== 0) {
      context.unsupported('it is in training mode, and draws at random');
    }
    return dy;
  }),
  cast('Cast'),
  cast('CastLike'),
  unary('Reshape', sameElements),
  unary('Flatten', sameElements),
  unary('Squeeze', sameElements),
  unary('Unsqueeze', sameElements),
  transpose,
  unary('Expand', (context, dy) => context.sumTo(dy, context.shapeOf(context.node.outputs[0]!), 0)),
  tile,
  concat,
  split,
  slice,
  pad,
  depthToSpace,
  spaceToDepth,
  trilu,
  cumulativeSum,
  reverseSequence,
]);
