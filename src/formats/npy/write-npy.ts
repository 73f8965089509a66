import { crc32 } from 'node:zlib';

type Writable = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** An array to write, row-major. */
export interface WritableArray {
  readonly shape: readonly number[];
  readonly data: Writable;
}

function descrOf(data: Writable): string {
  if (data instanceof Float32Array) return '<f4';
  if (data instanceof Float64Array) return '<f8';
  if (data instanceof Int32Array) return '<i4';
  return data instanceof Uint8Array ? '|u1' : '<i8';
}

/** A `.npy` file, version 1, C order, as `numpy.save` writes it. */
export function writeNpy({ shape, data }: WritableArray): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descrOf(data)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = 64 * Math.ceil((10 + text.length + 1) / 64) - 10;
  const bytes = new Uint8Array(10 + length + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 0xff, length >> 8]);
  bytes.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length);
  return bytes;
}

/**
 * A `.npz` file: a ZIP archive of `.npy` files, stored without compression, with a fixed date so that equal arrays make equal bytes.
 * @throws RangeError when it would be 4 GiB or larger, which this archive without ZIP64 cannot hold.
 */
export function writeNpz(arrays: Readonly<Record<string, WritableArray>>): Uint8Array {
  const files = Object.entries(arrays).map(([name, array]) => {
    const data = writeNpy(array);
    return { name: new TextEncoder().encode(`${name}.npy`), data, crc: crc32(data) };
  });
  const total = files.reduce((sum, { name, data }) => sum + 76 + 2 * name.length + data.length, 22);
  if (total >= 2 ** 32) throw new RangeError('an archive of 4 GiB or more');
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  const directory: { readonly at: number; readonly file: (typeof files)[number] }[] = [];
  let at = 0;
  /** Fields that the local and the central header share: version, flags, method, time, date, crc, sizes, lengths. */
  const shared = (start: number, { crc, data, name }: (typeof files)[number]): void => {
    view.setUint16(start, 20, true);
    view.setUint16(start + 2, 0x0800, true); // names are UTF-8
    view.setUint16(start + 8, 0x0021, true); // 1980-01-01
    view.setUint32(start + 10, crc, true);
    view.setUint32(start + 14, data.length, true);
    view.setUint32(start + 18, data.length, true);
    view.setUint16(start + 22, name.length, true);
  };
  for (const file of files) {
    directory.push({ at, file });
    view.setUint32(at, 0x04034b50, true);
    shared(at + 4, file);
    bytes.set(file.name, at + 30);
    bytes.set(file.data, at + 30 + file.name.length);
    at += 30 + file.name.length + file.data.length;
  }
  const start = at;
  for (const { at: local, file } of directory) {
    view.setUint32(at, 0x02014b50, true);
    view.setUint16(at + 4, 20, true);
    shared(at + 6, file);
    view.setUint32(at + 42, local, true);
    bytes.set(file.name, at + 46);
    at += 46 + file.name.length;
  }
  view.setUint32(at, 0x06054b50, true);
  view.setUint16(at + 8, files.length, true);
  view.setUint16(at + 10, files.length, true);
  view.setUint32(at + 12, at - start, true);
  view.setUint32(at + 16, start, true);
  return bytes;
}
