import { closeSync, openSync, readSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';
import { basename, dirname } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { Row } from './canonical-row.ts';
import { isIdx } from '../formats/idx/read-idx.ts';
import { isNpy } from '../formats/npy/read-npy.ts';
import { readIdxRows, readNpyRows, readNpzRows } from './read/read-arrays.ts';
import { readJsonArrayRows } from './read/read-json-array.ts';
import { readCsvRows, readJsonRows } from './read/read-lines.ts';
import { readParquetRows } from './read/read-parquet.ts';

export interface PlacedRow {
  readonly row: Row;
  /** From 1, in files of text. */
  readonly line?: number;
}

export type Batch = readonly PlacedRow[];

export const DATA_FORMATS = ['csv', 'jsonl', 'json', 'parquet', 'npz', 'npy', 'idx', 'image'] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];

/** A file with rows. */
export interface DataFile {
  readonly format: DataFormat;
  /** All rows in order, a batch at a time. May be called again. @throws Fault `ERR_DATA` */
  rows(): AsyncGenerator<Batch>;
}

export interface ReadOptions {
  /** Separator of CSV; without it, the one that the first line has most of. */
  readonly separator?: string | undefined;
  /** False: CSV has no line of names, and its columns are `c1`, `c2`, …. */
  readonly header?: boolean | undefined;
}

const HEAD = 4096;
const MAX_IMAGE = 64 << 20;
const TABLE_NAME = /\.(csv|tsv|tab|data)$/;

/**
 * A file as rows, by its first bytes; text that begins like neither JSON nor an array is a table where its name says so. Null where it is no
 * data that is read.
 * @throws the error of the file system
 */
export function openDataFile(path: string, options: ReadOptions = {}): DataFile | null {
  const raw = firstBytes(path);
  const gzip = raw[0] === 0x1f && raw[1] === 0x8b;
  const head = gzip ? unpackedStart(raw) : raw;
  const name = path.toLowerCase().replace(/\.gz$/, '');
  if (startsWith(head, 'PAR1') && !gzip) return { format: 'parquet', rows: () => readParquetRows(path) };
  if (isNpy(head)) return { format: 'npy', rows: () => readNpyRows(path, gzip) };
  if (startsWith(head, 'PK\x03\x04') && !gzip && (name.endsWith('.npz') || beginsWithArray(head))) {
    return { format: 'npz', rows: () => readNpzRows(path) };
  }
  if (!gzip && isImage(head)) return { format: 'image', rows: () => imageRow(path) };
  if (isIdx(head)) return { format: 'idx', rows: () => readIdxRows(path, gzip) };
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  const json = /\.(jsonl|ndjson|json)$/.test(name);
  if (text.startsWith('[') && (json || /^\[\s*[{\]]/.test(text))) {
    return { format: 'json', rows: () => readJsonArrayRows(path, gzip) };
  }
  if (/\.(jsonl|ndjson)$/.test(name) || (text.startsWith('{') && isJsonLines(text))) {
    return { format: 'jsonl', rows: () => readJsonRows(path, gzip) };
  }
  if (TABLE_NAME.test(name)) {
    const separator = options.separator ?? (/\.(tsv|tab)$/.test(name) ? '\t' : null);
    return { format: 'csv', rows: () => readCsvRows(path, gzip, { separator, header: options.header !== false }) };
  }
  return null;
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
function isJsonLines(text: string): boolean {
  const end = text.indexOf('\n');
  if (end === -1) return false;
  try {
    const value: unknown = JSON.parse(text.slice(0, end));
    return typeof value === 'object' && value !== null && text.slice(end).trimStart().startsWith('{');
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

function firstBytes(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD);
    return head.subarray(0, readSync(descriptor, head, 0, HEAD, 0));
  } finally {
    closeSync(descriptor);
  }
}

function unpackedStart(raw: Buffer): Buffer {
  try {
    return gunzipSync(raw, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 8 << 20 }).subarray(0, HEAD);
  } catch {
    return Buffer.alloc(0);
  }
}

function startsWith(bytes: Uint8Array, magic: string): boolean {
  return Buffer.from(bytes.subarray(0, magic.length)).toString('latin1') === magic;
}
