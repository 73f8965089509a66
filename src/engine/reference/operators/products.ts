import { multiplyInto } from '../multiply.ts';
import type { ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import {
  broadcastDims,
  broadcastTo,
  generate,
  indices,
  offsetOf,
  reshaped,
  sizeOf,
  stridesOf,
  transposed,
  type ReferenceTensor,
} from '../reference-tensor.ts';

/** NumPy's matmul: matrices in the last two axes, the axes before them broadcast. */
export function matmul(left: ReferenceTensor, right: ReferenceTensor): ReferenceTensor {
  const a = left.dims.length === 1 ? reshaped(left, [1, left.dims[0]!]) : left;
  const b = right.dims.length === 1 ? reshaped(right, [right.dims[0]!, 1]) : right;
  const [rows, inner] = a.dims.slice(-2) as [number, number];
  const [other, columns] = b.dims.slice(-2) as [number, number];
  if (inner !== other) throw new RangeError(`MatMul of [${left.dims.join(', ')}] and [${right.dims.join(', ')}]`);
  const batch = broadcastDims(a.dims.slice(0, -2), b.dims.slice(0, -2));
  const [wideA, wideB] = [broadcastTo(a, [...batch, rows, inner]), broadcastTo(b, [...batch, inner, columns])];
  const data = new Float64Array(sizeOf(batch) * rows * columns);
  for (let group = 0; group < sizeOf(batch); group++) {
    const at = { out: group * rows * columns, a: group * rows * inner, b: group * inner * columns };
    multiplyInto(data, wideA.data, wideB.data, { rows, inner, columns }, at);
  }
  const dims = [...batch];
  if (left.dims.length > 1) dims.push(rows);
  if (right.dims.length > 1) dims.push(columns);
  return { type: left.type, dims, data };
}

export function lastTwoSwapped(x: ReferenceTensor): ReferenceTensor {
  const rank = x.dims.length;
  return transposed(x, [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2]);
}

export function gemm(
  a: ReferenceTensor,
  b: ReferenceTensor,
  c: ReferenceTensor | null,
  { alpha, beta, transA, transB }: { alpha: number; beta: number; transA: number; transB: number },
): ReferenceTensor {
  const product = matmul(transA === 1 ? lastTwoSwapped(a) : a, transB === 1 ? lastTwoSwapped(b) : b);
  const bias = c === null ? null : broadcastTo(c, product.dims);
  return { ...product, data: product.data.map((one, at) => alpha * one + (bias === null ? 0 : beta * bias.data[at]!)) };
}

/** Labels of one term, `...` as `rank` labels of its own, counted from the last. */
function labelsOf(term: string, rank: number): string[] {
  const [head, tail] = term.split('...');
  if (tail === undefined) return [...term];
  const count = rank - head!.length - tail.length;
  return [...head!, ...Array.from({ length: count }, (_, at) => `.${count - at}`), ...tail];
}

const einsum: ReferenceOperator = (call) => {
  const [left, right] = call.attributes.string('equation').replaceAll(' ', '').split('->') as [string, string?];
  const inputs = call.all();
  const terms = left.split(',').map((term, at) => labelsOf(term, inputs[at]!.dims.length));
  const sizes = new Map<string, number>();
  terms.forEach((labels, at) =>
    labels.forEach((label, axis) => sizes.set(label, Math.max(sizes.get(label) ?? 1, inputs[at]!.dims[axis]!))),
  );
  const dots = [...sizes.keys()]
    .filter((label) => label.length > 1)
    .sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
  const flat = terms.flat();
  const output =
    right === undefined
      ? [
          ...dots,
          ...[...sizes.keys()]
            .filter((label) => flat.filter((one) => one === label).length === 1 && label.length === 1)
            .sort(),
        ]
      : labelsOf(right, right.includes('...') ? right.length - 3 + dots.length : right.length);
  const summed = [...sizes.keys()].filter((label) => !output.includes(label));
  const sizesOf = (labels: readonly string[]): number[] => labels.map((label) => sizes.get(label)!);
  const strides = inputs.map((one) => stridesOf(one.dims));
  const places = new Map<string, number>();
  return [
    generate(inputs[0]!.type, sizesOf(output), (index) => {
      output.forEach((label, axis) => places.set(label, index[axis]!));
      let total = 0;
      for (const rest of indices(sizesOf(summed))) {
        summed.forEach((label, axis) => places.set(label, rest[axis]!));
        total += inputs.reduce((product, one, at) => {
          const from = terms[at]!.map((label, axis) => (one.dims[axis] === 1 ? 0 : places.get(label)!));
          return product * one.data[offsetOf(from, strides[at]!)]!;
        }, 1);
      }
      return total;
    }),
  ];
};

export const PRODUCTS: ReferenceOperators = {
  MatMul: (call) => [matmul(call.input(0), call.input(1))],
  Gemm: ({ attributes, input, optional }) => [
    gemm(input(0), input(1), optional(2), {
      alpha: attributes.float('alpha', 1),
      beta: attributes.float('beta', 1),
      transA: attributes.int('transA', 0),
      transB: attributes.int('transB', 0),
    }),
  ],
  Einsum: einsum,
};
