import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../core/fault.ts';
import { signCheckpoint } from './checkpoint.ts';
import { COSIGNATURE_V1, generateSignerKey } from './note-key.ts';
import { signNote } from './signed-note.ts';
import { countedLeaves, naivePath, naiveRoot } from './testing/naive-tree.ts';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from './tlog-proof.ts';

const key = generateSignerKey('log.example');
const leaves = countedLeaves(300);
const checkpoint = signCheckpoint('log.example', 300, naiveRoot(leaves), key);

function proofOf(index: number): string {
  return formatTlogProof({ index, hashes: naivePath(index, leaves), checkpoint, extra: null });
}

test('a proof has the form of c2sp.org/tlog-proof and holds', () => {
  const text = proofOf(7);
  assert.ok(text.startsWith('c2sp.org/tlog-proof@v1\nindex 7\n'));
  assert.ok(text.endsWith(`\n\n${checkpoint.note}`));
  const verdict = verifyTlogProof(parseTlogProof(text), Buffer.from('7'), [key.verifier]);
  assert.equal(verdict.status, 'verified');
  assert.equal(verifyTlogProof(parseTlogProof(text), Buffer.from('8'), [key.verifier]).status, 'failed');
  const withExtra = formatTlogProof({ ...parseTlogProof(text), extra: Buffer.from('beside it') });
  assert.deepEqual(parseTlogProof(withExtra).extra, Buffer.from('beside it'));
  assert.equal(verifyTlogProof(parseTlogProof(withExtra), Buffer.from('7'), [key.verifier]).status, 'verified');
});

test('no changed byte of a proof goes unnoticed', () => {
  fc.assert(
    fc.property(fc.nat({ max: 299 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (index, where, change) => {
      const bytes = Buffer.from(proofOf(index));
      const at = where % bytes.length;
      bytes[at]! ^= change;
      try {
        const verdict = verifyTlogProof(parseTlogProof(bytes.toString('utf8')), Buffer.from(String(index)), [
          key.verifier,
        ]);
        assert.equal(verdict.status, 'failed', `byte ${at}`);
      } catch (error) {
        assert.ok(isFault(error) && error.code === 'ERR_LEDGER_INVALID', String(error));
      }
    }),
    { numRuns: 400 },
  );
});

test('a witness alone does not make a proof: the log has to have signed', () => {
  const witness = generateSignerKey('witness.example', COSIGNATURE_V1);
  const text = checkpoint.note.slice(0, checkpoint.note.indexOf('\n\n') + 1);
  const note = signNote(text, [witness], 1_790_000_000);
  const proof = parseTlogProof(proofOf(3).replace(checkpoint.note, note));
  const verdict = verifyTlogProof(proof, Buffer.from('3'), [witness.verifier, key.verifier]);
  assert.ok(verdict.status === 'failed' && verdict.reason.includes('log.example itself has not signed'));
});

test('malformed proofs are refused', () => {
  const good = proofOf(5);
  for (const text of [
    '',
    'nonsense',
    good.replace('@v1', '@v2'),
    good.replace('index 5', 'index 05'),
    good.replace('index 5', 'index 9007199254740993'),
    good.replace('index 5\n', ''),
    good.replace('index 5\n', 'index 5\nAAAA\n'),
    good.replace('index 5\n', `index 5\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(80)}`),
    good.replace('index 5\n', 'extra ===\nindex 5\n'),
    good.replace('\n\n', '\n'),
    good.replace('300', '300x'),
  ]) {
    assert.throws(
      () => parseTlogProof(text),
      (error) => isFault(error) && error.code === 'ERR_LEDGER_INVALID',
      text.slice(0, 60),
    );
  }
});
