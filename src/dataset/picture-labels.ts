import type { Cell } from './canonical-row.ts';
import { labelColumnOf } from './columns.ts';
import type { Batch, DataFile } from './open-data-file.ts';

/** The file beside pictures that says what they are, as Hugging Face's `imagefolder` reads it. */
const NAME = /(?:^|\/)metadata\.(?:csv|jsonl|parquet)$/;
const MOST = 5_000_000;

export interface PictureLabels {
  /** Where it was named, by path below its folder. */
  readonly rows: ReadonlyMap<
    string,
    { readonly label: Cell; readonly number: number; readonly line: number | undefined }
  >;
  /** The column of labels, or null where it has none. */
  readonly labelColumn: string | null;
}

export function isPictureMetadata(shown: string): boolean {
  return NAME.test(shown);
}

/**
 * @param named column of the label, or null for one of the usual names
 * @returns null where it does not name files
 * @throws Fault `ERR_DATA`
 */
export async function readPictureLabels(data: DataFile, named: string | null): Promise<PictureLabels | null> {
  const rows = new Map<string, { label: Cell; number: number; line: number | undefined }>();
  let labelColumn: string | null = null;
  let number = 0;
  for await (const batch of data.rows()) {
    for (const { row, line } of batch) {
      number++;
      const name = row['file_name'];
      if (typeof name !== 'string') {
        if (number === 1) return null;
        continue;
      }
      labelColumn ??= labelColumnOf(row, named);
      if (rows.size < MOST) {
        const label = labelColumn === null ? null : row[labelColumn];
        rows.set(name.replace(/^\.\//, ''), { label, number, line });
      }
    }
  }
  return { rows, labelColumn };
}

/** Rows of a picture with this label in place of its folder's name. */
export async function* withLabel(rows: AsyncGenerator<Batch>, column: string, label: Cell): AsyncGenerator<Batch> {
  for await (const batch of rows) {
    yield batch.map(({ row }) => ({ row: { image: row['image'], [column]: label } }));
  }
}
