import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../bytes/byte-source.ts';
import { isRData, readRData } from './read-rds.ts';

const words = (text: string): ReturnType<typeof readRData> => readRData(memorySource(Buffer.from(text)));

test('the text form is read as the binary one is: a promise that is not evaluated', () => {
  // Version 2; a promise with an environment, no value, and a call of `system` with one string.
  const text = 'A\n2\n263168\n131840\n1029\n253\n252\n6\n1\n262153\n6\nsystem\n2\n16\n1\n262153\n7\necho\\040hi\n254\n';
  const { code, problem, end } = words(text);
  assert.equal(problem, null);
  assert.equal(end, text.length);
  assert.deepEqual(
    code.map(({ kind, calls }) => [kind, [...calls]]),
    [['promise', ['system']]],
  );
});

test('what is cut off, or nested without end, is said', () => {
  assert.match(words('A\n2\n1\n1\n1029\n').problem ?? '', /cut off/);
  assert.match(words(`A\n2\n1\n1\n${'19\n1\n'.repeat(5000)}254\n`).problem ?? '', /nested deeper/);
  assert.match(words('A\n2\n1\n1\n13\n999999999\n1\n').problem ?? '', /cut off/);
  assert.match(words('A\n2\n1\n1\n77\n').problem ?? '', /type 77/);
});

test('files are known by their first bytes', () => {
  for (const head of ['X\n\0\0\0\x03', 'RDX3\nX\n', 'RDA2\nA\n2\n', 'A\n3\n', 'B\n\x02\0\0\0'])
    assert.ok(isRData(Buffer.from(head, 'latin1')), head);
  for (const head of ['X marks the spot', 'A\nB\n', 'RDX', 'B\nB\n'])
    assert.ok(!isRData(Buffer.from(head, 'latin1')), head);
});
