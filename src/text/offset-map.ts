import type { Span } from '../core/span.ts';

/** How a stretch of the output relates to its stretch of the original. */
const BLOCK = 0; // every unit stands for the whole stretch
const FORWARD = 1; // unit by unit
const BACKWARD = -1; // unit by unit, in reverse
/** Of a text that was not changed; nobody writes into them. */
const ZERO = Uint32Array.of(0);
const FORWARDS = Int8Array.of(FORWARD);

/**
 * From positions in a transformed text to the original: for each stretch of the output, the stretch of the original that
 * it was made of. Memory grows with the number of changes, not with the text; a look-up is a binary search.
 */
export class OffsetMap {
  /** UTF-16 units of the transformed text. */
  readonly length: number;
  readonly #starts: Uint32Array;
  readonly #from: Uint32Array;
  readonly #to: Uint32Array;
  readonly #kinds: Int8Array;

  constructor(length: number, starts: Uint32Array, from: Uint32Array, to: Uint32Array, kinds: Int8Array) {
    this.length = length;
    this.#starts = starts;
    this.#from = from;
    this.#to = to;
    this.#kinds = kinds;
  }

  /** A text that was not changed. */
  static identity(length: number): OffsetMap {
    if (length === 0) return new OffsetMapBuilder().build();
    return new OffsetMap(length, ZERO, ZERO, Uint32Array.of(length), FORWARDS);
  }

  /** A text that was turned round, unit by unit. */
  static reversed(length: number): OffsetMap {
    const builder = new OffsetMapBuilder();
    builder.add(length, 0, length, BACKWARD);
    return builder.build();
  }

  /** Number of stretches. */
  get runs(): number {
    return this.#starts.length;
  }

  /**
   * The smallest span of the original that holds everything the output's `[start, end)` was made of.
   * @throws RangeError when the span is empty or outside the output.
   */
  span(start: number, end: number): Span {
    if (!(start >= 0 && start < end && end <= this.length))
      throw new RangeError(`[${start}, ${end}) is no span of a text of ${this.length} units`);
    let least = Infinity;
    let most = 0;
    for (let run = this.#runAt(start); run < this.#starts.length && this.#starts[run]! < end; run++) {
      const part = this.#partOf(run, start, end);
      if (part.start < least) least = part.start;
      if (part.end > most) most = part.end;
    }
    return { start: least, end: most };
  }

  /** The map of two changes, this one having been made last: from this output to the original of `before`. */
  after(before: OffsetMap): OffsetMap {
    const builder = new OffsetMapBuilder();
    for (let run = 0; run < this.#starts.length; run++) {
      const from = this.#from[run]!;
      const to = this.#to[run]!;
      const kind = this.#kinds[run]!;
      if (kind === BLOCK) {
        const span = from < to ? before.span(from, to) : { start: 0, end: 0 };
        builder.add(this.#endOf(run) - this.#starts[run]!, span.start, span.end, BLOCK);
      } else before.#appendTo(builder, from, to, kind);
    }
    return builder.build();
  }

  /** Adds what `[from, to)` of this output was made of, in this direction. */
  #appendTo(builder: OffsetMapBuilder, from: number, to: number, direction: number): void {
    const first = this.#runAt(from);
    let last = first;
    while (last + 1 < this.#starts.length && this.#starts[last + 1]! < to) last++;
    for (let i = 0; i <= last - first; i++) {
      const run = direction === FORWARD ? first + i : last - i;
      const units = Math.min(to, this.#endOf(run)) - Math.max(from, this.#starts[run]!);
      const part = this.#partOf(run, from, to);
      builder.add(units, part.start, part.end, this.#kinds[run]! * direction);
    }
  }

  /** What a run contributes to `[start, end)` of the output. */
  #partOf(run: number, start: number, end: number): Span {
    const runStart = this.#starts[run]!;
    const from = this.#from[run]!;
    const to = this.#to[run]!;
    const kind = this.#kinds[run]!;
    if (kind === BLOCK) return { start: from, end: to };
    const low = Math.max(start, runStart) - runStart;
    const high = Math.min(end, this.#endOf(run)) - runStart;
    return kind === FORWARD ? { start: from + low, end: from + high } : { start: to - high, end: to - low };
  }

  #endOf(run: number): number {
    return run + 1 < this.#starts.length ? this.#starts[run + 1]! : this.length;
  }

  #runAt(unit: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= unit) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Writes a map from the beginning of the output to its end. */
export class OffsetMapBuilder {
  #length = 0;
  readonly #starts: number[] = [];
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #kinds: number[] = [];

  /** Units written so far. */
  get length(): number {
    return this.#length;
  }

  /** `units` of the output are the `units` of the original from `from` on. */
  copy(units: number, from: number): void {
    this.add(units, from, from + units, FORWARD);
  }

  /** `units` of the output stand for `[from, to)` of the original as a whole. */
  replace(units: number, from: number, to: number): void {
    this.add(units, from, to, units === 1 && to - from === 1 ? FORWARD : BLOCK);
  }

  /** One stretch; `kind` is 1 or -1 for unit by unit, 0 for a whole. */
  add(units: number, from: number, to: number, kind: number): void {
    if (units === 0) return;
    const last = this.#starts.length - 1;
    if (kind === FORWARD && last >= 0 && this.#kinds[last] === FORWARD && this.#to[last] === from) this.#to[last] = to;
    else {
      this.#starts.push(this.#length);
      this.#from.push(from);
      this.#to.push(to);
      this.#kinds.push(kind);
    }
    this.#length += units;
  }

  build(): OffsetMap {
    return new OffsetMap(
      this.#length,
      new Uint32Array(this.#starts),
      new Uint32Array(this.#from),
      new Uint32Array(this.#to),
      new Int8Array(this.#kinds),
    );
  }
}
