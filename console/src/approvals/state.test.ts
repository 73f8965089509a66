import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApprovalSummary } from '../../../src/gateway/admin/api.ts';
import { countdown, decidedBy } from './state.ts';

test('a countdown says minutes and seconds, and ends at nothing', () => {
  assert.deepEqual([900_000, 61_001, 999, 0, -5000].map(countdown), ['15:00', '1:02', '0:01', '0:00', '0:00']);
  assert.deepEqual([7_380_000, 3 * 86_400_000].map(countdown), ['2 h 03 min', '3 d']);
});

test('who decided, and who is missing', () => {
  const row = { state: 'pending', needs: 1, firstBy: null, secondBy: null, deniedBy: null } as ApprovalSummary;
  assert.equal(decidedBy(row), null);
  assert.equal(decidedBy({ ...row, needs: 2 }), 'two people have to agree');
  assert.equal(decidedBy({ ...row, needs: 2, firstBy: 'bob' }), 'bob agreed; a second person has to agree');
  assert.equal(decidedBy({ ...row, state: 'used', needs: 2, firstBy: 'bob', secondBy: 'eve' }), 'bob and eve agreed');
  assert.equal(decidedBy({ ...row, state: 'denied', firstBy: 'bob', deniedBy: 'eve' }), 'denied by eve');
});
