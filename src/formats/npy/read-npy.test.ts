import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../../core/fault.ts';
import { fromHalf, readNpy } from './read-npy.ts';
import { readNpz } from './read-npz.ts';
import { writeNpy, writeNpz } from './write-npy.ts';

// Written by NumPy 1.24: x = arange(24).reshape(2, 3, 4), signed types x - 5, fractions (x - 5) / 4.
const file = (name: string): Uint8Array => readFileSync(join(import.meta.dirname, 'fixtures', name));
const x = Array.from({ length: 24 }, (_, index) => index);

describe('readNpz', () => {
  const types = readNpz(file('types.npz'));
  it('reads every type that NumPy wrote', () => {
    for (const type of ['int8', 'int16', 'int32', 'uint8', 'uint16', 'uint32', 'float16', 'float32', 'float64']) {
      const array = types.read(type);
      assert.deepEqual([array.type, array.shape], [type, [2, 3, 4]]);
      const wanted = type[0] === 'u' ? x : x.map((value) => (type[0] === 'f' ? (value - 5) / 4 : value - 5));
      assert.deepEqual([...(array.data as Float64Array)], wanted, type);
    }
    assert.deepEqual(
      [...(types.read('int64').data as BigInt64Array)],
      x.map((value) => BigInt(value - 5)),
    );
    assert.deepEqual([...(types.read('uint64').data as BigUint64Array)], x.map(BigInt));
    assert.deepEqual(
      [...(types.read('bool').data as Uint8Array)],
      x.map((value) => (value % 2 === 0 ? 1 : 0)),
    );
  });

  it('reads Fortran order, big-endian numbers, scalars, nothing, and texts', () => {
    assert.deepEqual([...(types.read('fortran').data as Float32Array)], x);
    assert.deepEqual([...(types.read('big').data as Int32Array)], x);
    assert.deepEqual(types.read('scalar'), { type: 'float64', shape: [], data: Float64Array.of(2.5) });
    assert.deepEqual(types.read('empty').shape, [0, 3]);
    assert.deepEqual(types.read('texts').data, ['stop', 'été', '']);
    assert.deepEqual(types.read('bytes').data, ['ab', 'c']);
  });

  it('refuses objects, records, what is not there, and what is too large', () => {
    assert.throws(() => readNpz(file('objects.npz')).read('o'), { code: 'ERR_DATA', message: /pickle/ });
    assert.throws(() => readNpz(file('record.npz')).read('r'), { code: 'ERR_DATA', message: /structured/ });
    assert.throws(() => types.read('y'), { code: 'ERR_DATA', hint: /float32/ });
    assert.throws(() => readNpz(file('types.npz'), 100).read('float64'), { code: 'ERR_DATA', where: 'array float64' });
    assert.throws(() => readNpz(Uint8Array.of(1, 2, 3)), { code: 'ERR_DATA' });
  });
});

describe('readNpy', () => {
  it('reads what writeNpy wrote, in an archive, too', () => {
    const data = Float32Array.of(1, -2.5, 3e10, 0, NaN, 7);
    assert.deepEqual(readNpy(writeNpy({ shape: [2, 3], data })), { type: 'float32', shape: [2, 3], data });
    const npz = readNpz(writeNpz({ x: { shape: [6], data }, y: { shape: [2], data: BigInt64Array.of(1n, -1n) } }));
    assert.deepEqual(npz.names, ['x', 'y']);
    assert.deepEqual(npz.read('x').data, data);
    assert.deepEqual(npz.read('y').data, BigInt64Array.of(1n, -1n));
  });

  it('allocates nothing that the bytes do not have', () => {
    const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 1000), }`;
    const bytes = Buffer.concat([
      Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]),
      Buffer.from(header),
      Buffer.alloc(64),
    ]);
    assert.throws(() => readNpy(bytes), { code: 'ERR_DATA', message: /cut off/ });
  });

  it('answers any damage with a Fault', () => {
    const whole = writeNpy({ shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
        const bytes = whole.slice(0, length);
        if (at < bytes.length) bytes[at] = value;
        try {
          readNpy(bytes);
        } catch (error) {
          assert.ok(isFault(error) && error.code === 'ERR_DATA', String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('knows halves: largest, smallest, infinite', () => {
    assert.deepEqual([0x7bff, 0x0001, 0xfc00, 0x3555].map(fromHalf), [65504, 2 ** -24, -Infinity, 0.333251953125]);
    assert.ok(Number.isNaN(fromHalf(0x7e00)));
  });
});
