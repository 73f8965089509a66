import type { Cell } from './canonical-row.ts';
import type { Batch } from './open-data-file.ts';

const FOLDER = /^([^=]{1,200})=(.{0,1000})$/;
const NO_VALUE = '__HIVE_DEFAULT_PARTITION__';
const WHOLE = /^-?(?:0|[1-9]\d{0,14})$/;

/**
 * Columns that folders say, as Hive, Spark, Arrow and DuckDB write them: `year=2024/lang=de/0.parquet`. Whole numbers are numbers.
 * @param name path of a file below the folder of the data set
 * @returns null where no folder says one
 */
export function partitionOf(name: string): Readonly<Record<string, Cell>> | null {
  const columns: (readonly [string, Cell])[] = [];
  for (const folder of name.split('/').slice(0, -1)) {
    const match = FOLDER.exec(folder);
    if (match !== null) columns.push([unescaped(match[1]!), valueOf(match[2]!)]);
  }
  return columns.length === 0 ? null : Object.fromEntries(columns);
}

/** Rows with these columns; one of the file itself stays as it is. */
export async function* withPartition(
  rows: AsyncGenerator<Batch>,
  columns: Readonly<Record<string, Cell>>,
): AsyncGenerator<Batch> {
  for await (const batch of rows) yield batch.map((placed) => ({ ...placed, row: { ...columns, ...placed.row } }));
}

function valueOf(text: string): Cell {
  if (text === NO_VALUE) return null;
  const value = unescaped(text);
  return WHOLE.test(value) ? Number(value) : value;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
