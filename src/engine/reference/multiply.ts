/**
 * Adds a product of row-major matrices to `out`: out[rows, columns] += a[rows, inner] b[inner, columns], each beginning at its offset. Every element
 * is summed in the order of `inner`, as the plain triple loop does it; four rows share one pass over b, which is what makes it fast.
 */
export function multiplyInto(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  { rows, inner, columns }: { readonly rows: number; readonly inner: number; readonly columns: number },
  at: { readonly out?: number; readonly a?: number; readonly b?: number; readonly outStride?: number } = {},
): void {
  const { out: outStart = 0, a: aStart = 0, b: bStart = 0, outStride = columns } = at;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const out0 = outStart + row * outStride;
    const out1 = out0 + outStride;
    const out2 = out1 + outStride;
    const out3 = out2 + outStride;
    const a0 = aStart + row * inner;
    for (let k = 0; k < inner; k++) {
      const w0 = a[a0 + k]!;
      const w1 = a[a0 + inner + k]!;
      const w2 = a[a0 + 2 * inner + k]!;
      const w3 = a[a0 + 3 * inner + k]!;
      const from = bStart + k * columns;
      for (let column = 0; column < columns; column++) {
        const value = b[from + column]!;
        out[out0 + column]! += w0 * value;
        out[out1 + column]! += w1 * value;
        out[out2 + column]! += w2 * value;
        out[out3 + column]! += w3 * value;
      }
    }
  }
  for (; row < rows; row++) {
    const to = outStart + row * outStride;
    for (let k = 0; k < inner; k++) {
      const weight = a[aStart + row * inner + k]!;
      const from = bStart + k * columns;
      for (let column = 0; column < columns; column++) out[to + column]! += weight * b[from + column]!;
    }
  }
}
