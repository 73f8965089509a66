import assert from 'node:assert/strict';
import { test } from 'node:test';
import { charEntropy } from './char-entropy.ts';

test('is 0 for one unit repeated, log2(k) for k units equally often, and between for the rest', () => {
  assert.equal(charEntropy(''), 0);
  assert.equal(charEntropy('aaaa'), 0);
  assert.equal(charEntropy('0123456789abcdef'), 4);
  assert.equal(charEntropy('abab'), 1);
  // -(3/4) log2(3/4) - (1/4) log2(1/4)
  assert.ok(Math.abs(charEntropy('aaab') - 0.8112781244591328) < 1e-12);
});
