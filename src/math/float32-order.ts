/**
 * Neighbours among float32 numbers. A model that compares float32 inputs with a threshold can then be described with closed intervals
 * of float32 numbers, and a smallest perturbation is exact to the last bit.
 */
const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** Place of a float32 number in their order: `a < b` exactly when `float32Rank(a) < float32Rank(b)`; both zeros have rank 0. */
export function float32Rank(value: number): number {
  float[0] = value;
  const raw = bits[0]!;
  return raw >= 0 ? raw : -(raw & 0x7fffffff);
}

/** The float32 number with this rank; infinite outside of the finite ones. */
export function float32OfRank(rank: number): number {
  bits[0] = rank >= 0 ? rank : -rank | 0x80000000;
  return float[0]!;
}

/** Smallest float32 above `value` (itself a float32). */
export function nextFloat32(value: number): number {
  return value === Infinity ? value : float32OfRank(float32Rank(value) + 1);
}

/** Largest float32 below `value` (itself a float32). */
export function previousFloat32(value: number): number {
  return value === -Infinity ? value : float32OfRank(float32Rank(value) - 1);
}

/** Largest float32 that is not above `value` (any double). */
export function floorToFloat32(value: number): number {
  const near = Math.fround(value);
  return near > value ? previousFloat32(near) : near;
}

/** Smallest float32 that is not below `value` (any double). */
export function ceilToFloat32(value: number): number {
  const near = Math.fround(value);
  return near < value ? nextFloat32(near) : near;
}
