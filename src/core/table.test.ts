import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table } from './table.ts';

test('a string from outside finds nothing but what was put in', () => {
  const entries: Readonly<Record<string, number>> = table({ one: 1 });
  assert.equal(entries['one'], 1);
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
    assert.equal(entries[name], undefined, name);
    assert.ok(!(name in entries), name);
  }
});

test('it does not change', () => {
  const entries: Record<string, number> = table({ one: 1 });
  assert.throws(() => {
    entries['two'] = 2;
  }, TypeError);
});
