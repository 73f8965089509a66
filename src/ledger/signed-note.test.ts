import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../core/fault.ts';
import { COSIGNATURE_V1, generateSignerKey, parseSignerKey, parseVerifierKey } from './note-key.ts';
import { parseNote, signNote, verifyNote } from './signed-note.ts';

/** The example of c2sp.org/signed-note. */
const SPEC_KEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const SPEC_NOTE =
  'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';

/** The example of the package golang.org/x/mod/sumdb/note. */
const GO_SIGNER = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const GO_VERIFIER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_NOTE = `${GO_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const invalid = (error: unknown): boolean => isFault(error) && error.code === 'ERR_LEDGER_INVALID';

test("the specification's example verifies, and its key is written as it was read", () => {
  const key = parseVerifierKey(SPEC_KEY);
  assert.deepEqual([key.name, key.id, key.text], ['example.com/foo', 0x530d903a, SPEC_KEY]);
  const note = parseNote(SPEC_NOTE);
  assert.equal(note.text, 'This is an example message.\n');
  assert.equal(verifyNote(note, [key]).status, 'verified');
  assert.equal(verifyNote(parseNote(SPEC_NOTE.replace('example message', 'example massage')), [key]).status, 'failed');
});

test("Go's example key signs to the byte what Go signed", () => {
  const signer = parseSignerKey(GO_SIGNER);
  assert.equal(signer.text, GO_SIGNER);
  assert.equal(signer.verifier.text, GO_VERIFIER);
  assert.equal(signNote(GO_TEXT, [signer]), GO_NOTE);
  assert.equal(verifyNote(parseNote(GO_NOTE), [parseVerifierKey(GO_VERIFIER)]).status, 'verified');
});

test('signatures of unknown keys are ignored; a bad one of a known key condemns the note', () => {
  const [ours, theirs] = [generateSignerKey('ours.example'), generateSignerKey('theirs.example')];
  const witness = generateSignerKey('witness.example', COSIGNATURE_V1);
  const note = parseNote(signNote('text\n', [theirs, ours, witness], 1_790_000_000));
  assert.equal(note.signatures.length, 3);

  const verdict = verifyNote(note, [ours.verifier, witness.verifier]);
  assert.ok(verdict.status === 'verified');
  assert.deepEqual(
    verdict.signers.map(({ key, time }) => [key.name, time]),
    [
      ['ours.example', null],
      ['witness.example', 1_790_000_000],
    ],
  );
  assert.equal(verifyNote(note, [generateSignerKey('ours.example').verifier]).status, 'failed', 'same name, other key');
  assert.equal(verifyNote(note, []).status, 'failed');
  // A note with the witness's signature taken from another text.
  const other = parseNote(signNote('other\n', [witness], 1_790_000_000)).signatures[0]!;
  const forged = { text: note.text, signatures: [note.signatures[1]!, other] };
  assert.equal(verifyNote(forged, [ours.verifier]).status, 'verified');
  assert.equal(verifyNote(forged, [ours.verifier, witness.verifier]).status, 'failed');
});

test('any changed byte of a note fails or is refused', () => {
  const signer = generateSignerKey('log.example/a');
  const bytes = Buffer.from(signNote('log.example/a\n12\nsecond line\n', [signer]));
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const copy = Buffer.from(bytes);
      copy[at]! ^= change;
      let verdict;
      try {
        verdict = verifyNote(parseNote(copy.toString('utf8')), [signer.verifier]);
      } catch (error) {
        assert.ok(invalid(error));
        return;
      }
      assert.equal(verdict.status, 'failed');
    }),
    { numRuns: 400 },
  );
});

test('malformed notes are refused with the line', () => {
  for (const [note, why] of [
    ['', /no blank line/],
    ['text\n', /no blank line/],
    ['text\n\n', /complete signature line/],
    ['text\n\n— a AAAAAAAA', /complete signature line/],
    ['text\n\n- a AAAAAAAA\n', /line 3/],
    ['text\n\n— a\n', /line 3/],
    ['text\n\n— a AAAA\n', /line 3/],
    ['text\n\n— a AAAAAAA\n', /line 3/],
    ['text\n\n— a AAAAAAB=\n', /line 3/],
    ['te\u0000xt\n\n— a AAAAAAAA\n', /control character/],
    ['te\txt\n\n— a AAAAAAAA\n', /control character/],
    ['te\ud800xt\n\n— a AAAAAAAA\n', /Unicode/],
    [`text\n\n${'— a AAAAAAAA\n'.repeat(200)}`, /more than 128/],
    ['x'.repeat(2 << 20), /longer than/],
  ] as const) {
    assert.throws(
      () => parseNote(note),
      (error) => isFault(error) && invalid(error) && why.test(error.line),
      JSON.stringify(note.slice(0, 40)),
    );
  }
  assert.throws(() => signNote('no newline', [generateSignerKey('a')]), invalid);
});

test('keys that are not keys are refused, and private ones are never quoted', () => {
  const good = generateSignerKey('log.example');
  const secret = good.text.slice('PRIVATE+KEY+'.length);
  for (const text of [
    '',
    'log.example',
    'log.example+00000000+AAAA',
    good.verifier.text.replace('log.example', 'log2.example'),
    good.verifier.text.replace('log.example', 'log example'),
    good.verifier.text.replace('log.example', ''),
    good.verifier.text.slice(0, -4),
    `${good.verifier.text} `,
    `${good.verifier.text}=`,
    // Algorithm 2 is ECDSA.
    good.verifier.text.replace(/^([^+]*\+[^+]*)\+.*$/, '$1+AgAA'),
  ]) {
    assert.throws(() => parseVerifierKey(text), invalid, text);
  }
  for (const text of [secret, good.text.slice(0, -4), good.text.replace('log.example', 'log2.example')]) {
    assert.throws(
      () => parseSignerKey(text),
      (error) => isFault(error) && invalid(error) && !error.line.includes(secret.slice(-20)),
    );
  }
  for (const name of ['', 'a b', 'a+b', 'a\nb', 'a\u00a0b', 'a\u0085b', '\ud800'])
    assert.throws(() => generateSignerKey(name), invalid, JSON.stringify(name));
  assert.deepEqual(parseSignerKey(good.text).verifier.text, good.verifier.text);
});
