import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { basename, dirname } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { Row } from './canonical-row.ts';
import { isIdx } from '../formats/idx/read-idx.ts';
import { isNpy } from '../formats/npy/read-npy.ts';
import { readIdxRows, readNpyRows, readNpzRows } from './read/read-arrays.ts';
import { partitionOf, withPartition } from './partition.ts';
import { readJsonArrayRows, readJsonObjectRows } from './read/read-json-array.ts';
import { type OnBadRow, readCsvRows, readJsonRows, readTextRows } from './read/read-lines.ts';
import type { Packing } from './read/text-pieces.ts';
import { readParquetRows } from './read/read-parquet.ts';

export interface PlacedRow {
  readonly row: Row;
  /** From 1, in files of text. */
  readonly line?: number;
}

export type Batch = readonly PlacedRow[];

export const DATA_FORMATS = ['csv', 'jsonl', 'json', 'parquet', 'npz', 'npy', 'idx', 'image', 'text'] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];

/** A file with rows. */
export interface DataFile {
  readonly format: DataFormat;
  /** True for a JSON object and plain text, which need not be data. */
  readonly document?: true;
  /** All rows in order, a batch at a time. May be called again. @throws Fault `ERR_DATA` */
  rows(): AsyncGenerator<Batch>;
}

export interface ReadOptions {
  /** Separator of CSV; without it, the one that the first line has most of. */
  readonly separator?: string | undefined;
  /** False: CSV has no line of names, and its columns are `c1`, `c2`, …. */
  readonly header?: boolean | undefined;
  /** Path below the folder of the data set: folders such as `year=2024` in it are columns of CSV, JSON Lines and Parquet. */
  readonly name?: string;
  /** True: JSON objects (as the rows of the list in them, or one row) and lines of plain text are rows, too. */
  readonly documents?: boolean;
  /** Told of rows of CSV and JSON that cannot be read, which are then left out; without it, they are errors. */
  readonly onBadRow?: OnBadRow;
}

const HEAD = 4096;
/** Bytes with at least one whole block of Zstandard. */
const FIRST_BLOCKS = 160 << 10;
/** Bytes in which the first line of a JSON file is looked for. */
const FIRST_LINE = 16 << 20;
const MAX_IMAGE = 64 << 20;
const TABLE_NAME = /\.(csv|tsv|tab|data)$/;
/** Text that is read by people and not by models. */
const PAPERS =
  /^(?:readme|licen[cs]e|copying|copyright|notice|changelog|changes|requirements|authors|contributors|contributing|citation|version|todo|robots|sources?|checksums?|md5|md5sums?|sha\d{1,3}sums?)\b/;
/** JSON that says how data or a model is built, and holds none. */
const SETTINGS =
  /^(?:dataset_infos?|dataset_dict|state|datapackage|croissant|config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|preprocessor_config|vocab|package|package-lock|tsconfig|manifest|.{1,200}\.(?:schema|index))\.json$/;

/**
 * A file as rows, by its first bytes; text that begins like neither JSON nor an array is a table where its name says so. Null where it is no
 * data that is read.
 * @throws the error of the file system
 */
export function openDataFile(path: string, options: ReadOptions = {}): DataFile | null {
  const raw = firstBytes(path, HEAD);
  const gzip = raw[0] === 0x1f && raw[1] === 0x8b;
  const zstd = raw.length > 4 && raw.readUInt32LE(0) === 0xfd2fb528;
  const packing: Packing = gzip ? 'gzip' : zstd ? 'zstd' : 'none';
  const head = gzip ? unpackedStart(raw, HEAD) : zstd ? unpackedZstd(path, HEAD) : raw;
  const name = path.toLowerCase().replace(/\.(?:gz|zst|zstd)$/, '');
  const partition = partitionOf(options.name ?? '');
  const table = (format: DataFormat, rows: () => AsyncGenerator<Batch>): DataFile => ({
    format,
    rows: partition === null ? rows : () => withPartition(rows(), partition),
  });
  if (packing === 'none' && (startsWith(head, 'PAR1') || startsWith(head, 'PARE'))) {
    return table('parquet', () => readParquetRows(path));
  }
  if (!zstd && isNpy(head)) return { format: 'npy', rows: () => readNpyRows(path, gzip) };
  if (startsWith(head, 'PK\x03\x04') && packing === 'none' && (name.endsWith('.npz') || beginsWithArray(head))) {
    return { format: 'npz', rows: () => readNpzRows(path) };
  }
  if (packing === 'none' && isImage(head)) return { format: 'image', rows: () => imageRow(path) };
  if (!zstd && isIdx(head)) return { format: 'idx', rows: () => readIdxRows(path, gzip) };
  const text = startOfText(head);
  const { onBadRow } = options;
  const json = /\.(jsonl|ndjson|json)$/.test(name);
  if (text.startsWith('[') && (json || /^\[\s*[{\]]/.test(text))) {
    return table('json', () => readJsonArrayRows(path, packing, onBadRow));
  }
  if (/\.(jsonl|ndjson)$/.test(name) || (text.startsWith('{') && isJsonLines(text, path, raw.length, packing))) {
    return table('jsonl', () => readJsonRows(path, packing, onBadRow));
  }
  if (TABLE_NAME.test(name)) {
    const separator = options.separator ?? (/\.(tsv|tab)$/.test(name) ? '\t' : null);
    return table('csv', () => readCsvRows(path, packing, { separator, header: options.header !== false, onBadRow }));
  }
  if (options.documents !== true) return null;
  const own = basename(name);
  if (text.startsWith('{') && own.endsWith('.json') && !SETTINGS.test(own)) {
    return { format: 'json', document: true, rows: () => readJsonObjectRows(path, packing) };
  }
  if (own.endsWith('.txt') && !PAPERS.test(own))
    return { format: 'text', document: true, rows: () => readTextRows(path, packing) };
  return null;
}

function startOfText(head: Buffer): string {
  const wide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const text = wide ? new TextDecoder(head[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(head) : head.toString('utf8');
  return text.replace(/^\uFEFF/, '').trimStart();
}

/** True where the first member of a zip archive is named like an array. */
function beginsWithArray(head: Buffer): boolean {
  return (
    head.length > 30 &&
    head
      .subarray(30, 30 + head.readUInt16LE(26))
      .toString('latin1')
      .endsWith('.npy')
  );
}

/** True where the first line is an object by itself and another begins behind it. */
function isJsonLines(head: string, path: string, read: number, packing: Packing): boolean {
  let text = head;
  if (!text.includes('\n') && read === HEAD) {
    const raw = packing === 'zstd' ? unpackedZstd(path, FIRST_LINE) : firstBytes(path, FIRST_LINE);
    text = startOfText(packing === 'gzip' ? unpackedStart(raw, FIRST_LINE) : raw);
  }
  const end = text.indexOf('\n');
  if (end === -1) return false;
  try {
    const value: unknown = JSON.parse(text.slice(0, end));
    return (
      typeof value === 'object' &&
      value !== null &&
      text
        .slice(end, end + HEAD)
        .trimStart()
        .startsWith('{')
    );
  } catch {
    return false;
  }
}

/** A picture is one row: its bytes, and the folder that it lies in. */
async function* imageRow(path: string): AsyncGenerator<Batch> {
  const { size } = await stat(path);
  if (size > MAX_IMAGE) {
    throw new Fault('ERR_DATA', `The picture has more than ${MAX_IMAGE >> 20} MiB.`, { where: basename(path) });
  }
  const bytes = await readFile(path);
  yield [{ row: { image: bytes, folder: basename(dirname(path)) } }];
}

function isImage(head: Buffer): boolean {
  return (
    startsWith(head, '\x89PNG') ||
    startsWith(head, '\xff\xd8\xff') ||
    startsWith(head, 'GIF8') ||
    (startsWith(head, 'BM') && head.length > 18 && head.readUInt32LE(14) <= 124) ||
    startsWith(head, 'II*\0') ||
    startsWith(head, 'MM\0*') ||
    /^P[1-6][\s#]/.test(head.subarray(0, 3).toString('latin1')) ||
    (startsWith(head, 'RIFF') && head.subarray(8, 12).toString('latin1') === 'WEBP')
  );
}

/** The beginning of a file. @throws the error of the file system */
export function firstBytes(path: string, most: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(Math.min(most, Math.max(HEAD, fstatSync(descriptor).size)));
    return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** Packed bytes unpack to no more than some thousand times as many. */
function unpackedStart(raw: Buffer, most: number): Buffer {
  const whole = raw.subarray(0, Math.max(HEAD, most >> 2));
  try {
    const limit = Math.min(1 << 28, whole.length * 1100 + HEAD);
    return gunzipSync(whole, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: limit }).subarray(0, most);
  } catch {
    return Buffer.alloc(0);
  }
}

/** What the first blocks unpack to: nothing comes of a part of a block. */
function unpackedZstd(path: string, most: number): Buffer {
  try {
    const limit = { finishFlush: constants.ZSTD_e_continue, maxOutputLength: 1 << 26 };
    return zstdDecompressSync(firstBytes(path, FIRST_BLOCKS), limit).subarray(0, most);
  } catch {
    return Buffer.alloc(0);
  }
}

function startsWith(bytes: Uint8Array, magic: string): boolean {
  return Buffer.from(bytes.subarray(0, magic.length)).toString('latin1') === magic;
}
