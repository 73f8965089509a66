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
import { unpackLz4Block } from '../../formats/lz4/lz4-block.ts';
import type { Cell } from '../canonical-row.ts';
import type { Batch } from '../open-data-file.ts';
import { EXACT_PARSERS, exactCells, type ParquetNode } from './parquet-cells.ts';
import { offsetIndexOf } from './page-index.ts';
import { assertPageBody, canClaim, type DataPage, type PageColumn, valuesCanClaim } from './parquet-page-body.ts';
import { type PageSizes, readPageTotals } from './parquet-pages.ts';

/** Unpacked bytes whose rows are decoded at once: of a row group with more, only the pages are read that hold them. */
const AT_ONCE = 12 << 20;
/** Unpacked bytes of a page, and of all nested columns of a row group together: where a row of these begins, only decoding tells. */
const MAX_WHOLE = 1 << 29;
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
    unpack(bytes, { maxOutputLength: Math.max(1, Math.min(length, MAX_WHOLE)) });

/** No element of Snappy's format makes more than 64 bytes of two. */
const SNAPPY_RATIO = 32;
/** A byte of LZ4 adds 255 to a match at most. */
const LZ4_RATIO = 256;

function unpackSnappy(bytes: Uint8Array, length: number): Uint8Array {
  if (!(length <= MAX_WHOLE && length <= bytes.length * SNAPPY_RATIO)) throw new RangeError('a page is too large');
  const page = new Uint8Array(length);
  snappyUncompress(bytes, page);
  return page;
}

function unpackLz4(bytes: Uint8Array, length: number): Uint8Array {
  if (!(length <= MAX_WHOLE && length <= bytes.length * LZ4_RATIO)) throw new RangeError('a page is too large');
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
 * Rows of a Parquet file, a batch at a time: memory is that of a few pages of each column, and of one row group's column chunks for columns of lists and
 * objects. Values come as exact as they are stored, so that rows that differ have different digests.
 * @throws Fault `ERR_DATA` where it is damaged, encrypted or larger than is read.
 */
export async function* readParquetRows(path: string): AsyncGenerator<Batch> {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    /** What stands behind the end of the file for the decoder: where pages are. */
    let indexes: Uint8Array = new Uint8Array(0);
    const file: AsyncBuffer = {
      byteLength: size,
      slice: (start, end = size) => {
        const from = start < 0 ? Math.max(0, size + start) : start;
        if (from >= size) return new Uint8Array(indexes.subarray(from - size, end - size)).buffer;
        const length = Math.min(end, size) - from;
        if (!(length >= 0 && length <= MAX_WHOLE)) throw new RangeError('outside of the file, or too much at once');
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
    const read = (from: number, length: number): Uint8Array => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - from)));
      return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from));
    };
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      if (!(Number.isSafeInteger(rows) && rows >= 0)) throw new RangeError('a row group has no number of rows');
      const plan = planGroup(group, rows, root, read, size);
      ({ indexes } = plan);
      for (let from = 0; from < rows; from += plan.step) {
        const rowEnd = Math.min(from + plan.step, rows);
        const decoded = await parquetReadObjects({
          file,
          // One group: the decoder looks at all that it is told of.
          metadata: { ...metadata, num_rows: group.num_rows, row_groups: [plan.group] },
          rowStart: from,
          rowEnd,
          compressors,
          parsers: EXACT_PARSERS as never,
          utf8: false,
          useOffsetIndex: true,
        });
        if (decoded.length !== rowEnd - from) throw damaged(path);
        for (let at = 0; at < decoded.length; at += BATCH) {
          yield decoded.slice(at, at + BATCH).map((one) => {
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
    }
  } catch (cause) {
    if (cause instanceof Fault)
      throw cause.where?.includes(path) === true
        ? cause
        : new Fault(cause.code, cause.message, {
            where: cause.where === undefined ? path : `${path}: ${cause.where}`,
            ...(cause.hint === undefined ? {} : { hint: cause.hint }),
            cause,
          });
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

/** How a row group is read. */
interface GroupPlan {
  /** The group, its columns with the places of their pages where these are known. */
  readonly group: RowGroup;
  /** These places, as bytes behind the end of the file. */
  readonly indexes: Uint8Array;
  /** Rows that are decoded at once. */
  readonly step: number;
}

/**
 * Nothing is decoded before it is known how much it makes: what stands in the footer and in front of pages are claims.
 * @param size of the file in bytes
 * @throws RangeError; Fault `ERR_DATA` for more than is read at once
 */
function planGroup(
  group: RowGroup,
  rows: number,
  root: SchemaTree,
  read: (from: number, length: number) => Uint8Array,
  size: number,
): GroupPlan {
  const { columns } = group;
  if (rows === 0) return { group, indexes: new Uint8Array(0), step: 1 };
  if (columns.length === 0) throw new RangeError('a row group has rows and no columns');
  let [together, bytes, least, whole, texts] = [0, 0, 0, 0, 0];
  const flat = new Set(
    root.children.filter(({ children }) => children.length === 0).map(({ element }) => element.name),
  );
  const indexes: Uint8Array[] = [];
  let end = size;
  const placed = columns.map((column) => {
    const { meta_data: meta } = column;
    if (meta === undefined) throw new RangeError('a column has no metadata');
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const length = Number(meta.total_compressed_size);
    if (!(start >= 0 && length >= 0 && Number.isSafeInteger(start + length)))
      throw new RangeError('a column lies nowhere');
    const chunk = columnOf(root, meta.path_in_schema);
    // Of a plain column one page is decoded at a time, of a nested one all.
    const [name] = meta.path_in_schema;
    const isFlat = meta.path_in_schema.length === 1 && flat.has(name!);
    const totals = readPageTotals(read, start, start + length, (page, content) => {
      const made = bytesMade(page, chunk, meta.codec, content);
      if (!isFlat) texts += made;
      if (made > MAX_WHOLE || texts > MAX_WHOLE) throw new RangeError('the texts of a page are longer than is read');
    });
    // Every row is a value of every column, or the mark that there is none.
    if (totals.values < rows) throw new RangeError('a column has fewer values than the group has rows');
    together += isFlat ? totals.largest : totals.values;
    bytes += totals.bytes;
    if (totals.largestBytes > MAX_WHOLE) throw tooLarge('A page');
    // What the file itself says of its pages is not asked.
    const { offset_index_offset: _, offset_index_length: __, ...rest } = column;
    if (!isFlat || totals.pages === null) {
      whole += totals.bytes;
      return rest;
    }
    least += totals.largestBytes;
    const index = offsetIndexOf(totals.pages);
    indexes.push(index);
    end += index.length;
    return { ...rest, offset_index_offset: BigInt(end - index.length), offset_index_length: index.length };
  });
  if (whole > MAX_WHOLE) throw tooLarge('A row group');
  if (together > MOST_VALUES) {
    throw new Fault(
      'ERR_DATA',
      'The pages of a row group of the Parquet file hold more values than are read at once.',
      { hint: 'Write it with fewer rows in a row group.' },
    );
  }
  // A page is read again for each step that it has rows for: steps are no smaller than the largest pages side by side.
  const share = Math.max(AT_ONCE, least) / Math.max(1, bytes, AT_ONCE);
  const step = Math.max(1, Math.min(Math.ceil(rows * Math.min(1, share)), Math.floor(MOST_CELLS / columns.length)));
  return { group: { ...group, columns: placed }, indexes: Buffer.concat(indexes), step };
}

function tooLarge(what: string): Fault {
  return new Fault('ERR_DATA', `${what} of the Parquet file is larger than is read.`, {
    hint: `Write it with row groups below ${MAX_WHOLE >> 20} MiB.`,
  });
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
