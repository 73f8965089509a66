import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../core/fault.ts';
import { assertOrigin, parseCheckpoint, signCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { generateSignerKey } from './note-key.ts';

const root = Buffer.alloc(32, 9);
const signature = '\n— a AAAAAAAA\n';

test('a checkpoint is written, read and verified', () => {
  const key = generateSignerKey('log.example/x');
  const { note } = signCheckpoint('log.example/x', 70_000, root, key);
  assert.match(note, /^log\.example\/x\n70000\nCQkJ[^\n]*\n\n— log\.example\/x [^\n]+\n$/);
  const checkpoint = parseCheckpoint(note);
  assert.deepEqual([checkpoint.origin, checkpoint.size, checkpoint.note], ['log.example/x', 70_000, note]);
  assert.deepEqual(Buffer.from(checkpoint.root), root);
  assert.equal(verifyCheckpoint(checkpoint, [key.verifier]).status, 'verified');
  assert.equal(verifyCheckpoint(parseCheckpoint(note.replace('70000', '70001')), [key.verifier]).status, 'failed');
});

test('extension lines are allowed, as c2sp.org/tlog-checkpoint says', () => {
  const text = `log.example\n5\n${root.toString('base64')}\nextension one\nextension two\n`;
  assert.equal(parseCheckpoint(text + signature).size, 5);
});

test('malformed checkpoints are refused with the line', () => {
  const hash = root.toString('base64');
  for (const [text, line] of [
    [`\n5\n${hash}\n`, 1],
    [`a\n05\n${hash}\n`, 2],
    [`a\n-1\n${hash}\n`, 2],
    [`a\n5 \n${hash}\n`, 2],
    [`a\n1e3\n${hash}\n`, 2],
    [`a\n9007199254740992\n${hash}\n`, 2],
    ['a\n', 2],
    ['a\n5\n', 3],
    ['a\n5\nAAAA\n', 3],
    [`a\n5\n${hash.slice(0, -1)}\n`, 3],
    [`a\n5\n${hash}\n\nx\n`, 4],
  ] as const) {
    assert.throws(
      () => parseCheckpoint(text + signature),
      (error) => isFault(error) && error.code === 'ERR_LEDGER_INVALID' && error.where === `line ${line}`,
      JSON.stringify(text),
    );
  }
});

test('an origin that cannot name a key is a fault of the configuration', () => {
  for (const origin of ['', 'a b', 'a+b', 'a\tb'])
    assert.throws(
      () => assertOrigin(origin),
      (error) => isFault(error) && error.code === 'ERR_CONFIG',
    );
  assertOrigin('example.com/ledger');
});
