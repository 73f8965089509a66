import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { wildcard } from './wildcard.ts';

describe('wildcard', () => {
  it('means the same as the regular expression in which * is [^]*', () => {
    const letters = fc.stringMatching(/^[ab.*]{0,8}$/);
    const names = fc.stringMatching(/^[ab.]{0,10}$/);
    fc.assert(
      fc.property(letters, names, (pattern, name) => {
        const source = pattern.split('*').map((part) => RegExp.escape(part));
        assert.equal(wildcard(pattern)(name), new RegExp(`^${source.join('[^]*')}$`).test(name));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes a name that would send a backtracking matcher astray', () => {
    assert.equal(wildcard('*a*a*a*a*a*a*a*a*b')('a'.repeat(100_000)), false);
  });
});
