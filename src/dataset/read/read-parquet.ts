import { closeSync, openSync, fstatSync, readSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { Fault } from '../../core/fault.ts';
import type { Row } from '../canonical-row.ts';
import type { Batch } from '../open-data-file.ts';

/** Unpacked bytes whose rows are decoded at once: a row group with more is read several times over, part by part. */
const AT_ONCE = 64 << 20;
/** Unpacked bytes of a row group, whose columns the writer chose to pack as a whole; writers make 128 MiB ones. */
const MAX_GROUP = 1 << 29;
/** Rows given on at once. */
const BATCH = 1024;
const MAX_FOOTER = 64 << 20;

const bounded =
  (unpack: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array) =>
  (bytes: Uint8Array, length: number): Uint8Array =>
    unpack(bytes, { maxOutputLength: Math.max(1, Math.min(length, MAX_GROUP)) });

const compressors = {
  GZIP: bounded(gunzipSync),
  BROTLI: bounded(brotliDecompressSync),
  ZSTD: bounded(zstdDecompressSync),
};

/**
 * Rows of a Parquet file, a batch at a time: memory is that of one row group's column chunks.
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
    const metadata = await parquetMetadataAsync(file);
    let start = 0;
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      if (!(Number.isSafeInteger(rows) && rows >= 0) || Number(group.total_byte_size) > MAX_GROUP) {
        throw new Fault('ERR_DATA', 'A row group of the Parquet file is larger than is read.', {
          where: path,
          hint: `Write it with row groups below ${MAX_GROUP >> 20} MiB.`,
        });
      }
      const step = Math.max(1, Math.floor((rows * AT_ONCE) / Math.max(AT_ONCE, Number(group.total_byte_size))));
      for (let from = start; from < start + rows; from += step) {
        const rowEnd = Math.min(from + step, start + rows);
        const read = await parquetReadObjects({ file, metadata, rowStart: from, rowEnd, compressors });
        if (read.length !== rowEnd - from) throw damaged(path);
        for (let at = 0; at < read.length; at += BATCH) {
          yield read.slice(at, at + BATCH).map((row) => ({ row: row as Row }));
        }
      }
      start += rows;
    }
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw damaged(path, cause);
  } finally {
    closeSync(descriptor);
  }
}

function damaged(path: string, cause?: unknown): Fault {
  return new Fault('ERR_DATA', 'The Parquet file is damaged, or uses what is not read (encryption, LZ4, LZO).', {
    where: path,
    cause,
  });
}
