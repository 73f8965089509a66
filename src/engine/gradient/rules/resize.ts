import { floatOf, intOf, intsOf, textOf } from '../../graph/attributes.ts';
import { axisFrom, formula, range, sizeOf } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';
import { interpolationMatrix, type Interpolation, type ResizedAxis } from '../interpolation-matrix.ts';

/** Numbers of the matrix that stands for one resized axis: 512 MiB while it is made. */
const MAX_MATRIX = 2 ** 26;

/** Along each resized axis dx = M^T dy; where outputs are copies of blocks of the same size, blocks are summed instead. */
const resize: GradientRule = {
  op: 'Resize',
  build(context) {
    const { node, build } = context;
    const dy = context.upstream(0);
    if (dy === null || context.wants(0) === null) return [];
    const f = formula(build);
    const dims = context.shapeOf(node.inputs[0]!);
    const own = [...context.shapeOf(node.outputs[0]!)];
    const how = interpolationOf(context);
    let gradient = dy;
    for (const [axis, resized] of resizedAxes(context).entries()) {
      const { input, output } = resized;
      if (input * output > MAX_MATRIX)
        context.unsupported(`it makes ${output} places of ${input}, too many for a gradient`);
      const matrix = interpolationMatrix(resized, how);
      if (isIdentity(matrix, input, output)) continue;
      const outer = sizeOf(own.slice(0, axis));
      const inner = sizeOf(own.slice(axis + 1));
      own[axis] = input;
      const block = blockOf(matrix, input, output);
      gradient =
        block === null
          ? f.matmul(
              build.floats(transposed(matrix, input, output), [input, output]),
              f.reshape(gradient, [outer, output, inner]),
            )
          : f.sum(f.reshape(gradient, [outer * input, block, inner]), [1], false);
      gradient = f.reshape(gradient, own);
    }
    return [dims.join() === own.join() ? gradient : f.reshape(gradient, dims)];
  },
};

function interpolationOf({ node }: GradientContext): Interpolation {
  return {
    mode: textOf(node, 'mode', 'nearest'),
    coordinates: textOf(node, 'coordinate_transformation_mode', 'half_pixel'),
    rounding: textOf(node, 'nearest_mode', 'round_prefer_floor'),
    cubicCoefficient: floatOf(node, 'cubic_coeff_a', -0.75),
    excludeOutside: intOf(node, 'exclude_outside', 0) === 1,
    antialias: intOf(node, 'antialias', 0) === 1,
  };
}

function resizedAxes(context: GradientContext): readonly ResizedAxis[] {
  const { node } = context;
  const [x, roi, scales, sizes] = node.inputs as [string, string?, string?, string?];
  const dims = context.shapeOf(x);
  const outputs = context.shapeOf(node.outputs[0]!);
  const axes = (intsOf(node, 'axes', undefined) ?? range(dims.length)).map((axis) => axisFrom(axis, dims.length));
  const region = context.numbersOf(roi) ?? [];
  const given = nonEmpty(context.numbersOf(scales));
  const wanted = nonEmpty(context.numbersOf(sizes));
  if (given === undefined && wanted === undefined) context.unsupported('its scales or sizes depend on the input');
  const ratios = wanted?.map((size, at) => size / dims[axes[at]!]!) ?? [];
  const policy = textOf(node, 'keep_aspect_ratio_policy', 'stretch');
  const common = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return dims.map((input, axis) => {
    const at = axes.indexOf(axis);
    const output = outputs[axis]!;
    if (at === -1) return { input, output, scale: 1, start: 0, end: 1 };
    const scale = given?.[at] ?? (policy === 'stretch' ? ratios[at]! : common);
    return { input, output, scale, start: region[at] ?? 0, end: region[at + axes.length] ?? 1 };
  });
}

/** Exporters write an empty tensor for an input that is left out. */
function nonEmpty(numbers: readonly number[] | undefined): readonly number[] | undefined {
  return numbers === undefined || numbers.length === 0 ? undefined : numbers;
}

function isIdentity(matrix: Float64Array, input: number, output: number): boolean {
  return input === output && range(output).every((row) => matrix[row * input + row] === 1);
}

/** How many outputs in a row are copies of each input, where that is the same for all; null: it is not that simple. */
function blockOf(matrix: Float64Array, input: number, output: number): number | null {
  const block = output / input;
  if (!Number.isInteger(block)) return null;
  return range(output).every((row) => matrix[row * input + Math.floor(row / block)] === 1) ? block : null;
}

function transposed(matrix: Float64Array, input: number, output: number): Float64Array {
  return Float64Array.from(
    { length: matrix.length },
    (_, at) => matrix[(at % output) * input + Math.floor(at / output)]!,
  );
}

export const RESIZING = defineRules([resize]);
