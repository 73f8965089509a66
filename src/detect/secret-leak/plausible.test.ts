import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATABASE_SCHEME } from './patterns/databases.ts';
import { isRealPassword } from './plausible.ts';

/** So long that quadratic steps would not end while somebody waits. */
const LONG = 1_000_000;

test('a password stands without the brackets of templates, and is no word for one', () => {
  assert.deepEqual(
    ['tr0ub4dor&3', '<password>', 'mypassword', 'passphrase', '<<abc>>', 'Secr3t)))'].map(isRealPassword),
    [true, false, false, false, false, true],
  );
});

test('long values take one pass', () => {
  assert.equal(isRealPassword(`q7${'pass'.repeat(LONG / 4)}!`), true);
  assert.equal(isRealPassword(`${'pass'.repeat(LONG / 4)}!`), true);
  assert.equal(isRealPassword(`q7${')'.repeat(LONG)}!`), true);
  assert.equal(DATABASE_SCHEME.test(`${'a'.repeat(LONG)}!`), false);
});

test('schemes of databases, also with the driver behind them', () => {
  for (const scheme of ['postgres', 'mysql', 'postgresql+asyncpg', 'jdbc:oracle', 'rediss'])
    assert.ok(DATABASE_SCHEME.test(scheme), scheme);
  for (const scheme of ['https', '+asyncpg', 'jdbc:', 'ftp']) assert.ok(!DATABASE_SCHEME.test(scheme), scheme);
});
