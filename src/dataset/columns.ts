import type { Cell, Row } from './canonical-row.ts';
import type { Split } from './check.ts';

const LABELS = [
  'label',
  'labels',
  'target',
  'targets',
  'class',
  'category',
  'sentiment',
  'polarity',
  'gold_label',
  'label_text',
  'coarse_label',
  'fine_label',
  'train_labels',
  'test_labels',
  'val_labels',
  'y',
  'y_train',
  'y_test',
  'y_val',
  'outcome',
  'folder',
] as const;
const IDS = /^(?:id|_id|idx|index|uuid|guid|row|row_?id|rowid|sentence_?id|example_?id|sample_?id|unnamed: 0|)$/i;

/** The column with the label: the named one, else the first of the usual names that the row has. */
export function labelColumnOf(row: Row, named: string | null): string | null {
  const columns = Object.keys(row);
  if (named !== null) return columns.includes(named) ? named : null;
  for (const label of LABELS) {
    const found = columns.find((column) => column.toLowerCase() === label);
    if (found !== undefined && columns.length > 1) return found;
  }
  return null;
}

export function idColumnsOf(row: Row): ReadonlySet<string> {
  return new Set(Object.keys(row).filter((column) => IDS.test(column)));
}

const LONGEST_LABEL = 200;

/** A label as text; null for an empty one, and for one that is no word or number. */
export function labelText(cell: Cell): string | null {
  if (typeof cell === 'number' || typeof cell === 'bigint' || typeof cell === 'boolean') return String(cell);
  if (typeof cell === 'string') return cell.trim() === '' ? null : cell.trim().slice(0, LONGEST_LABEL);
  // An element of an array of labels of shape [n, 1].
  if (cell instanceof Uint8Array && cell.length === 1) return String(cell[0]);
  return null;
}

const SPLIT_NAMES: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  tra: 'train',
  test: 'test',
  testing: 'test',
  tes: 'test',
  eval: 'test',
  heldout: 'test',
  t10k: 'test',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
};

/** The split that a file's name, or else one of its folders, speaks of. */
export function splitOf(shownPath: string): Split | null {
  for (const part of shownPath.toLowerCase().split(/[/\\]/).reverse()) {
    for (const word of part.split(/[^a-z0-9]+/)) {
      const split = SPLIT_NAMES[word.replace(/^(train|test|val|valid|validation)\d+$/, '$1')];
      if (split !== undefined) return split;
    }
  }
  return null;
}

/** The split that the names of all columns speak of: `x_train` and `y_train`. */
export function splitOfColumns(columns: readonly string[]): Split | null {
  const splits = new Set(columns.map((column) => splitOf(column)));
  return splits.size === 1 ? [...splits][0]! : null;
}

/** `x_train` without what it says of the split: `x`. */
export function withoutSplit(column: string): string {
  const words = column.split('_').filter((word) => splitOf(word) === null);
  return words.length === 0 ? column : words.join('_');
}
