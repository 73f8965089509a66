import { createReadStream } from 'node:fs';
import { createInflateRaw, createGunzip } from 'node:zlib';
import type { Readable } from 'node:stream';
import { Fault } from '../../core/fault.ts';
import { memorySource } from '../../bytes/byte-source.ts';
import { readNpyHeader } from '../../formats/npy/read-npy-header.ts';
import { walkZip } from '../../formats/zip/zip-walk.ts';
import { openFileSource } from '../../scan/file-source.ts';
import type { Cell } from '../canonical-row.ts';
import type { Batch, PlacedRow } from '../open-data-file.ts';

const MAX_ELEMENT = 256 << 20;
const BATCH_BYTES = 4 << 20;

/** An array as a stream: what stands before its elements has been read. */
interface ElementStream {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  /** Bytes of one element along the first axis. */
  readonly width: number;
  readonly bytes: ByteStream;
}

/** Reads a stream in exact amounts. */
class ByteStream {
  readonly #stream: Readable;
  readonly #iterator: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** @returns fewer only at the end */
  async take(length: number): Promise<Buffer> {
    if (this.#held.length < length) {
      const parts = [this.#held];
      let total = this.#held.length;
      while (total < length) {
        const next = await this.#iterator.next();
        if (next.done === true) break;
        parts.push(next.value);
        total += next.value.length;
      }
      this.#held = Buffer.concat(parts);
    }
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }

  close(): void {
    this.#stream.destroy();
  }
}

function open(path: string, packing: 'none' | 'gzip' | 'deflate', start?: number, end?: number): ByteStream {
  const file = createReadStream(path, start === undefined ? {} : { start, ...(end === undefined ? {} : { end }) });
  if (packing === 'none') return new ByteStream(file);
  const unpacked = packing === 'gzip' ? createGunzip() : createInflateRaw();
  file.on('error', (error) => unpacked.destroy(error));
  unpacked.on('close', () => file.destroy());
  return new ByteStream(file.pipe(unpacked));
}

/** @throws Fault `ERR_DATA` */
export async function* readNpyRows(path: string, gzip: boolean): AsyncGenerator<Batch> {
  yield* rows([await npyStream('data', open(path, gzip ? 'gzip' : 'none'), path)], path);
}

/**
 * Arrays of an archive: those of one length are columns of the same rows, so that a sample and its label are one row. Arrays of other
 * lengths follow as rows of their own.
 * @throws Fault `ERR_DATA`
 */
export async function* readNpzRows(path: string): AsyncGenerator<Batch> {
  const source = openFileSource(path);
  const streams: ElementStream[] = [];
  try {
    const { entries, complete } = walkZip(source);
    if (!complete) throw new Fault('ERR_DATA', 'The archive of arrays is damaged.', { where: path });
    for (const entry of entries.filter((one) => !one.directory && !one.hidden)) {
      if (entry.dataOffset < 0 || (entry.method !== 0 && entry.method !== 8)) {
        throw new Fault('ERR_DATA', 'A member of the archive cannot be read.', { where: `${path} > ${entry.name}` });
      }
      if (entry.packed === 0) continue;
      const packing = entry.method === 8 ? 'deflate' : 'none';
      const bytes = open(path, packing, entry.dataOffset, entry.dataOffset + entry.packed - 1);
      streams.push(await npyStream(entry.name.replace(/\.npy$/, ''), bytes, `${path} > ${entry.name}`));
    }
    const lengths = [...new Set(streams.map(({ shape }) => shape[0] ?? 1))];
    for (const length of lengths) {
      yield* rows(streams.filter(({ shape }) => (shape[0] ?? 1) === length).toSorted(byName), path);
    }
  } finally {
    for (const { bytes } of streams) bytes.close();
    source.close();
  }
}

const byName = (a: ElementStream, b: ElementStream): number => (a.name < b.name ? -1 : 1);

const IDX_TYPES: Readonly<Record<number, readonly [string, number]>> = {
  0x08: ['|u1', 1],
  0x09: ['|i1', 1],
  0x0b: ['>i2', 2],
  0x0c: ['>i4', 4],
  0x0d: ['>f4', 4],
  0x0e: ['>f8', 8],
};

/** @throws Fault `ERR_DATA` */
export async function* readIdxRows(path: string, gzip: boolean): AsyncGenerator<Batch> {
  const bytes = open(path, gzip ? 'gzip' : 'none');
  try {
    const head = await bytes.take(4);
    const type = IDX_TYPES[head[2] ?? 0];
    const axes = head[3] ?? 0;
    const lengths = await bytes.take(4 * axes);
    if (type === undefined || axes === 0 || axes > 8 || lengths.length < 4 * axes) throw short(path);
    const shape = Array.from({ length: axes }, (_, axis) => lengths.readUInt32BE(4 * axis));
    const width = shape.slice(1).reduce((product, one) => product * one, type[1]);
    yield* rows([{ name: 'data', type: type[0], shape, width, bytes }], path);
    if ((await bytes.take(1)).length > 0) throw short(path);
  } finally {
    bytes.close();
  }
}

async function npyStream(name: string, bytes: ByteStream, where: string): Promise<ElementStream> {
  const start = await bytes.take(12);
  const wide = (start[6] ?? 0) >= 2;
  if (start.length < 12) throw short(where);
  const length = wide ? start.readUInt32LE(8) + 12 : start.readUInt16LE(8) + 10;
  if (length > 1 << 20 || length < 12) throw short(where);
  const rest = await bytes.take(length - 12);
  const header = readNpyHeader(memorySource(Buffer.concat([start, rest])));
  if (header === null) throw short(where);
  const { shape } = header;
  if (header.objects || header.bytes === null) {
    throw new Fault('ERR_DATA', 'The array holds Python objects or records, not numbers or texts.', {
      where,
      hint: 'Objects are a pickle, which runs code when it is loaded: look at it with "parapet scan".',
    });
  }
  if (header.fortranOrder && shape.length > 1) {
    throw new Fault('ERR_DATA', 'The array is stored column by column, so its elements cannot be read one by one.', {
      where,
      hint: 'Save it with numpy.ascontiguousarray.',
    });
  }
  const count = shape[0] ?? 1;
  return { name, type: header.descr, shape, width: count === 0 ? 0 : header.bytes / count, bytes };
}

async function* rows(streams: readonly ElementStream[], path: string): AsyncGenerator<Batch> {
  const first = streams[0];
  if (first === undefined) return;
  const count = first.shape[0] ?? 1;
  const width = streams.reduce((sum, one) => sum + one.width, 0);
  if (!(width <= MAX_ELEMENT) || !Number.isSafeInteger(count)) {
    throw new Fault('ERR_DATA', `An element has more than ${MAX_ELEMENT} bytes.`, { where: path });
  }
  if (count > 0 && width === 0) throw new Fault('ERR_DATA', 'The elements of the array are empty.', { where: path });
  const most = Math.max(1, Math.min(4096, Math.floor(BATCH_BYTES / Math.max(1, width))));
  try {
    for (let done = 0; done < count;) {
      const wanted = Math.min(most, count - done);
      const batch: Record<string, Cell>[] = Array.from({ length: wanted }, () => ({}));
      for (const { name, type, shape, width: each, bytes } of streams) {
        const block = await bytes.take(each * wanted);
        if (block.length < each * wanted) throw short(path);
        const scalar = shape.length <= 1 ? scalarReader(type) : null;
        for (let at = 0; at < wanted; at++) {
          const element = block.subarray(at * each, (at + 1) * each);
          batch[at]![name] = scalar === null ? element : scalar(element);
        }
      }
      yield batch.map((row): PlacedRow => ({ row }));
      done += wanted;
    }
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('ERR_DATA', 'The array is damaged.', { where: path, cause });
  }
}

/** Elements of a one-dimensional array as numbers; null where they are left as bytes. */
function scalarReader(type: string): ((bytes: Buffer) => Cell) | null {
  const big = type.startsWith('>');
  switch (type.replace(/^[<>|=]/, '')) {
    case 'b1':
    case '?':
      return (bytes) => bytes[0] !== 0;
    case 'u1':
      return (bytes) => bytes[0]!;
    case 'i1':
      return (bytes) => bytes.readInt8();
    case 'u2':
      return (bytes) => (big ? bytes.readUInt16BE() : bytes.readUInt16LE());
    case 'i2':
      return (bytes) => (big ? bytes.readInt16BE() : bytes.readInt16LE());
    case 'u4':
      return (bytes) => (big ? bytes.readUInt32BE() : bytes.readUInt32LE());
    case 'i4':
      return (bytes) => (big ? bytes.readInt32BE() : bytes.readInt32LE());
    case 'u8':
      return (bytes) => (big ? bytes.readBigUInt64BE() : bytes.readBigUInt64LE());
    case 'i8':
      return (bytes) => (big ? bytes.readBigInt64BE() : bytes.readBigInt64LE());
    case 'f4':
      return (bytes) => (big ? bytes.readFloatBE() : bytes.readFloatLE());
    case 'f8':
      return (bytes) => (big ? bytes.readDoubleBE() : bytes.readDoubleLE());
    default:
      return null;
  }
}

function short(where: string): Fault {
  return new Fault('ERR_DATA', 'The array is damaged, or its size is not the one in its header.', { where });
}
