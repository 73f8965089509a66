/** A place in a text file. */
export interface TextPlace {
  /** Bytes of the text in UTF-8 before it. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** UTF-16 units of the line before it, from 1: what SARIF and editors count by default. */
  readonly column: number;
}

/** Lines of a text: from a place in UTF-16 units to line and column. Lines end with LF, CR LF or CR. */
export class LineIndex {
  readonly #text: string;
  readonly #starts: number[] = [0];
  #bytes: number[] | null = null;

  constructor(text: string) {
    this.#text = text;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === 0x0a || (unit === 0x0d && text.charCodeAt(at + 1) !== 0x0a)) this.#starts.push(at + 1);
    }
  }

  /** Number of lines; a text that ends with a line end has an empty last one. */
  get lines(): number {
    return this.#starts.length;
  }

  /** Where the line begins, in UTF-16 units; `line` from 1. */
  startOf(line: number): number {
    return this.#starts[Math.min(Math.max(line, 1), this.#starts.length) - 1]!;
  }

  place(at: number): TextPlace {
    const inside = Math.min(Math.max(at, 0), this.#text.length);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= inside) low = middle;
      else high = middle - 1;
    }
    const start = this.#starts[low]!;
    return {
      offset: this.#byteStart(low) + Buffer.byteLength(this.#text.slice(start, inside)),
      line: low + 1,
      column: inside - start + 1,
    };
  }

  #byteStart(line: number): number {
    if (this.#bytes === null) {
      this.#bytes = [];
      let bytes = 0;
      for (const [index, start] of this.#starts.entries()) {
        this.#bytes.push(bytes);
        bytes += Buffer.byteLength(this.#text.slice(start, this.#starts[index + 1] ?? this.#text.length));
      }
    }
    return this.#bytes[line]!;
  }
}
