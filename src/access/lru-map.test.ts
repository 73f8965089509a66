import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createLruMap } from './lru-map.ts';

describe('createLruMap', () => {
  it('behaves like a list that is sorted by last use and cut at its capacity', () => {
    const step = fc.record({ do: fc.constantFrom('get', 'set', 'delete'), key: fc.nat(7), value: fc.nat() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
        const map = createLruMap<number, number>(capacity);
        let model: { key: number; value: number }[] = [];
        for (const { do: action, key, value } of steps) {
          const known = model.find((entry) => entry.key === key);
          const others = model.filter((entry) => entry.key !== key);
          if (action === 'get') {
            assert.equal(map.get(key), known?.value);
            if (known !== undefined) model = [...others, known];
          } else if (action === 'set') {
            map.set(key, value);
            model = [...others, { key, value }].slice(-capacity);
          } else {
            assert.equal(map.delete(key), known !== undefined);
            model = others;
          }
          assert.equal(map.size, model.length);
        }
        for (const { key, value } of model) assert.equal(map.get(key), value);
      }),
    );
  });

  it('refuses a capacity that holds nothing', () => {
    for (const capacity of [0, -1, 1.5, Number.NaN]) assert.throws(() => createLruMap(capacity), RangeError);
  });
});
