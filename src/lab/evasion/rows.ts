/** Samples of a batch, picked by index: attacks go on with the survivors only. */
export function gatherRows(source: Float32Array, size: number, rows: ArrayLike<number>): Float32Array {
  const picked = new Float32Array(rows.length * size);
  for (let i = 0; i < rows.length; i++) picked.set(source.subarray(rows[i]! * size, (rows[i]! + 1) * size), i * size);
  return picked;
}

export function gatherLabels(labels: Int32Array, rows: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: rows.length }, (_, i) => labels[rows[i]!]!);
}

/** Sample `i` of a batch, sharing its memory. */
export function row(batch: Float32Array, size: number, i: number): Float32Array {
  return batch.subarray(i * size, (i + 1) * size);
}

/** Indices where `flags` is zero. */
export function rowsWithout(flags: Uint8Array): number[] {
  const rows: number[] = [];
  for (let i = 0; i < flags.length; i++) if (flags[i] === 0) rows.push(i);
  return rows;
}
