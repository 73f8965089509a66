import type { ScanFinding, Where } from '../scan/file-result.ts';
import type { RuleMeta } from '../scan/rule.ts';
import type { Row } from './canonical-row.ts';
import type { DataFormat } from './open-data-file.ts';
import type { RowText } from './row-texts.ts';

export const SPLITS = ['train', 'test', 'validation'] as const;
export type Split = (typeof SPLITS)[number];

/** A file with rows, as checks know it. */
export interface InspectedFile {
  /** From 0, in the order of reading. */
  readonly index: number;
  /** The name that results show. */
  readonly shown: string;
  readonly path: string;
  readonly format: DataFormat;
  /** Which part of a split it is, by its name or as it was said; null where it is none. */
  readonly split: Split | null;
  /** True where the names of its columns say the split, as in `x_train` and `x_test`. */
  readonly splitInColumns?: true;
  /** What it is a part of: pictures belong to the folder with their classes, other files are by themselves. */
  readonly collection: string;
}

export interface InspectedRow {
  readonly file: InspectedFile;
  /** From 1, in its file. */
  readonly number: number;
  /** From 1, in files of text. */
  readonly line: number | undefined;
  readonly row: Row;
  /** Column of the label, and what it says; null where there is none. */
  readonly labelColumn: string | null;
  readonly label: string | null;
  /** Columns that only count or name rows. */
  readonly idColumns: ReadonlySet<string>;
  /** Every text and number in it but the label, with its column. */
  readonly texts: readonly RowText[];
  /** Texts that are no input of a model and can still hold what they must not: the label, the metadata of a picture. */
  readonly asides: readonly RowText[];
}

/** Where in a file of rows: row and column beside what the scanner has. */
export interface DataWhere extends Where {
  /** From 1. */
  readonly row?: number;
  /** Name of the column of data. */
  readonly field?: string;
}

export interface DataFinding extends ScanFinding {
  readonly where: DataWhere;
  /** Rows that it is about. */
  readonly count?: number;
  /** The first of these rows, from 1. */
  readonly rows?: readonly number[];
}

/** Rows whose inputs (everything but label and ids) are equal. */
export interface EqualInputs {
  readonly count: number;
  /** How many have which label, in which split. */
  readonly parts: readonly { readonly label: string | null; readonly split: Split | null; readonly count: number }[];
  /** The first of each part, in the order of reading. */
  readonly first: readonly RowRef[];
  /** By file: how many rows repeat an earlier one with the same label in the same split, and the first of them. */
  readonly repeats: ReadonlyMap<number, { readonly count: number; readonly first: RowRef; readonly of: RowRef }>;
}

/** A row by its place. */
export interface RowRef {
  readonly file: InspectedFile;
  readonly number: number;
  readonly line: number | undefined;
  readonly label: string | null;
}

/** Two rows whose texts are nearly the same; equal ones are in `EqualInputs`. */
export interface NearPair {
  readonly row: RowRef;
  readonly like: RowRef;
  /** Estimated Jaccard similarity of their word pairs. */
  readonly similarity: number;
}

/** What a check says, and to whom. */
export interface CheckContext {
  readonly options: CheckOptions;
  /** @param file name that results show */
  report(
    file: string,
    finding: Omit<DataFinding, 'rule' | 'severity'> & { readonly severity?: DataFinding['severity'] },
  ): void;
  /** Something that could not be looked at: the file is then not clean. */
  gap(file: string, reason: string): void;
  /** The check has nothing to do with this data; said for people, and no gap. */
  notRun(reason: string): void;
}

/** What a check that has looked at all rows says, and to whom. */
export interface Conclusion extends CheckContext {
  /** How many rows a file has. */
  rowsOf(file: string): number;
}

export interface CheckOptions {
  /** Text of a declaration of columns, in JSON or YAML, or null. */
  readonly schema: string | null;
  /** Similarity from which on rows count as near duplicates, 0.5 to 1. */
  readonly similarity: number;
}

/** One check at work on one data set. Hooks are called in the order in which they stand here. */
export interface CheckRun {
  file?(file: { readonly path: string; readonly shown: string; readonly format: string | null }): void;
  /** Every row, in order. */
  row?(row: InspectedRow): void | Promise<void>;
  equalInputs?(group: EqualInputs): void;
  nearPair?(pair: NearPair): void;
  /** Called after the first reading of all rows: true asks for a second one. */
  wantsAgain?(): boolean;
  /** Every row once more. */
  again?(row: InspectedRow): void;
  /** For a check with `conclude`: what it found in the rows that it was given, as data that can be copied from thread to thread. */
  part?(): unknown;
  end?(): void;
  /** Called at last, also after an error: removes what lies on the disk. */
  close?(): void;
}

/** A check over rows: a plug-in folder `dataset/checks/<id>/` and one line in `registry.ts`. Memory must not grow with the number of rows. */
export interface Check<Id extends string = string> {
  readonly meta: RuleMeta<Id>;
  begin(context: CheckContext): CheckRun;
  /**
   * Of a check that looks at each row by itself, so that rows can be divided among threads: says what it has to say.
   * @param parts of its runs, which together were given every row once, each with some in order
   */
  conclude?(context: Conclusion, parts: readonly unknown[]): void;
}

export function defineCheck<const Id extends string>(check: Check<Id>): Check<Id> {
  return check;
}

/** All texts of a row, those that are no input included. */
export function everyText({ texts, asides }: Pick<InspectedRow, 'texts' | 'asides'>): readonly RowText[] {
  return asides.length === 0 ? texts : [...texts, ...asides];
}

/** How many rows there are, pictures of one folder counted together. */
export class RowCounts {
  readonly #counts = new Map<string, number>();

  add({ collection }: InspectedFile, count = 1): void {
    this.#counts.set(collection, (this.#counts.get(collection) ?? 0) + count);
  }

  of({ collection }: InspectedFile): number {
    return this.#counts.get(collection) ?? 0;
  }
}

/** `3 of 60 pictures in train (5.0 %)`, or rows of a file. */
export function partOf(file: InspectedFile, count: number, total: number): string {
  if (file.format !== 'image') return shareOf(count, total);
  return `${shareOf(count, total).replace(' rows', ` pictures in ${shown(file.collection)}`)}`;
}

/** `line 12 of a.csv`, without the name where it is `here`; of a picture its name. */
export function refOf(ref: RowRef, here: string): string {
  if (ref.file.format === 'image') return shown(ref.file.shown);
  return ref.file.shown === here ? placeOf(ref) : `${placeOf(ref)} of ${ref.file.shown}`;
}

/** `line 12` or `row 11`. */
export function placeOf({ number, line }: Pick<RowRef, 'number' | 'line'>): string {
  return line === undefined ? `row ${number}` : `line ${line}`;
}

/** Place of a finding about a row. */
export function whereOf({ number, line }: Pick<RowRef, 'number' | 'line'>, column?: string): DataWhere {
  return {
    member: null,
    offset: null,
    row: number,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { field: column }),
  };
}

/** `1,203 of 10,000 rows (12.0 %)` */
export function shareOf(count: number, total: number): string {
  const percent = (100 * count) / Math.max(1, total);
  return `${count} of ${total} rows (${percent < 0.1 ? percent.toPrecision(1) : percent.toFixed(1)} %)`;
}

/** Names and labels come from strangers: what of them goes into a message is short and shows. */
export function shown(text: string): string {
  const visible = text.replace(/[^\x20-\x7e\p{L}\p{N}]/gu, '?');
  return visible.length > 60 ? `${visible.slice(0, 57)}...` : visible;
}
