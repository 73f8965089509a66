import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHeaderLikeRow } from './header-like-row.ts';

test('a row of numbers or sentences is no line of names, and counted columns and years are', () => {
  for (const names of [
    ['39', ' State-gov', ' 77516', ' Bachelors'],
    ['5.1', '3.5', 'setosa'],
    ['6', '148', '72', '35', '0', '33.6'],
    ['ham', 'Go until jurong point, crazy.. Available only in bugis n great world'],
    ['-1', 'a'],
    ['842302', 'M'],
  ])
    assert.equal(isHeaderLikeRow(names), true, names.join());
  for (const names of [
    ['id', 'text', 'label'],
    ['', 'count', 'class', 'tweet'],
    ['0', '1', '2'],
    ['label', '0', '1', '2'],
    ['', '0'],
    ['country', '1999', '2000', '2010'],
    ['how often did you buy it'],
    ['V1', 'V2', 'Amount'],
  ])
    assert.equal(isHeaderLikeRow(names), false, names.join());
});
