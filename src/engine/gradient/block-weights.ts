import type { OnnxTensor } from '../../formats/onnx/onnx-model.ts';

/** How MatMulNBits packs a matrix. */
export interface BlockLayout {
  /** Rows: outputs of the product. */
  readonly rows: number;
  /** Numbers in a row: inputs of the product. */
  readonly columns: number;
  readonly bits: number;
  /** Numbers that share a scale. */
  readonly block: number;
}

/**
 * The floats that blockwise quantised weights stand for ("MatMulNBits", ContribOperators.md of ONNX Runtime): B is [rows, blocks, bytes of a
 * block], numbers of `bits` bits from the low end of each byte; one scale a block; zero points packed alike by row, or floats, or 2^(bits - 1).
 * @returns [rows, columns] in row-major order; null where the tensors are not as large as the layout says
 */
export function blockWeights(
  { rows, columns, bits, block }: BlockLayout,
  packed: OnnxTensor,
  scales: OnnxTensor,
  zeros: OnnxTensor | null,
): Float32Array | null {
  const blocks = Math.ceil(columns / block);
  const rowBytes = (blocks * block * bits) / 8;
  const zeroBytes = Math.ceil((blocks * bits) / 8);
  const bytes = packed.data as Uint8Array;
  const factors = scales.data as Float32Array;
  const fits =
    [2, 4, 8].includes(bits) &&
    block > 0 &&
    Number.isInteger(rowBytes) &&
    bytes?.length === rows * rowBytes &&
    factors?.length === rows * blocks;
  if (!fits) return null;
  const packedZeros = zeros?.type === 'uint8';
  const shifts = zeros?.data as Uint8Array | Float32Array | undefined;
  if (shifts !== undefined && shifts.length !== rows * (packedZeros ? zeroBytes : blocks)) return null;
  const each = 8 / bits;
  const mask = 2 ** bits - 1;
  const number = (list: ArrayLike<number>, start: number, at: number): number =>
    (list[start + Math.floor(at / each)]! >> ((at % each) * bits)) & mask;
  const weights = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const own = Math.floor(column / block);
      const zero =
        shifts === undefined
          ? 2 ** (bits - 1)
          : packedZeros
            ? number(shifts, row * zeroBytes, own)
            : shifts[row * blocks + own]!;
      weights[row * columns + column] = (number(bytes, row * rowBytes, column) - zero) * factors[row * blocks + own]!;
    }
  }
  return weights;
}
