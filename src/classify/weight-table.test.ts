import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HashTable } from './hash-table.ts';
import { WeightTable } from './weight-table.ts';

const key = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: -3, max: 40 }));

test('sums are those of a plain map, absent keys and keys without weight included', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(key, fc.integer({ min: -128, max: 127 })), { selector: ([one]) => one, maxLength: 200 }),
      fc.array(key, { maxLength: 50 }),
      (rows, others) => {
        const keys = Int32Array.from(rows, ([one]) => one);
        const weights = Int8Array.from(rows, ([, weight]) => weight);
        const table = new WeightTable(keys, weights);
        const hashes = new HashTable(keys);
        const known = new Map(rows);
        const asked = Int32Array.from([...others, ...keys]);
        const expected = asked.reduce((sum, one) => sum + (known.get(one) ?? 0), 0);
        assert.equal(table.sum(asked, asked.length), expected);
        for (const one of asked) assert.equal(hashes.row(one), keys.indexOf(one));
      },
    ),
  );
});

test('a key that occurs twice is refused', () => {
  assert.throws(() => new WeightTable(Int32Array.of(7, 7), Int8Array.of(1, 2)), { code: 'ERR_CONFIG' });
});
