import { closeSync, openSync, writeSync } from 'node:fs';
import { type Field, list, struct, unsigned } from './write-thrift.ts';

/** A column of whole numbers, of text, or of a few texts that are written as a dictionary. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: 'number' | 'text' | 'choice';
  /** Rows of a page. */
  readonly pageRows: number;
}

type Value = number | string;

const [I32, I64, BINARY, LIST, STRUCT] = [5, 6, 8, 9, 12] as const;
const [INT64, BYTE_ARRAY] = [2, 6] as const;
const [PLAIN, RLE, RLE_DICTIONARY] = [0, 3, 8] as const;

const textItem = (text: string): Buffer => Buffer.concat([unsigned(Buffer.byteLength(text)), Buffer.from(text)]);

function plainTexts(texts: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  for (const text of texts) {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}

function page(header: readonly Field[], data: Buffer): Buffer {
  return Buffer.concat([
    struct([...header.slice(0, 1), [2, I32, data.length], [3, I32, data.length], ...header.slice(1)]),
    data,
  ]);
}

/** Pages of one column of one row group. */
class Chunk {
  readonly pages: Buffer[] = [];
  readonly choices: string[] = [];
  rows = 0;
  readonly #column: ParquetColumn;
  #waiting: Value[] = [];

  constructor(column: ParquetColumn) {
    this.#column = column;
  }

  add(value: Value): void {
    this.#waiting.push(value);
    this.rows++;
    if (this.#waiting.length === this.#column.pageRows) this.end();
  }

  end(): void {
    const values = this.#waiting;
    if (values.length === 0) return;
    const encoding = this.#column.type === 'choice' ? RLE_DICTIONARY : PLAIN;
    const own = struct([
      [1, I32, values.length],
      [2, I32, encoding],
      [3, I32, RLE],
      [4, I32, RLE],
    ]);
    this.pages.push(
      page(
        [
          [1, I32, 0],
          [5, STRUCT, own],
        ],
        this.#encoded(values),
      ),
    );
    this.#waiting = [];
  }

  /** The dictionary's page, which stands first; empty without one. */
  dictionary(): Buffer {
    if (this.#column.type !== 'choice') return Buffer.alloc(0);
    const own = struct([
      [1, I32, this.choices.length],
      [2, I32, PLAIN],
    ]);
    return page(
      [
        [1, I32, 2],
        [7, STRUCT, own],
      ],
      plainTexts(this.choices),
    );
  }

  #encoded(values: readonly Value[]): Buffer {
    if (this.#column.type === 'text') return plainTexts(values as readonly string[]);
    if (this.#column.type === 'number') {
      const bytes = Buffer.alloc(values.length * 8);
      for (const [at, value] of values.entries()) bytes.writeBigInt64LE(BigInt(value), at * 8);
      return bytes;
    }
    // Eight bits an index, in runs of one.
    const parts = [Buffer.of(8)];
    for (const value of values as readonly string[]) {
      let index = this.choices.indexOf(value);
      if (index === -1) index = this.choices.push(value) - 1;
      parts.push(Buffer.of(2, index));
    }
    return Buffer.concat(parts);
  }
}

/** Writes Parquet without packing, for tests and benchmarks that need row groups and pages of any size. A row group is held in memory. */
export class ParquetWriter {
  readonly #columns: readonly ParquetColumn[];
  readonly #groupRows: number;
  readonly #descriptor: number;
  readonly #groups: Buffer[] = [];
  #chunks: readonly Chunk[];
  #at = 0;
  #rows = 0;

  constructor(path: string, columns: readonly ParquetColumn[], groupRows: number) {
    this.#columns = columns;
    this.#groupRows = groupRows;
    this.#descriptor = openSync(path, 'w');
    this.#chunks = columns.map((column) => new Chunk(column));
    this.#write(Buffer.from('PAR1'));
  }

  add(row: Readonly<Record<string, Value>>): void {
    for (const [at, { name }] of this.#columns.entries()) this.#chunks[at]!.add(row[name]!);
    this.#rows++;
    if (this.#chunks[0]!.rows === this.#groupRows) this.#endGroup();
  }

  close(): void {
    this.#endGroup();
    const elements = this.#columns.map(({ name, type }) =>
      struct([
        [1, I32, type === 'number' ? INT64 : BYTE_ARRAY],
        [3, I32, 0],
        [4, BINARY, name],
        ...(type === 'number' ? [] : [[6, I32, 0] as const]),
      ]),
    );
    const root = struct([
      [4, BINARY, 'schema'],
      [5, I32, elements.length],
    ]);
    const footer = struct([
      [1, I32, 2],
      [2, LIST, list(STRUCT, [root, ...elements])],
      [3, I64, this.#rows],
      [4, LIST, list(STRUCT, this.#groups)],
    ]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    this.#write(Buffer.concat([footer, length, Buffer.from('PAR1')]));
    closeSync(this.#descriptor);
  }

  #endGroup(): void {
    const { rows } = this.#chunks[0]!;
    if (rows === 0) return;
    let total = 0;
    const columns = this.#columns.map(({ name, type }, at) => {
      const chunk = this.#chunks[at]!;
      chunk.end();
      const start = this.#at;
      const dictionary = chunk.dictionary();
      this.#write(dictionary);
      const data = this.#at;
      for (const one of chunk.pages) this.#write(one);
      const size = this.#at - start;
      total += size;
      const encodings = type === 'choice' ? [PLAIN, RLE, RLE_DICTIONARY] : [PLAIN, RLE];
      const meta = struct([
        [1, I32, type === 'number' ? INT64 : BYTE_ARRAY],
        [
          2,
          LIST,
          list(
            I32,
            encodings.map((one) => unsigned(one * 2)),
          ),
        ],
        [3, LIST, list(BINARY, [textItem(name)])],
        [4, I32, 0],
        [5, I64, rows],
        [6, I64, size],
        [7, I64, size],
        [9, I64, data],
        ...(dictionary.length === 0 ? [] : [[11, I64, start] as const]),
      ]);
      return struct([
        [2, I64, start],
        [3, STRUCT, meta],
      ]);
    });
    this.#groups.push(
      struct([
        [1, LIST, list(STRUCT, columns)],
        [2, I64, total],
        [3, I64, rows],
      ]),
    );
    this.#chunks = this.#columns.map((column) => new Chunk(column));
  }

  #write(bytes: Buffer): void {
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#at + done);
    this.#at += bytes.length;
  }
}
