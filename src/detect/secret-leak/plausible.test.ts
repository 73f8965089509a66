import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATABASE_SCHEME } from './patterns/databases.ts';
import { isRealPassword, looksRandom } from './plausible.ts';

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

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('what is in a value in Base64 decides', () => {
  for (const plain of ['password', 'quobyte', 'storageos', 'sCaleio', 'mpass2', 'my-secret-password\n'])
    assert.equal(looksRandom(base64(plain), true), false, plain);
  for (const plain of ['vK9#qLr2Tz', 'Zt8rQw2LmX4v7Np1', 'hT4kW9zRq2Lx8VbN3mYc'])
    assert.equal(looksRandom(base64(plain), true), true, plain);
  // Bytes that are no text.
  assert.equal(looksRandom('5Kp8Xw2Tq9Zr4Lm7', false), true);
  assert.equal(looksRandom('9fX2/kQ7vLwB+3tRz1YpNg==', false), true);
});

test('a slug is no secret because one of its words has a digit in it', () => {
  assert.equal(looksRandom('name-of-the-k8s-secret-containing-the-key', false), false);
  assert.equal(looksRandom('path_to_the_s3_bucket_of_models', false), false);
  assert.equal(looksRandom('k8Zt-r4Qw-9LmX-v7Np-q2Ws', false), true);
});
