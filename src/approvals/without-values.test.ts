import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withoutValues } from './without-values.ts';

test('quotations are left out, as a pattern would do it', () => {
  assert.equal(withoutValues('read_mail("Bob “the" boss”) said „yes“.'), 'read_mail("…"the"…") said "…".');
  fc.assert(
    fc.property(fc.stringMatching(/^[ab"“”„]{0,30}$/), (text) => {
      assert.equal(withoutValues(text), text.replace(/["“„][^"”“]*["”“]/g, '"…"'));
    }),
  );
});

test('a text of marks that only open takes one pass', () => {
  const open = '„'.repeat(1_000_000);
  assert.equal(withoutValues(open), open);
  assert.equal(withoutValues(`${open}”`), '"…"');
});
