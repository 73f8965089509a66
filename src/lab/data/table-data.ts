import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Fault, isFault } from '../../core/fault.ts';
import { CsvReader } from '../../formats/csv/csv-reader.ts';
import type { LabelledData } from '../labelled-data.ts';
import { readLabels } from './array-data.ts';

export interface TableOptions {
  /** Name of the column with the class, or its number from 0 (negative: from the end). Default: label, class, target or y, or else the last. */
  readonly label?: string | number;
  /** Columns to leave out, by name or number: identifiers. */
  readonly leaveOut?: readonly (string | number)[];
  /** Default: a tab in `.tsv` files, or else a comma. */
  readonly separator?: string;
  /** Whether the first row has names; default: it has where one of its fields is no number. */
  readonly header?: boolean;
  readonly limit?: number;
}

/** Rows with the names of their columns. */
export interface Table extends LabelledData {
  /** Names of the features, in order. */
  readonly columns: readonly string[];
}

const LABEL_NAMES = ['label', 'class', 'target', 'y'];
const MAX_VALUES = 2 ** 30;

/**
 * Reads a table of numbers with a column of classes from CSV, gzipped or not, row by row.
 * @throws Fault `ERR_DATA` with line and column, `ERR_USAGE` when a column that is asked for is not there.
 */
export async function readTable(file: string, options: TableOptions = {}): Promise<Table> {
  const separator = options.separator ?? (/\.tsv(\.gz)?$/i.test(file) ? '\t' : ',');
  const collector = new Collector(options, file);
  const reader = new CsvReader((row, line) => collector.take(row, line), separator);
  for await (const text of textOf(file)) {
    try {
      reader.push(text);
    } catch (error) {
      throw placed(error, file);
    }
    if (collector.full) return collector.finish();
  }
  try {
    reader.end();
  } catch (error) {
    throw placed(error, file);
  }
  return collector.finish();
}

/** A text file in pieces, unpacked where it is a gzip by name. @throws Fault `ERR_USAGE`, `ERR_DATA` */
export async function* textOf(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const stream = createReadStream(file);
  const packed = /\.gz$/i.test(file);
  const bytes: AsyncIterable<Uint8Array> = packed ? stream.pipe(createGunzip()) : stream;
  // `pipe` does not hand errors on.
  if (packed) stream.on('error', (error) => (bytes as ReturnType<typeof createGunzip>).destroy(error));
  try {
    for await (const piece of bytes) yield decoder.decode(piece, { stream: true });
    yield decoder.decode();
  } catch (cause) {
    if (isFault(cause)) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    const isUnreadable = ['ENOENT', 'EACCES', 'EISDIR', 'EPERM'].includes(code);
    throw new Fault(
      isUnreadable ? 'ERR_USAGE' : 'ERR_DATA',
      isUnreadable ? 'The data file cannot be read.' : 'The data file is damaged, or its text is not UTF-8.',
      { where: file, cause },
    );
  } finally {
    stream.destroy();
  }
}

function placed(error: unknown, file: string): unknown {
  if (!isFault(error)) return error;
  const where = error.where === undefined || error.where.startsWith(file) ? file : `${file}, ${error.where}`;
  return new Fault(error.code, error.message, {
    where: error.where?.startsWith(file) === true ? error.where : where,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}

class Collector {
  readonly #options: TableOptions;
  readonly #file: string;
  #names: readonly string[] | null = null;
  #label = -1;
  #features: readonly number[] = [];
  #values = new Float32Array(1024);
  #count = 0;
  readonly #labels: string[] = [];

  constructor(options: TableOptions, file: string) {
    this.#options = options;
    this.#file = file;
  }

  get full(): boolean {
    return this.#count >= (this.#options.limit ?? Infinity);
  }

  take(row: readonly string[], line: number): void {
    if (this.full) return;
    if (this.#names === null) {
      const isHeader = this.#options.header ?? row.some((field) => field.trim() !== '' && Number.isNaN(Number(field)));
      this.#begin(isHeader ? row.map((name) => name.trim()) : row.map((_, index) => `column ${index}`), isHeader);
      if (isHeader) return;
    }
    const names = this.#names!;
    if (row.length !== names.length) {
      throw new Fault('ERR_DATA', `A row has ${row.length} fields, the first one has ${names.length}.`, {
        where: `line ${line}`,
      });
    }
    const width = this.#features.length;
    if ((this.#count + 1) * width > this.#values.length) this.#grow(width);
    this.#features.forEach((column, index) => {
      const field = row[column]!.trim();
      const value = field === '' ? NaN : Number(field);
      if (!Number.isFinite(value)) {
        throw new Fault('ERR_DATA', field === '' ? 'A value is missing.' : 'A value is not a number.', {
          where: `line ${line}, column ${JSON.stringify(names[column])}`,
          hint: 'Encode categories as numbers, fill in what is missing, or leave the column out.',
        });
      }
      this.#values[this.#count * width + index] = value;
    });
    this.#labels.push(row[this.#label]!.trim());
    this.#count += 1;
  }

  #begin(names: readonly string[], named: boolean): void {
    if (names.length < 2) {
      throw new Fault('ERR_DATA', 'The table has one column only: there must be features and a class.', {
        where: this.#file,
        hint: 'Say what separates the fields.',
      });
    }
    const { label, leaveOut = [] } = this.#options;
    this.#names = names;
    const guessed = named ? names.findIndex((name) => LABEL_NAMES.includes(name.toLowerCase())) : -1;
    this.#label = label === undefined ? (guessed >= 0 ? guessed : names.length - 1) : this.#column(label);
    const out = new Set([this.#label, ...leaveOut.map((one) => this.#column(one))]);
    this.#features = names.flatMap((_, index) => (out.has(index) ? [] : [index]));
    if (this.#features.length === 0) throw new Fault('ERR_USAGE', 'No column is left as a feature.');
  }

  #column(wanted: string | number): number {
    const names = this.#names!;
    const byName = names.indexOf(String(wanted));
    const number = Number(wanted);
    const at = byName >= 0 ? byName : Number.isInteger(number) ? (number < 0 ? names.length + number : number) : -1;
    if (at < 0 || at >= names.length) {
      throw new Fault('ERR_USAGE', `The table has no column ${JSON.stringify(wanted)}.`, {
        where: this.#file,
        hint: `It has ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.`,
      });
    }
    return at;
  }

  #grow(width: number): void {
    const length = Math.max(2 * this.#values.length, (this.#count + 1) * width);
    if (length > MAX_VALUES) {
      throw new Fault('ERR_DATA', `The table has more than ${MAX_VALUES / 2} numbers.`, {
        where: this.#file,
        hint: 'Take a part of it (--limit).',
      });
    }
    const larger = new Float32Array(length);
    larger.set(this.#values);
    this.#values = larger;
  }

  finish(): Table {
    if (this.#count === 0) throw new Fault('ERR_DATA', 'The table has no rows.', { where: this.#file });
    const width = this.#features.length;
    return {
      inputs: this.#values.slice(0, this.#count * width),
      inputShape: [width],
      count: this.#count,
      columns: this.#features.map((column) => this.#names![column]!),
      ...readLabels({ data: this.#labels }, this.#count, this.#file),
    };
  }
}
