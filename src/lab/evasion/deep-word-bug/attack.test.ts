import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { misspellings } from '../../text/misspelling.ts';

test('misspellings are one edit away, and keep the first letter', () => {
  const random = seededRandom('m');
  for (let round = 0; round < 50; round++) {
    for (const spelling of misspellings('terrible', random)) {
      assert.equal(spelling[0], 't');
      const same = [...spelling].sort().join('') === [...'terrible'].sort().join('');
      assert.ok(same || Math.abs(spelling.length - 8) <= 1);
    }
  }
  assert.ok(misspellings('ab', random).length >= 2, 'short words have nothing to swap');
});
