import { hash } from 'node:crypto';
import { canonicalRow, type Cell } from './canonical-row.ts';
import type { EqualInputs, InspectedRow, RowRef, Split } from './check.ts';
import { withoutSplit } from './columns.ts';
import { ExternalSort } from './external-sort.ts';
import { REF_BYTES, type RowRefs } from './row-refs.ts';

const DIGEST = 16;
const MOST_PARTS = 1000;

/** Finds rows whose inputs are equal: all columns but label and ids. Memory does not grow with the rows. */
export class EqualInputFinder {
  readonly #refs: RowRefs;
  readonly #sort = new ExternalSort(DIGEST + REF_BYTES);
  readonly #record = Buffer.alloc(DIGEST + REF_BYTES);

  /** True where equal rows had more different labels than are told apart; those beyond are not counted. */
  overflow = false;

  constructor(refs: RowRefs) {
    this.#refs = refs;
  }

  add(row: InspectedRow): void {
    const inputs: Record<string, Cell> = {};
    let some = false;
    for (const [name, cell] of Object.entries(row.row)) {
      if (name === row.labelColumn || row.idColumns.has(name)) continue;
      inputs[row.file.splitInColumns === true ? withoutSplit(name) : name] = cell;
      some = true;
    }
    if (!some) return;
    this.#record.write(hash('sha256', canonicalRow(inputs), 'binary').slice(0, DIGEST), 0, 'latin1');
    this.#refs.write(row, this.#record, DIGEST);
    this.#sort.add(this.#record);
  }

  /** Groups of two rows and more. */
  *groups(): Generator<EqualInputs> {
    const first = Buffer.alloc(DIGEST + REF_BYTES);
    /** Most rows are alone: a group begins with the second. */
    let group: Group | null = null;
    let any = false;
    for (const record of this.#sort.sorted()) {
      if (any && record.compare(first, 0, DIGEST, 0, DIGEST) === 0) {
        if (group === null) {
          group = new Group();
          group.add(this.#refs.read(first, DIGEST));
        }
        group.add(this.#refs.read(record, DIGEST));
        continue;
      }
      if (group !== null) yield this.#end(group);
      group = null;
      record.copy(first);
      any = true;
    }
    if (group !== null) yield this.#end(group);
  }

  #end(group: Group): EqualInputs {
    this.overflow ||= group.overflow;
    return group.end();
  }

  close(): void {
    this.#sort.close();
  }
}

class Group {
  count = 0;
  overflow = false;
  readonly #parts = new Map<string, { label: string | null; split: Split | null; count: number; first: RowRef }>();
  readonly #repeats = new Map<number, { count: number; first: RowRef; of: RowRef }>();

  add(ref: RowRef): void {
    this.count++;
    const key = `${ref.file.split ?? ''}\0${ref.label ?? ''}`;
    const part = this.#parts.get(key);
    if (part === undefined) {
      if (this.#parts.size < MOST_PARTS) {
        this.#parts.set(key, { label: ref.label, split: ref.file.split, count: 1, first: ref });
      } else this.overflow = true;
      return;
    }
    part.count++;
    const repeat = this.#repeats.get(ref.file.index);
    if (repeat === undefined) this.#repeats.set(ref.file.index, { count: 1, first: ref, of: part.first });
    else repeat.count++;
  }

  end(): EqualInputs {
    const parts = [...this.#parts.values()];
    return { count: this.count, parts, first: parts.map(({ first }) => first), repeats: this.#repeats };
  }
}
