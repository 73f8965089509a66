import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closestName } from './closest-name.ts';

const NAMES = ['listen', 'limits', 'ledger', 'access', 'anthropic', 'openai'];

for (const [given, meant] of [
  ['listn', 'listen'],
  ['lisetn', 'listen'], // two neighbours swapped
  ['Ledger', 'ledger'],
  ['acess', 'access'],
  ['antropic', 'anthropic'],
  ['completely-different', null],
  ['x', null],
  ['', null],
] as const) {
  test(`${given || 'nothing'} was meant to be ${meant ?? 'nothing known'}`, () => {
    assert.equal(closestName(given, NAMES), meant);
  });
}
