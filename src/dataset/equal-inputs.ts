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
    hash('sha256', canonicalRow(inputs), 'buffer').copy(this.#record, 0, 0, DIGEST);
    this.#refs.write(row, this.#record, DIGEST);
    this.#sort.add(this.#record);
  }

  /** Groups of two rows and more. */
  *groups(): Generator<EqualInputs> {
    let digest = Buffer.alloc(0);
    let group: Group | null = null;
    for (const record of this.#sort.sorted()) {
      if (record.compare(digest, 0, digest.length, 0, DIGEST) !== 0 || group === null) {
        if (group !== null && group.count > 1) yield group.end();
        digest = Buffer.from(record.subarray(0, DIGEST));
        group = new Group();
      }
      group.add(this.#refs.read(record, DIGEST));
    }
    if (group !== null && group.count > 1) yield group.end();
  }

  close(): void {
    this.#sort.close();
  }
}

class Group {
  count = 0;
  readonly #parts = new Map<string, { label: string | null; split: Split | null; count: number; first: RowRef }>();
  readonly #repeats = new Map<number, { count: number; first: RowRef; of: RowRef }>();

  add(ref: RowRef): void {
    this.count++;
    const key = `${ref.file.split ?? ''}\0${ref.label ?? ''}`;
    const part = this.#parts.get(key);
    if (part === undefined) {
      if (this.#parts.size < MOST_PARTS) {
        this.#parts.set(key, { label: ref.label, split: ref.file.split, count: 1, first: ref });
      }
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
