import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { trimEndOf } from './trim-end-of.ts';

test('what stands at the end is left out, as a pattern would do it', () => {
  assert.equal(trimEndOf('a.b..', '.'), 'a.b');
  assert.equal(trimEndOf('...', '.'), '');
  assert.equal(trimEndOf('', '.'), '');
  fc.assert(
    fc.property(fc.stringMatching(/^[a.,]{0,20}$/), (text) => {
      assert.equal(trimEndOf(text, '.,'), text.replace(/[.,]+$/, ''));
    }),
  );
});

test('a long run that is not at the end is passed once', () => {
  const text = `${'.'.repeat(2_000_000)}a`;
  assert.equal(trimEndOf(text, '.'), text);
});
