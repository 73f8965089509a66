/** Samples with their true classes. `inputs` is [count, ...inputShape], flat and row-major. */
export interface LabelledData {
  readonly inputs: Float32Array;
  /** Class index of each sample. */
  readonly labels: Int32Array;
  readonly count: number;
  /** Shape of one sample. */
  readonly inputShape: readonly number[];
  readonly classNames?: readonly string[];
}

/** Samples `from` to `to` (not included), sharing memory with the whole. */
export function sliceData(data: LabelledData, from: number, to: number): LabelledData {
  const size = data.inputShape.reduce((product, length) => product * length, 1);
  return {
    ...data,
    inputs: data.inputs.subarray(from * size, to * size),
    labels: data.labels.subarray(from, to),
    count: to - from,
  };
}
