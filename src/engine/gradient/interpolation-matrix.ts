/** One resized axis of Resize. */
export interface ResizedAxis {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
  /** Bounds of the region of interest, for `tf_crop_and_resize`. */
  readonly start: number;
  readonly end: number;
}

/** The attributes of Resize that say how one axis is interpolated. */
export interface Interpolation {
  /** `nearest`, `linear` or `cubic`. */
  readonly mode: string;
  readonly coordinates: string;
  readonly rounding: string;
  readonly cubicCoefficient: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
}

/**
 * Resizing is linear and separable: along each axis y = M x.
 * @returns M, [output, input] in row-major order ("Resize" of the ONNX operators; the cubic kernel is Keys 1981's). Rows of places beyond
 * the image, which `tf_crop_and_resize` fills with a number, are zero.
 */
export function interpolationMatrix(axis: ResizedAxis, how: Interpolation): Float64Array {
  const { input, output } = axis;
  if (!(axis.scale > 0 && axis.scale < Infinity)) throw new RangeError(`an axis is resized by ${axis.scale}`);
  const matrix = new Float64Array(output * input);
  const identity = axis.scale === 1 && input === output && how.coordinates !== 'tf_crop_and_resize';
  for (let row = 0; row < output; row++) {
    const x = identity ? row : sourceOf(row, axis, how.coordinates);
    const beyond = how.coordinates === 'tf_crop_and_resize' && (x < 0 || x > input - 1);
    if (beyond) continue;
    if (identity || how.mode === 'nearest') {
      matrix[row * input + clamp(identity ? row : rounded(x, how.rounding), input)] = 1;
    } else {
      addKernel(matrix.subarray(row * input, (row + 1) * input), x, axis.scale, how);
    }
  }
  return matrix;
}

function clamp(place: number, size: number): number {
  return Math.min(Math.max(place, 0), size - 1);
}

/** Where the centre of an output lies on the input's grid. */
function sourceOf(at: number, { input, output, scale, start, end }: ResizedAxis, mode: string): number {
  switch (mode) {
    case 'asymmetric':
      return at / scale;
    case 'align_corners':
      return output === 1 ? 0 : (at * (input - 1)) / (output - 1);
    case 'pytorch_half_pixel':
      return output === 1 ? 0 : (at + 0.5) / scale - 0.5;
    case 'tf_half_pixel_for_nn':
      return (at + 0.5) / scale;
    case 'tf_crop_and_resize': {
      const span = (end - start) * (input - 1);
      return output === 1 ? ((start + end) / 2) * (input - 1) : start * (input - 1) + (at * span) / (output - 1);
    }
    case 'half_pixel_symmetric': {
      const shift = (input / 2) * (1 - output / (scale * input));
      return shift + (at + 0.5) / scale - 0.5;
    }
    default:
      return (at + 0.5) / scale - 0.5;
  }
}

function rounded(x: number, mode: string): number {
  switch (mode) {
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5);
    default:
      return Math.ceil(x - 0.5);
  }
}

/** Pixels to each side of a place from which one output is made. */
const MAX_REACH = 2 ** 16;

function addKernel(row: Float64Array, from: number, scale: number, how: Interpolation): void {
  // With antialiasing the kernel is as wide as an output is on the input's grid.
  const stretch = how.antialias && scale < 1 ? scale : 1;
  const reach = (how.mode === 'cubic' ? 2 : 1) / stretch;
  if (reach > MAX_REACH) throw new RangeError(`a kernel reaches over ${reach} pixels`);
  // What lies beyond the edge counts as the edge, however far away it is.
  const x = Math.min(Math.max(from, -1 - reach), row.length + reach);
  const weights: (readonly [place: number, weight: number])[] = [];
  let total = 0;
  for (let place = Math.ceil(x - reach); place <= x + reach; place++) {
    if (how.excludeOutside && (place < 0 || place >= row.length)) continue;
    const weight = kernel(Math.abs(place - x) * stretch, how);
    weights.push([clamp(place, row.length), weight]);
    total += weight;
  }
  for (const [place, weight] of weights) row[place]! += weight / total;
}

function kernel(distance: number, { mode, cubicCoefficient: a }: Interpolation): number {
  if (mode !== 'cubic') return Math.max(0, 1 - distance);
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return distance < 2 ? ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a : 0;
}
