import { Fault } from '../../core/fault.ts';

const MARK = 0xfeff;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;

export interface CsvLimits {
  /** Fields of one row. */
  readonly columns: number;
  /** UTF-16 units of one field. */
  readonly field: number;
  /** UTF-16 units of all fields of one row; no bound but the others without it. */
  readonly row?: number;
}

export const DEFAULT_CSV_LIMITS: CsvLimits = { columns: 65_536, field: 1 << 20 };

/** What a quote inside a field that does not begin with one is: damage as in RFC 4180, or a character as spreadsheets and pandas have it. */
export type BareQuotes = 'refuse' | 'keep';

/** One row, and the line of the file (from 1) on which it begins. */
export type OnRow = (fields: string[], line: number) => void;

/**
 * Comma-separated values as RFC 4180 has them, read piece by piece: quoted fields may hold separators, line ends and doubled quotes;
 * lines end with CRLF, LF or CR. Beyond the RFC: any one-character separator, empty lines are left out, a byte order mark is skipped.
 */
export class CsvReader {
  readonly #onRow: OnRow;
  readonly #separator: string;
  readonly #limits: CsvLimits;
  readonly #bareQuotes: BareQuotes;
  #units = 0;
  #row: string[] = [];
  #field = '';
  /** `start` of a field, inside a `plain` or `quoted` one, or behind the `quote` that may have ended it. */
  #state: 'start' | 'plain' | 'quoted' | 'quote' = 'start';
  #line = 1;
  #rowLine = 1;
  #afterReturn = false;
  #first = true;

  /** @throws Fault `ERR_USAGE` when the separator is not one character, or a quote or a line end. */
  constructor(
    onRow: OnRow,
    separator = ',',
    limits: CsvLimits = DEFAULT_CSV_LIMITS,
    bareQuotes: BareQuotes = 'refuse',
  ) {
    if (separator.length !== 1 || '"\r\n'.includes(separator)) {
      throw new Fault('ERR_USAGE', 'The separator of CSV must be one character, and no quote or line end.');
    }
    this.#onRow = onRow;
    this.#separator = separator;
    this.#limits = limits;
    this.#bareQuotes = bareQuotes;
  }

  /** @throws Fault `ERR_DATA` with the line where it went wrong. */
  push(text: string): void {
    let at = this.#first && text.charCodeAt(0) === MARK ? 1 : 0;
    if (text !== '') this.#first = false;
    const separator = this.#separator.charCodeAt(0);
    let from = at;
    while (at < text.length) {
      if (this.#state === 'plain') at = endOfPlain(text, at, separator);
      else if (this.#state === 'quoted') at = this.#endOfQuoted(text, at);
      if (at === text.length) break;
      const unit = text.charCodeAt(at);
      const isEnd = unit === LINE_FEED || unit === RETURN;
      if (unit === LINE_FEED && this.#afterReturn) {
        this.#afterReturn = false;
        from = ++at;
        continue;
      }
      this.#afterReturn = unit === RETURN;
      if (isEnd) this.#line++;
      if (this.#state === 'quoted') {
        if (at > from) this.#extend(text.slice(from, at));
        this.#state = 'quote';
        from = at + 1;
      } else if (unit === separator) {
        if (at > from) this.#extend(text.slice(from, at));
        this.#endField();
        from = at + 1;
      } else if (isEnd) {
        if (at > from) this.#extend(text.slice(from, at));
        this.#endRow();
        from = at + 1;
      } else if (this.#state === 'quote') {
        if (unit !== QUOTE) this.#bad('a quoted field is followed by something that is no separator');
        this.#extend('"');
        this.#state = 'quoted';
        from = at + 1;
      } else if (unit === QUOTE) {
        if (this.#state !== 'plain') {
          this.#state = 'quoted';
          from = at + 1;
        } else if (this.#bareQuotes === 'refuse') this.#bad('a quote stands inside a field that is not quoted');
      } else this.#state = 'plain';
      at++;
    }
    if (at > from) this.#extend(text.slice(from, at));
  }

  /** Counts lines up to the next quote. */
  #endOfQuoted(text: string, start: number): number {
    let at = start;
    for (; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) return at;
      if (unit === RETURN || (unit === LINE_FEED && !this.#afterReturn)) this.#line++;
      this.#afterReturn = unit === RETURN;
    }
    return at;
  }

  /** @throws Fault `ERR_DATA` when the text ends inside a quoted field. */
  end(): void {
    if (this.#state === 'quoted') this.#bad('it ends inside a quoted field');
    if (this.#state !== 'start' || this.#row.length > 0) this.#endRow();
  }

  #extend(piece: string): void {
    this.#field += piece;
    if (this.#field.length > this.#limits.field) this.#bad(`a field is longer than ${this.#limits.field} characters`);
    if (this.#units + this.#field.length > (this.#limits.row ?? Infinity)) {
      this.#bad(`a row is longer than ${this.#limits.row} characters`);
    }
  }

  #endField(): void {
    this.#row.push(this.#field);
    this.#units += this.#field.length;
    if (this.#row.length > this.#limits.columns) this.#bad(`a row has more than ${this.#limits.columns} fields`);
    this.#field = '';
    this.#state = 'start';
  }

  #endRow(): void {
    const empty = this.#row.length === 0 && this.#state === 'start';
    const line = this.#rowLine;
    this.#rowLine = this.#line;
    if (empty) return;
    this.#endField();
    const row = this.#row;
    this.#row = [];
    this.#units = 0;
    this.#onRow(row, line);
  }

  #bad(what: string): never {
    throw new Fault('ERR_DATA', `The CSV is damaged: ${what}.`, { where: `line ${this.#line}` });
  }
}

/** Where the next character stands that means something in a field without quotes. */
function endOfPlain(text: string, start: number, separator: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === separator || unit === LINE_FEED || unit === RETURN || unit === QUOTE) break;
  }
  return at;
}

/** All rows of a text. */
export function readCsv(text: string, separator = ','): string[][] {
  const rows: string[][] = [];
  const reader = new CsvReader((row) => void rows.push(row), separator);
  reader.push(text);
  reader.end();
  return rows;
}
