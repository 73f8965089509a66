import { Fault } from '../../core/fault.ts';
import { CsvReader } from '../../formats/csv/csv-reader.ts';
import type { Cell, Row } from '../canonical-row.ts';
import type { Batch, PlacedRow } from '../open-data-file.ts';
import { parseJsonRow } from './parse-json-row.ts';
import { type Packing, textPieces } from './text-pieces.ts';

const MAX_LINE = 64 << 20;
const CSV_LIMITS = { columns: 65_536, field: MAX_LINE, row: MAX_LINE * 2 };

/** Rows have no prototype's members: a column may have any name. */
const RowObject = function () {} as unknown as new () => Record<string, Cell>;
RowObject.prototype = Object.create(null) as object;

/** Told of a row that cannot be read, with its line: then the rows behind it are read all the same. */
export type OnBadRow = (fault: Fault) => void;

export interface CsvOptions {
  /** Null: the one of `, ; | tab` that the first line has most of. */
  readonly separator: string | null;
  /** False: columns are `c1`, `c2`, …, and the first line is a row. */
  readonly header: boolean;
  /** Told of rows with too many or too few fields; without it, they are errors. */
  readonly onBadRow?: OnBadRow | undefined;
}

/**
 * Rows of CSV, whose cells are all text. Lines of tab-separated values are split as they stand: a quote is a character like any other there
 * (IANA, text/tab-separated-values). A first line `sep=;` says the separator, as spreadsheets write it; a quote inside a field that begins with
 * none is a character.
 * @throws Fault `ERR_DATA` with the line.
 */
export async function* readCsvRows(path: string, packing: Packing, options: CsvOptions): AsyncGenerator<Batch> {
  let names: readonly string[] | null = null;
  let batch: PlacedRow[] = [];
  /** Lines in front of the table. */
  let before = 0;
  const onRow = (fields: readonly string[], counted: number): void => {
    const line = counted + before;
    if (names === null && !options.header) names = fields.map((_, at) => `c${at + 1}`);
    if (names === null) {
      names = fields;
      if (new Set(fields).size !== fields.length) {
        throw new Fault('ERR_DATA', 'Two columns have the same name.', {
          where: `line ${line}`,
          hint: 'Where the first line is a row like the others, say --no-header.',
        });
      }
      return;
    }
    if (fields.length !== names.length) {
      const fault = new Fault(
        'ERR_DATA',
        `A row has ${fields.length} fields, and the first line names ${names.length}.`,
        {
          where: `line ${line}`,
          hint: 'Quote fields that hold the separator; --separator names another one.',
        },
      );
      if (options.onBadRow === undefined) throw fault;
      options.onBadRow(fault);
      return;
    }
    const row = new RowObject();
    for (let at = 0; at < fields.length; at++) row[names[at]!] = fields[at]!;
    batch.push({ row, line });
  };
  let reader: { push(text: string): void; end(): void } | null = null;
  for await (const piece of textPieces(path, packing)) {
    if (piece === '') continue;
    let text = piece;
    if (reader === null) {
      const said = options.separator === null ? /^\uFEFF?sep=([^\r\n"])\r?\n/i.exec(text.slice(0, 10)) : null;
      if (said !== null) {
        before = 1;
        text = text.slice(said[0].length);
      }
      const separator = options.separator ?? said?.[1] ?? likelySeparator(text);
      reader = separator === '\t' ? new TabReader(onRow) : new CsvReader(onRow, separator, CSV_LIMITS, 'keep');
    }
    reader.push(text);
    if (batch.length > 0) yield batch;
    batch = [];
  }
  reader?.end();
  if (batch.length > 0) yield batch;
}

/** The separator that the first line has most of, outside of quotes. */
export function likelySeparator(text: string): string {
  const counts = new Map<string, number>([...',;|\t'].map((one) => [one, 0]));
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text[at]!;
    if (unit === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (unit === '\n' || unit === '\r') break;
    else if (counts.has(unit)) counts.set(unit, counts.get(unit)! + 1);
  }
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

/** Splits lines at tabs. */
class TabReader {
  readonly #onRow: (fields: readonly string[], line: number) => void;
  #rest = '';
  #line = 0;

  constructor(onRow: (fields: readonly string[], line: number) => void) {
    this.#onRow = onRow;
  }

  push(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      this.#take(this.#rest + text.slice(from, end));
      this.#rest = '';
      from = end + 1;
    }
    this.#rest += text.slice(from);
    if (this.#rest.length > MAX_LINE) {
      throw new Fault('ERR_DATA', `A line is longer than ${MAX_LINE} characters.`, { where: `line ${this.#line + 1}` });
    }
  }

  end(): void {
    if (this.#rest !== '') this.#take(this.#rest);
  }

  #take(line: string): void {
    this.#line++;
    const text = this.#line === 1 ? line.replace(/^\uFEFF/, '') : line;
    const fields = (text.endsWith('\r') ? text.slice(0, -1) : text).split('\t');
    if (fields.length > 1 || fields[0] !== '') this.#onRow(fields, this.#line);
  }
}

/**
 * Rows of JSON Lines, one object a line. Whole numbers beyond 2^53 stay exact.
 * @param onBadRow told of lines that are no objects; without it, they are errors
 * @throws Fault `ERR_DATA` with the line.
 */
export function readJsonRows(path: string, packing: Packing, onBadRow?: OnBadRow): AsyncGenerator<Batch> {
  return readLines(path, packing, (text, line) => {
    if (text.trim() === '') return null;
    try {
      return parseJsonRow(text, `line ${line}`);
    } catch (fault) {
      if (onBadRow === undefined || !(fault instanceof Fault)) throw fault;
      onBadRow(fault);
      return null;
    }
  });
}

/**
 * Lines of plain text, each a row with the column `text`; empty ones are none.
 * @throws Fault `ERR_DATA`
 */
export function readTextRows(path: string, packing: Packing): AsyncGenerator<Batch> {
  return readLines(path, packing, (line) => {
    const text = line.replace(/\r$/, '');
    return text.trim() === '' ? null : { text };
  });
}

/** @param rowOf the row of a line, without its end and a byte order mark; null: it is none */
async function* readLines(
  path: string,
  packing: Packing,
  rowOf: (text: string, line: number) => Row | null,
): AsyncGenerator<Batch> {
  let rest = '';
  let line = 0;
  const take = (text: string, into: PlacedRow[]): void => {
    line++;
    const row = rowOf(line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text, line);
    if (row !== null) into.push({ row, line });
  };
  for await (const piece of textPieces(path, packing)) {
    const batch: PlacedRow[] = [];
    let from = 0;
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
      take(rest + piece.slice(from, end), batch);
      rest = '';
      from = end + 1;
    }
    rest += piece.slice(from);
    if (rest.length > MAX_LINE) {
      throw new Fault('ERR_DATA', `A line is longer than ${MAX_LINE} characters.`, { where: `line ${line + 1}` });
    }
    if (batch.length > 0) yield batch;
  }
  const last: PlacedRow[] = [];
  take(rest, last);
  if (last.length > 0) yield last;
}
