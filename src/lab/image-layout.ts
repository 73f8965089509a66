/** Where a pixel lies in a flat sample. A vector is an image one row high. */
export interface ImageLayout {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Index of a value in the sample. */
  at(channel: number, y: number, x: number): number;
}

/**
 * Layout of a sample: [channels, height, width], [height, width], [height, width, channels] where only the last length is a usual number of
 * channels, or [features]. Anything else has no pixels: undefined.
 */
export function imageLayout(shape: readonly number[]): ImageLayout | undefined {
  const [a = 0, b = 0, c = 0] = shape;
  if (shape.length === 1) return { channels: 1, height: 1, width: a, at: (_, __, x) => x };
  if (shape.length === 2) return { channels: 1, height: a, width: b, at: (_, y, x) => y * b + x };
  if (shape.length !== 3) return undefined;
  const usual = (length: number): boolean => length === 1 || length === 3 || length === 4;
  if (usual(c) && !usual(a)) {
    return { channels: c, height: a, width: b, at: (channel, y, x) => (y * b + x) * c + channel };
  }
  return { channels: a, height: b, width: c, at: (channel, y, x) => (channel * b + y) * c + x };
}

/** Whether the layout has two dimensions to place a shape in. */
export function isPicture(layout: ImageLayout | undefined): layout is ImageLayout {
  return layout !== undefined && layout.height > 1 && layout.width > 1;
}
