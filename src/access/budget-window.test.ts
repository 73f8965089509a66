import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BUDGET_WINDOWS, windowAt } from './budget-window.ts';

describe('windowAt', () => {
  it('cuts the calendar in UTC', () => {
    const now = Date.UTC(2028, 1, 29, 23, 59, 59, 999);
    assert.deepEqual(
      BUDGET_WINDOWS.map((window) => {
        const { start, end } = windowAt(window, now);
        return [new Date(start).toISOString(), new Date(end).toISOString()];
      }),
      [
        ['2028-02-29T23:59:00.000Z', '2028-03-01T00:00:00.000Z'],
        ['2028-02-29T23:00:00.000Z', '2028-03-01T00:00:00.000Z'],
        ['2028-02-29T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
        ['2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
      ],
    );
  });

  it('leaves no gap and no overlap', () => {
    fc.assert(
      fc.property(fc.constantFrom(...BUDGET_WINDOWS), fc.integer({ min: 0, max: 4e12 }), (window, now) => {
        const { start, end } = windowAt(window, now);
        assert.ok(start <= now && now < end);
        assert.equal(windowAt(window, end).start, end);
        assert.equal(windowAt(window, start).start, start);
      }),
    );
  });
});
