import type { Finding } from '../core/finding.ts';

/** UTF-16 units: longer cells hardly repeat. */
const LONGEST = 64;
/** Values of all columns together. */
const MOST_VALUES = 16_384;

/** What was found in short cells of a column: many columns have few different values. Full, it forgets all and begins again. */
export class CellMemory {
  readonly #columns = new Map<string, Map<string, readonly Finding[]>>();
  #count = 0;

  /** @param inspect looks at the cell where it is not remembered */
  of(column: string, text: string, inspect: () => readonly Finding[]): readonly Finding[] {
    if (text.length > LONGEST) return inspect();
    const known = this.#columns.get(column)?.get(text);
    if (known !== undefined) return known;
    const found = inspect();
    // A copy: a piece of a line would keep the whole line.
    const own = Buffer.from(text).toString();
    if (own !== text) return found;
    if (this.#count === MOST_VALUES) {
      this.#columns.clear();
      this.#count = 0;
    }
    let values = this.#columns.get(column);
    if (values === undefined) this.#columns.set(column, (values = new Map()));
    values.set(own, found);
    this.#count++;
    return found;
  }
}
