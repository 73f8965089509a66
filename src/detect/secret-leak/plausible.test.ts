import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looksRandom } from './plausible.ts';

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
