import { Fault } from '../../core/fault.ts';
import { memorySource } from '../../bytes/byte-source.ts';
import { type ElementType, isText, parseElementType } from '../../formats/npy/element-type.ts';
import { readNpyHeader } from '../../formats/npy/read-npy-header.ts';
import { walkZip } from '../../formats/zip/zip-walk.ts';
import { openFileSource } from '../../scan/file-source.ts';
import type { Cell } from '../canonical-row.ts';
import { splitOf } from '../columns.ts';
import type { Batch, PlacedRow } from '../open-data-file.ts';
import { elementReader, listOf } from './array-element.ts';
import { type ByteStream, openByteStream } from './byte-stream.ts';

/** Bytes of one element, and of an array that is stored column by column: that one is held as a whole. */
const MAX_ELEMENT = 256 << 20;
const BATCH_BYTES = 4 << 20;

/** An array as a stream: what stands before its elements has been read. */
interface ElementStream {
  readonly name: string;
  readonly where: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly fortranOrder: boolean;
  readonly bytes: ByteStream;
  /** Of the unpacked member, where an archive says it. */
  readonly checksum: number | null;
}

/** @throws Fault `ERR_DATA` */
export async function* readNpyRows(path: string, gzip: boolean): AsyncGenerator<Batch> {
  const bytes = openByteStream(path, gzip ? 'gzip' : 'none');
  try {
    yield* rows([await npyStream('data', bytes, path, null)], path, true);
  } finally {
    bytes.close();
  }
}

/**
 * Arrays of an archive: those of one length and one split (by their names) are columns of the same rows, so that a sample and its label are one row.
 * Others follow as rows of their own.
 * @throws Fault `ERR_DATA`, for what is no array of numbers and texts after all rows of the others
 */
export async function* readNpzRows(path: string): AsyncGenerator<Batch> {
  const source = openFileSource(path);
  const streams: ElementStream[] = [];
  let left: Fault | null = null;
  try {
    const { entries, complete } = walkZip(source);
    if (!complete) throw new Fault('ERR_DATA', 'The archive of arrays is damaged.', { where: path });
    const names = new Set<string>();
    for (const entry of entries.filter((one) => !one.directory && !one.hidden)) {
      const where = `${path} > ${entry.name}`;
      if (entry.dataOffset < 0 || (entry.method !== 0 && entry.method !== 8)) {
        throw new Fault('ERR_DATA', 'A member of the archive cannot be read.', { where });
      }
      const name = entry.name.replace(/\.npy$/, '');
      if (names.has(name)) throw new Fault('ERR_DATA', 'Two arrays have the same name.', { where });
      names.add(name);
      if (entry.packed === 0) {
        left ??= notAnArray(where);
        continue;
      }
      const packing = entry.method === 8 ? 'deflate' : 'none';
      const bytes = openByteStream(path, packing, entry.dataOffset, entry.dataOffset + entry.packed - 1);
      try {
        streams.push(await npyStream(name, bytes, where, entry.crc));
      } catch (error) {
        bytes.close();
        left ??= error instanceof Fault ? error : broken(where, error);
      }
    }
    for (const group of groupsOf(streams)) yield* rows(group, path, streams.length === 1);
  } finally {
    for (const { bytes } of streams) bytes.close();
    source.close();
  }
  if (left !== null) throw left;
}

function groupsOf(streams: readonly ElementStream[]): readonly (readonly ElementStream[])[] {
  const groups = new Map<string, ElementStream[]>();
  for (const stream of streams.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const key = `${stream.shape[0] ?? 1} ${splitOf(stream.name) ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), stream]);
  }
  return [...groups.values()];
}

const IDX_TYPES: Readonly<Record<number, string>> = {
  0x08: '|u1',
  0x09: '|i1',
  0x0b: '>i2',
  0x0c: '>i4',
  0x0d: '>f4',
  0x0e: '>f8',
};

/** @throws Fault `ERR_DATA` */
export async function* readIdxRows(path: string, gzip: boolean): AsyncGenerator<Batch> {
  const bytes = openByteStream(path, gzip ? 'gzip' : 'none');
  try {
    const head = await bytes.take(4);
    const type = IDX_TYPES[head[2] ?? 0];
    const axes = head[3] ?? 0;
    const lengths = await bytes.take(4 * axes);
    if (type === undefined || axes === 0 || axes > 8 || lengths.length < 4 * axes) throw short(path);
    const shape = Array.from({ length: axes }, (_, axis) => lengths.readUInt32BE(4 * axis));
    const stream = { name: 'data', where: path, shape, fortranOrder: false, bytes, checksum: null };
    yield* rows([{ ...stream, type: parseElementType(type) }], path, true);
  } catch (error) {
    throw error instanceof Fault ? error : broken(path, error);
  } finally {
    bytes.close();
  }
}

async function npyStream(
  name: string,
  bytes: ByteStream,
  where: string,
  checksum: number | null,
): Promise<ElementStream> {
  const start = await bytes.take(12);
  if (start.subarray(0, 6).toString('latin1') !== '\x93NUMPY') throw notAnArray(where);
  if (start.length < 12) throw short(where);
  const wide = start[6]! >= 2;
  const length = wide ? start.readUInt32LE(8) + 12 : start.readUInt16LE(8) + 10;
  if (length > 1 << 20 || length < 12) throw short(where);
  const rest = await bytes.take(length - 12);
  const header = readNpyHeader(memorySource(Buffer.concat([start, rest])));
  if (header === null) throw short(where);
  const { shape, descr, fortranOrder } = header;
  try {
    return { name, where, type: parseElementType(descr), shape, fortranOrder, bytes, checksum };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { code, message, hint } = error;
    throw new Fault(code, message, { where, ...(hint === undefined ? {} : { hint }), cause: error });
  }
}

/** A column of rows: the next elements of an array along its first axis. */
interface Column {
  readonly put: (into: Record<string, Cell>, element: Buffer) => void;
  readonly width: number;
  readonly take: (count: number) => Promise<Buffer>;
}

async function columnOf(stream: ElementStream, alone: boolean): Promise<Column> {
  const { name, type, shape, fortranOrder, bytes, where } = stream;
  const inner = shape.slice(1).reduce((product, one) => product * one, 1);
  const width = inner * type.size;
  const read = elementReader(type);
  const put: Column['put'] =
    shape.length > 1
      ? type.kind === 'record' || isText(type)
        ? (into, element) => void (into[name] = listOf(element, inner, type.size, read))
        : (into, element) => void (into[name] = element)
      : type.kind === 'record'
        ? (into, element) => {
            for (const [field, cell] of Object.entries(read(element) as Readonly<Record<string, Cell>>)) {
              into[alone ? field : `${name}.${field}`] = cell;
            }
          }
        : (into, element) => void (into[name] = read(element));
  if (!fortranOrder || shape.length < 2) return { put, width, take: (count) => bytes.take(count * width) };
  const count = shape[0]!;
  if (!(count * width <= MAX_ELEMENT)) {
    throw new Fault('ERR_DATA', `An array that is stored column by column has more than ${MAX_ELEMENT >> 20} MiB.`, {
      where,
      hint: 'Save it with numpy.ascontiguousarray.',
    });
  }
  const whole = await bytes.take(count * width);
  if (whole.length < count * width) throw short(where);
  const places = columnMajorPlaces(shape.slice(1), inner);
  let done = 0;
  const take = (wanted: number): Promise<Buffer> => {
    const block = Buffer.allocUnsafe(wanted * width);
    for (let row = 0; row < wanted; row++) {
      for (let at = 0; at < inner; at++) {
        const from = (done + row + count * places[at]!) * type.size;
        whole.copy(block, (row * inner + at) * type.size, from, from + type.size);
      }
    }
    done += wanted;
    return Promise.resolve(block);
  };
  return { put, width, take };
}

/** Where elements, counted row by row, stand in an array of this shape that is stored column by column. */
function columnMajorPlaces(shape: readonly number[], count: number): Uint32Array {
  const places = new Uint32Array(count);
  for (let index = 0; index < count; index++) {
    let [rest, place] = [index, 0];
    let stride = count;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      stride /= shape[axis]!;
      place += (rest % shape[axis]!) * stride;
      rest = Math.floor(rest / shape[axis]!);
    }
    places[index] = place;
  }
  return places;
}

/** @param alone a record's fields are columns by their own names */
async function* rows(streams: readonly ElementStream[], path: string, alone: boolean): AsyncGenerator<Batch> {
  const first = streams[0];
  if (first === undefined) return;
  try {
    const count = first.shape[0] ?? 1;
    const widths = streams.map(({ shape, type }) => shape.slice(1).reduce((product, one) => product * one, type.size));
    const width = widths.reduce((sum, one) => sum + one, 0);
    if (!(width <= MAX_ELEMENT) || !Number.isSafeInteger(count)) {
      throw new Fault('ERR_DATA', `An element has more than ${MAX_ELEMENT} bytes.`, { where: path });
    }
    if (count > 0 && width === 0) throw new Fault('ERR_DATA', 'The elements of the array are empty.', { where: path });
    const columns: Column[] = [];
    if (count > 0) for (const stream of streams) columns.push(await columnOf(stream, alone));
    const most = Math.max(1, Math.min(4096, Math.floor(BATCH_BYTES / Math.max(1, width))));
    for (let done = 0; done < count;) {
      const wanted = Math.min(most, count - done);
      const batch = Array.from({ length: wanted }, () => Object.create(null) as Record<string, Cell>);
      for (const [index, column] of columns.entries()) {
        const block = await column.take(wanted);
        if (block.length < column.width * wanted) throw short(streams[index]!.where);
        for (let at = 0; at < wanted; at++) {
          column.put(batch[at]!, block.subarray(at * column.width, (at + 1) * column.width));
        }
      }
      yield batch.map((row): PlacedRow => ({ row }));
      done += wanted;
    }
    for (const { bytes, checksum, where } of streams) {
      if (!(await bytes.ended()))
        throw new Fault('ERR_DATA', 'Something stands behind the end of the array.', { where });
      if (checksum !== null && bytes.checksum !== checksum) {
        throw new Fault('ERR_DATA', 'The array is damaged: its check sum is wrong.', { where });
      }
    }
  } catch (cause) {
    throw cause instanceof Fault ? cause : broken(path, cause);
  }
}

function broken(where: string, cause: unknown): Fault {
  return new Fault('ERR_DATA', 'The array is damaged.', { where, cause });
}

function notAnArray(where: string): Fault {
  return new Fault('ERR_DATA', 'A member of the archive is no array.', {
    where,
    hint: 'Take it out, or look at it with "parapet scan".',
  });
}

function short(where: string): Fault {
  return new Fault('ERR_DATA', 'The array is damaged, or its size is not the one in its header.', { where });
}
