import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanFiles } from './scan-pool.ts';

test('an interruption ends the wait for a file that takes for ever', async () => {
  const controller = new AbortController();
  // A server that never answers.
  const remote = {
    size: 100,
    read: () => {
      controller.abort();
      return new Promise<Uint8Array>(() => {});
    },
  };
  const results = [];
  for await (const result of scanFiles([{ path: '', shown: 'x', remote }], { threads: 1, signal: controller.signal }))
    results.push(result);
  assert.deepEqual(results, []);
});
