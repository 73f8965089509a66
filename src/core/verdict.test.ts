import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isAtLeast, SEVERITIES } from './severity.ts';
import { ACTIONS, stricter } from './verdict.ts';

const action = fc.constantFrom(...ACTIONS);

test('of two actions the stricter wins, whichever comes first', () => {
  assert.equal(stricter('redact', 'block'), 'block');
  assert.equal(stricter('review', 'redact'), 'review');
  assert.equal(stricter('allow', 'flag'), 'flag');
  fc.assert(
    fc.property(action, action, action, (a, b, c) => {
      assert.equal(stricter(a, b), stricter(b, a));
      assert.equal(stricter(a, stricter(b, c)), stricter(stricter(a, b), c));
      assert.equal(stricter(a, 'allow'), a);
      assert.equal(stricter(a, 'block'), 'block');
    }),
  );
});

test('a severity is at least itself and everything milder', () => {
  SEVERITIES.forEach((severity, i) => {
    SEVERITIES.forEach((floor, j) => assert.equal(isAtLeast(severity, floor), i >= j));
  });
  assert.ok(isAtLeast('critical', 'high'));
});
