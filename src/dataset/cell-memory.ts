import type { Finding } from '../core/finding.ts';

/** UTF-16 units: longer cells hardly repeat. */
const LONGEST = 64;
/** Values of all columns together. */
const MOST_VALUES = 16_384;
const MOST_COLUMNS = 4096;

/** Cells of a column after which it is told whether remembering them was worth it, and for how many more it holds. */
const TRIED = 4096;
const HOLDS = 64 * TRIED;
/** Share of them that must have been known. */
const WORTH = 0.1;

interface Column {
  readonly values: Map<string, readonly Finding[]>;
  asked: number;
  known: number;
}

/**
 * What was found in short cells of a column: many columns have few different values. Full, it forgets all and begins again; columns in which hardly any
 * value stands twice are not remembered.
 */
export class CellMemory {
  readonly #columns = new Map<string, Column>();
  #count = 0;

  /** @param inspect looks at the cell where it is not remembered */
  of(column: string, text: string, inspect: () => readonly Finding[]): readonly Finding[] {
    if (text.length > LONGEST) return inspect();
    let own = this.#columns.get(column);
    if (own === undefined) {
      if (this.#columns.size === MOST_COLUMNS) return inspect();
      this.#columns.set(column, (own = { values: new Map(), asked: 0, known: 0 }));
    }
    own.asked++;
    if (own.asked > TRIED) {
      if (own.known >= own.asked * WORTH || own.asked > HOLDS) own.asked = own.known = 0;
      else return inspect();
    }
    const known = own.values.get(text);
    if (known !== undefined) {
      own.known++;
      return known;
    }
    const found = inspect();
    // A copy: a piece of a line would keep the whole line.
    const copy = Buffer.from(text).toString();
    if (copy !== text) return found;
    if (this.#count === MOST_VALUES) {
      for (const { values } of this.#columns.values()) values.clear();
      this.#count = 0;
    }
    own.values.set(copy, found);
    this.#count++;
    return found;
  }
}
