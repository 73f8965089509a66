import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Fault } from '../../core/fault.ts';
import { CsvReader } from '../../formats/csv/csv-reader.ts';
import type { Cell, Row } from '../canonical-row.ts';
import type { Batch, PlacedRow } from '../open-data-file.ts';

const MAX_LINE = 64 << 20;
/** Small enough that rows are garbage before they are old, so that memory stays where it is. */
const CHUNK = 1 << 16;

/** Rows have no prototype's members: a column may have any name. */
const RowObject = function () {} as unknown as new () => Record<string, Cell>;
RowObject.prototype = Object.create(null) as object;

/** Text of a file in pieces, unpacked where it is gzipped. Text that is not UTF-8 is an error and not a replacement character. */
export async function* textPieces(path: string, gzip: boolean): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const file = createReadStream(path, { highWaterMark: CHUNK });
  const stream = gzip ? file.pipe(createGunzip({ chunkSize: CHUNK })) : file;
  if (gzip) file.on('error', (error) => stream.destroy(error));
  try {
    for await (const chunk of stream) yield decoder.decode(chunk as Buffer, { stream: true });
    yield decoder.decode();
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('ERR_DATA', 'The file is damaged, or its text is not UTF-8.', { where: path, cause });
  } finally {
    file.destroy();
  }
}

export interface CsvOptions {
  /** Null: the one of `, ; | tab` that the first line has most of. */
  readonly separator: string | null;
  /** False: columns are `c1`, `c2`, …, and the first line is a row. */
  readonly header: boolean;
}

/**
 * Rows of CSV, whose cells are all text. Lines of tab-separated values are split as they stand: a quote is a character like any other there
 * (IANA, text/tab-separated-values).
 * @throws Fault `ERR_DATA` with the line.
 */
export async function* readCsvRows(path: string, gzip: boolean, options: CsvOptions): AsyncGenerator<Batch> {
  let names: readonly string[] | null = null;
  let batch: PlacedRow[] = [];
  const onRow = (fields: readonly string[], line: number): void => {
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
      throw new Fault('ERR_DATA', `A row has ${fields.length} fields, and the first line names ${names.length}.`, {
        where: `line ${line}`,
        hint: 'Quote fields that hold the separator; --separator names another one.',
      });
    }
    const row = new RowObject();
    for (let at = 0; at < fields.length; at++) row[names[at]!] = fields[at]!;
    batch.push({ row, line });
  };
  let reader: { push(text: string): void; end(): void } | null = null;
  for await (const piece of textPieces(path, gzip)) {
    if (piece === '') continue;
    if (reader === null) {
      const separator = options.separator ?? likelySeparator(piece);
      reader = separator === '\t' ? new TabReader(onRow) : new CsvReader(onRow, separator);
    }
    reader.push(piece);
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
 * @throws Fault `ERR_DATA` with the line.
 */
export async function* readJsonRows(path: string, gzip: boolean): AsyncGenerator<Batch> {
  let rest = '';
  let line = 0;
  for await (const piece of textPieces(path, gzip)) {
    const batch: PlacedRow[] = [];
    let from = 0;
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
      parseLine(rest + piece.slice(from, end), ++line, batch);
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
  parseLine(rest, ++line, last);
  if (last.length > 0) yield last;
}

/** One JSON value as a row; whole numbers beyond 2^53 stay exact. @throws SyntaxError */
export function parseJsonRow(source: string): unknown {
  return /\d{16}/.test(source) ? JSON.parse(source, exactNumber as never) : JSON.parse(source);
}

function parseLine(text: string, line: number, into: PlacedRow[]): void {
  const source = line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (source.trim() === '') return;
  let value: unknown;
  try {
    value = parseJsonRow(source);
  } catch (cause) {
    throw new Fault('ERR_DATA', 'A line is not JSON.', { where: `line ${line}`, cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Fault('ERR_DATA', 'A line is not a JSON object.', { where: `line ${line}` });
  }
  into.push({ row: value as Row, line });
}

/** JSON.parse's reviver with access to the source text: whole numbers that a double does not hold become bigint. */
function exactNumber(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context?.source === undefined) return value;
  return /^-?\d{1,1000}$/.test(context.source) ? BigInt(context.source) : value;
}
