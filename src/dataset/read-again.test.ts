import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../core/fault.ts';
import type { CheckRun } from './check.ts';
import type { Batch } from './open-data-file.ts';
import { readShare } from './read-again.ts';
import type { Readable } from './row-inspector.ts';
import { RowShare } from './row-share.ts';

function readable(rows: () => AsyncGenerator<Batch>): Readable {
  return {
    data: { format: 'jsonl', rows },
    file: { path: '/d/a.jsonl', shown: 'a.jsonl', format: 'jsonl', index: 0, split: null, collection: '' },
    whole: true,
    splits: new Map(),
  };
}

const share = async (one: Readable, run: Partial<CheckRun>): Promise<readonly unknown[]> => {
  const gaps: unknown[] = [];
  await readShare([one], [run as CheckRun], new RowShare(null, true), { label: null }, (...gap) => gaps.push(gap));
  return gaps;
};

test('a check that fails on a row of a share leaves a gap, and so does what cannot be read', async () => {
  const two: Batch = [
    { row: { text: 'a' }, line: 1 },
    { row: { text: 'b' }, line: 2 },
  ];
  const seen: number[] = [];
  const whole = readable(async function* () {
    yield two;
  });
  const failing = {
    row: ({ number }: { readonly number: number }) => {
      seen.push(number);
      if (number === 2) throw new RangeError('no');
    },
  };
  assert.deepEqual(await share(whole, failing), [
    ['a.jsonl', 'it cannot be read (RangeError)', { member: null, offset: null }],
  ]);
  assert.deepEqual(seen, [1, 2]);
  const damaged = readable(async function* () {
    yield two;
    throw new Fault('ERR_DATA', 'The row is damaged.', { where: 'line 3' });
  });
  assert.deepEqual(await share(damaged, { row: () => undefined }), [
    ['a.jsonl', 'The row is damaged', { member: null, offset: null, line: 3 }],
  ]);
});
