import { type InspectedFile, type InspectedRow, placeOf } from './check.ts';
import type { Readable } from './checked-file.ts';
import { idColumnsOf, labelColumnOf, labelText, splitOfColumns } from './columns.ts';
import { isHeaderLikeRow } from './header-like-row.ts';
import type { PlacedRow, ReadOptions } from './open-data-file.ts';
import { textsOf } from './row-texts.ts';

/** Makes of the rows of one file, in order, what checks get. */
export class RowInspector {
  /** Rows so far. */
  rows = 0;
  readonly #from: Readable;
  readonly #label: string | null;
  readonly #header: boolean;
  readonly #gap: (reason: string) => void;
  readonly #nextIndex: () => number;
  #file: InspectedFile;
  #columns: readonly string[] = [];
  #labelColumn: string | null = null;
  #idColumns: ReadonlySet<string> = new Set();
  #shallow = false;

  constructor(
    from: Readable,
    { label, header }: Pick<ReadOptions, 'header'> & { readonly label: string | null },
    gap: (reason: string) => void,
    nextIndex: () => number,
  ) {
    this.#from = from;
    this.#file = from.file;
    this.#label = label;
    this.#header = header !== false;
    this.#gap = gap;
    this.#nextIndex = nextIndex;
  }

  inspect({ row, line }: PlacedRow): InspectedRow {
    const number = ++this.rows;
    const columns = Object.keys(row);
    if (!sameNames(columns, this.#columns)) {
      if (number === 1 && this.#from.file.format === 'csv' && this.#header && isHeaderLikeRow(columns)) {
        this.#gap(
          'its first line reads like a row and was taken for the names of columns: say --no-header, or give it names',
        );
      }
      this.#columns = columns;
      this.#labelColumn = labelColumnOf(row, this.#label);
      this.#idColumns = idColumnsOf(row);
      this.#file = fileOf(this.#from, columns, this.#nextIndex);
    }
    const labelColumn = this.#labelColumn;
    const { texts, asides, whole } = textsOf(row, labelColumn);
    if (!whole && !this.#shallow) {
      this.#shallow = true;
      this.#gap(`${placeOf({ number, line })} has more texts, or deeper ones, than are read`);
    }
    const label = labelColumn === null ? null : labelText(row[labelColumn]);
    return { file: this.#file, number, line, row, labelColumn, label, idColumns: this.#idColumns, texts, asides };
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** The file, as the split that its columns speak of. */
function fileOf({ file, splits }: Readable, columns: readonly string[], nextIndex: () => number): InspectedFile {
  const split = file.format === 'npz' && file.split === null ? splitOfColumns(columns) : null;
  if (split === null) return file;
  let own = splits.get(split);
  if (own === undefined) {
    own = { ...file, index: nextIndex(), split, splitInColumns: true };
    splits.set(split, own);
  }
  return own;
}
