import { Fault } from '../../core/fault.ts';

/** What an IDX file holds: flat, row-major. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
}

const WIDTHS: Readonly<Record<number, number>> = { 0x08: 1, 0x09: 1, 0x0b: 2, 0x0c: 4, 0x0d: 4, 0x0e: 8 };
const MAX_DIMENSIONS = 8;

/** True when the bytes begin as an IDX file does: two zeros, a type that exists, one to eight dimensions. */
export function isIdx(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 8 &&
    bytes[0] === 0 &&
    bytes[1] === 0 &&
    WIDTHS[bytes[2]!] !== undefined &&
    bytes[3]! >= 1 &&
    bytes[3]! <= MAX_DIMENSIONS
  );
}

/**
 * Reads an IDX file (LeCun, Cortes and Burges, "The MNIST database", file format): big-endian numbers behind their shape.
 * @throws Fault `ERR_DATA` when it is none, or its size is not what its header says.
 */
export function readIdx(bytes: Uint8Array): IdxArray {
  if (!isIdx(bytes)) throw new Fault('ERR_DATA', 'This is not an IDX file.', { where: 'byte 0' });
  const type = bytes[2]!;
  const dimensions = bytes[3]!;
  const width = WIDTHS[type]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + 4 * dimensions;
  if (bytes.length < start) throw wrongSize(bytes.length, start);
  const shape = Array.from({ length: dimensions }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, length) => product * length, 1);
  if (bytes.length !== start + count * width) throw wrongSize(bytes.length, start + count * width);
  const body = new Uint8Array(bytes.subarray(start)); // slice() of a Buffer shares memory
  const values = new DataView(body.buffer);
  const read = <T extends { [index: number]: number }>(target: T, get: (at: number) => number): T => {
    for (let index = 0; index < count; index++) target[index] = get(index * width);
    return target;
  };
  switch (type) {
    case 0x08:
      return { shape, data: body };
    case 0x09:
      return { shape, data: new Int8Array(body.buffer) };
    case 0x0b:
      return { shape, data: read(new Int16Array(count), (at) => values.getInt16(at)) };
    case 0x0c:
      return { shape, data: read(new Int32Array(count), (at) => values.getInt32(at)) };
    case 0x0d:
      return { shape, data: read(new Float32Array(count), (at) => values.getFloat32(at)) };
    default:
      return { shape, data: read(new Float64Array(count), (at) => values.getFloat64(at)) };
  }
}

function wrongSize(present: number, wanted: number): Fault {
  return new Fault('ERR_DATA', `The IDX file has ${present} bytes, and its header asks for ${wanted}.`, {
    hint: 'Copy or download the file again.',
  });
}
