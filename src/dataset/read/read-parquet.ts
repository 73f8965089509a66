import { closeSync, openSync, fstatSync, readSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  type AsyncBuffer,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type RowGroup,
  type SchemaTree,
  snappyUncompress,
} from 'hyparquet';
import { Fault } from '../../core/fault.ts';
import { unpackLz4Block } from '../../formats/lz4/read-lz4.ts';
import type { Cell } from '../canonical-row.ts';
import type { Batch } from '../open-data-file.ts';
import { EXACT_PARSERS, exactCells, type ParquetNode } from './parquet-cells.ts';
import { assertPageBody, canClaim, type DataPage, type PageColumn, valuesCanClaim } from './parquet-page-body.ts';
import { type PageSizes, readPageTotals } from './parquet-pages.ts';

/** Unpacked bytes whose rows are decoded at once: a row group with more is read several times over, part by part. */
const AT_ONCE = 64 << 20;
/** Unpacked bytes of a row group, whose columns the writer chose to pack as a whole; writers make 128 MiB ones. */
const MAX_GROUP = 1 << 29;
/** Values that the pages which are decoded at once may hold: eight bytes each at least, in a heap of 1 GiB. */
const MOST_VALUES = 1 << 26;
/** Cells that are made into rows at once. */
const MOST_CELLS = 1 << 22;
/** Rows given on at once. */
const BATCH = 1024;
const MAX_FOOTER = 64 << 20;

const bounded =
  (unpack: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array) =>
  (bytes: Uint8Array, length: number): Uint8Array =>
    unpack(bytes, { maxOutputLength: Math.max(1, Math.min(length, MAX_GROUP)) });

/** No element of Snappy's format makes more than 64 bytes of two. */
const SNAPPY_RATIO = 32;
/** A byte of LZ4 adds 255 to a match at most. */
const LZ4_RATIO = 256;

function unpackSnappy(bytes: Uint8Array, length: number): Uint8Array {
  if (!(length <= MAX_GROUP && length <= bytes.length * SNAPPY_RATIO)) throw new RangeError('a page is too large');
  const page = new Uint8Array(length);
  snappyUncompress(bytes, page);
  return page;
}

function unpackLz4(bytes: Uint8Array, length: number): Uint8Array {
  if (!(length <= MAX_GROUP && length <= bytes.length * LZ4_RATIO)) throw new RangeError('a page is too large');
  const page = unpackLz4Block(bytes, length);
  if (page === null) throw new RangeError('a page of LZ4 is damaged');
  return page;
}

/** What Parquet calls LZ4 without RAW: blocks behind two big-endian lengths as Hadoop writes them, or one bare block. */
function unpackHadoopLz4(bytes: Uint8Array, length: number): Uint8Array {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Uint8Array[] = [];
  let [at, made] = [0, 0];
  while (at + 8 <= source.length) {
    const [large, small] = [source.readUInt32BE(at), source.readUInt32BE(at + 4)];
    if (small > source.length - at - 8 || large > length - made) break;
    const part = unpackLz4Block(source.subarray(at + 8, at + 8 + small), large);
    if (part === null) break;
    parts.push(part);
    made += large;
    at += 8 + small;
  }
  return at === source.length && made === length ? Buffer.concat(parts) : unpackLz4(bytes, length);
}

const compressors = {
  SNAPPY: unpackSnappy,
  LZ4: unpackHadoopLz4,
  LZ4_RAW: unpackLz4,
  GZIP: bounded(gunzipSync),
  BROTLI: bounded(brotliDecompressSync),
  ZSTD: bounded(zstdDecompressSync),
};

/**
 * Rows of a Parquet file, a batch at a time: memory is that of one row group's column chunks. Values come as exact as they are stored, so that
 * rows that differ have different digests.
 * @throws Fault `ERR_DATA` where it is damaged, encrypted or larger than is read.
 */
export async function* readParquetRows(path: string): AsyncGenerator<Batch> {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const file: AsyncBuffer = {
      byteLength: size,
      slice: (start, end = size) => {
        const from = start < 0 ? Math.max(0, size + start) : start;
        const length = Math.min(end, size) - from;
        if (!(length >= 0 && length <= MAX_GROUP)) throw new RangeError('outside of the file, or too much at once');
        const buffer = new ArrayBuffer(length);
        let filled = 0;
        while (filled < length) {
          const count = readSync(descriptor, new Uint8Array(buffer, filled), 0, length - filled, from + filled);
          if (count === 0) throw new RangeError('the file ends early');
          filled += count;
        }
        return buffer;
      },
    };
    const tail = new DataView(await file.slice(Math.max(0, size - 8)));
    if (tail.byteLength < 8 || tail.getUint32(0, true) > MAX_FOOTER) throw damaged(path);
    if (new TextDecoder('latin1').decode(new Uint8Array(await file.slice(0, 4))) === 'PARE') throw encrypted(path);
    const metadata = await parquetMetadataAsync(file);
    const root = parquetSchema(metadata);
    const converts = [...exactCells(root as ParquetNode)];
    const flat = root.children.filter(({ children }) => children.length === 0).map(({ element }) => element.name);
    const nested = root.children.map(({ element }) => element.name).filter((name) => !flat.includes(name));
    let start = 0;
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      if (!(Number.isSafeInteger(rows) && rows >= 0) || Number(group.total_byte_size) > MAX_GROUP) {
        throw new Fault('ERR_DATA', 'A row group of the Parquet file is larger than is read.', {
          where: path,
          hint: `Write it with row groups below ${MAX_GROUP >> 20} MiB.`,
        });
      }
      checkPages(group, rows, root, (from, length) => {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, size - from)));
        return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from));
      });
      const step = Math.max(
        1,
        Math.min(
          Math.floor((rows * AT_ONCE) / Math.max(AT_ONCE, Number(group.total_byte_size))),
          Math.floor(MOST_CELLS / group.columns.length),
        ),
      );
      for (let from = start; from < start + rows; from += step) {
        const rowEnd = Math.min(from + step, start + rows);
        const read = await parquetReadObjects({
          file,
          metadata,
          rowStart: from,
          rowEnd,
          compressors,
          parsers: EXACT_PARSERS as never,
          utf8: false,
        });
        if (read.length !== rowEnd - from) throw damaged(path);
        for (let at = 0; at < read.length; at += BATCH) {
          yield read.slice(at, at + BATCH).map((one) => {
            const row = one as Record<string, Cell>;
            // A column with fewer values than the group has rows.
            if (flat.some((name) => row[name] === undefined)) throw damaged(path);
            // A place in a dictionary that has no such place.
            if (nested.some((name) => hasHole(row[name]))) throw damaged(path);
            for (const [name, convert] of converts) row[name] = convert(row[name]);
            return { row };
          });
        }
      }
      start += rows;
    }
  } catch (cause) {
    if (cause instanceof Fault)
      throw cause.where === undefined || cause.where.includes(path)
        ? cause
        : new Fault(cause.code, cause.message, { where: `${path}: ${cause.where}`, cause });
    throw damaged(path, cause);
  } finally {
    closeSync(descriptor);
  }
}

/** Whether nothing stands where the decoder puts null for what is missing; as deep as the schema is. */
function hasHole(cell: Cell | undefined): boolean {
  if (cell === undefined) return true;
  if (Array.isArray(cell)) return cell.some(hasHole);
  if (typeof cell !== 'object' || cell === null || Object.getPrototypeOf(cell) !== Object.prototype) return false;
  return Object.values(cell).some(hasHole);
}

/**
 * Nothing is decoded before it is known how much it makes: what stands in the footer and in front of pages are claims.
 * @throws RangeError
 */
function checkPages(
  { columns }: RowGroup,
  rows: number,
  root: SchemaTree,
  read: (from: number, length: number) => Uint8Array,
): void {
  if (rows === 0) return;
  if (columns.length === 0) throw new RangeError('a row group has rows and no columns');
  let [together, texts] = [0, 0];
  const flat = new Set(
    root.children.filter(({ children }) => children.length === 0).map(({ element }) => element.name),
  );
  for (const { meta_data: meta } of columns) {
    if (meta === undefined) throw new RangeError('a column has no metadata');
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const length = Number(meta.total_compressed_size);
    if (!(start >= 0 && length >= 0 && Number.isSafeInteger(start + length)))
      throw new RangeError('a column lies nowhere');
    const column = columnOf(root, meta.path_in_schema);
    const { values, largest } = readPageTotals(read, start, start + length, (page, bytes) => {
      texts += bytesMade(page, column, meta.codec, bytes);
    });
    if (texts > MAX_GROUP) throw new RangeError('the texts of a row group are longer than is read');
    // Every row is a value of every column, or the mark that there is none.
    if (values < rows) throw new RangeError('a column has fewer values than the group has rows');
    // Of a plain column one page is decoded at a time, of a nested one all.
    const [name] = meta.path_in_schema;
    together += meta.path_in_schema.length === 1 && flat.has(name!) ? largest : values;
  }
  if (together > MOST_VALUES) {
    throw new Fault(
      'ERR_DATA',
      'The pages of a row group of the Parquet file hold more values than are read at once.',
      {
        hint: 'Write it with fewer rows in a row group.',
      },
    );
  }
}

/** What the decoder takes from the way to a column; levels are counted as it counts them. */
function columnOf(root: SchemaTree, path: readonly string[]): PageColumn {
  const way = [root];
  for (const name of path) {
    const next = way.at(-1)!.children.find(({ element }) => element.name === name);
    if (next === undefined) throw new RangeError('a column is not in the schema');
    way.push(next);
  }
  const { type, type_length: typeLength } = way.at(-1)!.element;
  return {
    maxRepetition: way.filter(({ element }) => element.repetition_type === 'REPEATED').length,
    maxDefinition: way.slice(1).filter(({ element }) => element.repetition_type !== 'REQUIRED').length,
    type: type ?? '',
    typeLength: Number(typeLength ?? 0),
  };
}

/** Looks into a page whose runs could ask for more than it holds. @returns bytes of text that are made of it besides its own */
function bytesMade(page: DataPage & PageSizes, column: PageColumn, codec: string, read: () => Uint8Array): number {
  if (!canClaim(page, column)) return 0;
  const unpack = Object.hasOwn(compressors, codec) ? compressors[codec as keyof typeof compressors] : null;
  // A codec that is not known is not unpacked by the decoder either.
  if (unpack === null && codec !== 'UNCOMPRESSED') return 0;
  const bytes = read();
  const unpacked = (packed: Uint8Array): Uint8Array =>
    unpack === null || !page.isPacked || page.unpacked === 0 ? packed : unpack(packed, page.unpacked);
  if (page.version === 1) return assertPageBody(page, column, null, unpacked(bytes));
  const levels = page.repetitionBytes + page.definitionBytes;
  return assertPageBody(page, column, bytes, valuesCanClaim(page) ? unpacked(bytes.subarray(levels)) : null);
}

function damaged(path: string, cause?: unknown): Fault {
  const message = cause instanceof Error ? cause.message : '';
  // What the decoder says that it does not do: packing, encoding, or columns in another file.
  const lacking = /unsupported compression codec: \w{1,20}|unsupported encoding: \w{1,30}|file_path not supported/.exec(
    message,
  )?.[0];
  if (lacking === undefined) return new Fault('ERR_DATA', 'The Parquet file is damaged.', { where: path, cause });
  return new Fault(
    'ERR_DATA',
    `The Parquet file uses what is not read (${lacking.replace('file_path not supported', 'columns in other files')}).`,
    {
      where: path,
      hint: 'Write it again with the codec zstd and the usual encodings.',
      cause,
    },
  );
}

function encrypted(path: string): Fault {
  return new Fault('ERR_DATA', 'The Parquet file is encrypted.', { where: path, hint: 'Decrypt it first.' });
}
