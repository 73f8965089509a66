/** Minimum of any stretch of a list in constant time, from the minima of stretches of every power of two. */
export class RangeMinimum {
  readonly #levels: Float64Array[];

  constructor(values: Float64Array) {
    this.#levels = [values];
    for (let width = 1; 2 * width <= values.length; width *= 2) {
      const below = this.#levels.at(-1)!;
      const level = new Float64Array(values.length - 2 * width + 1);
      for (let at = 0; at < level.length; at++) level[at] = Math.min(below[at]!, below[at + width]!);
      this.#levels.push(level);
    }
  }

  /** Least of the values from `first` to `last`, both included. */
  of(first: number, last: number): number {
    const level = 31 - Math.clz32(last - first + 1);
    const values = this.#levels[level]!;
    return Math.min(values[first]!, values[last + 1 - (1 << level)]!);
  }
}
