import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault, FAULT_CODES, isFault } from './fault.ts';

test('one line says what, where and what to do, with the points where they belong', () => {
  const line = (message: string, where?: string, hint?: string): string =>
    new Fault('ERR_CONFIG', message, {
      ...(where === undefined ? {} : { where }),
      ...(hint === undefined ? {} : { hint }),
    }).line;
  assert.equal(line('it is wrong'), 'it is wrong');
  assert.equal(line('It is wrong.'), 'It is wrong.');
  assert.equal(line('it is wrong', 'a.b'), 'it is wrong (at a.b)');
  assert.equal(line('It is wrong.', 'a.b', 'Do this.'), 'It is wrong (at a.b). Do this.');
  assert.equal(line('It is wrong.', undefined, 'Do this.'), 'It is wrong. Do this.');
  assert.equal(line('it is wrong', undefined, 'Do this.'), 'it is wrong. Do this.');
});

test('the cause is kept, and its absence is an absence', () => {
  const cause = new Error('below');
  assert.equal(new Fault('ERR_STORE', 'm', { cause }).cause, cause);
  assert.ok(!('cause' in new Fault('ERR_STORE', 'm')));
});

test('codes are unique and of one form', () => {
  assert.equal(new Set(FAULT_CODES).size, FAULT_CODES.length);
  for (const code of FAULT_CODES) assert.match(code, /^ERR(_[A-Z]+)+$/);
});

test('other errors are no faults, whatever they look like', () => {
  assert.ok(isFault(new Fault('ERR_INTERNAL', 'm')));
  assert.ok(!isFault(Object.assign(new Error('m'), { code: 'ERR_INTERNAL', line: 'm' })));
  assert.ok(!isFault(null));
});
