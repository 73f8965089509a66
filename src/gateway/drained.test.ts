import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import { drained } from './drained.ts';
import { requireReadable } from './readable-answer.ts';

/** An answer that notes what is done to it. */
function answering(
  status = 200,
  headers: Answer['headers'] = {},
): { readonly answer: Answer; readonly done: string[] } {
  const done: string[] = [];
  const note = (what: string) => () => void done.push(what);
  const parts = { pause: note('pause'), resume: note('resume'), abort: note('abort'), upstream: { id: 'one' } };
  return { answer: { status, headers, ...parts } as unknown as Answer, done };
}

const LIMITS = { slowAfter: 60_000, minRate: 1 };

describe('drained', () => {
  it('reads on when the client has taken what was written, unless too much waits already', async () => {
    for (const [waits, wanted] of [
      [false, ['pause', 'resume']],
      [true, ['pause']],
    ] as const) {
      const { answer, done } = answering();
      const response = new EventEmitter();
      const pending = drained({ response, gone: false } as unknown as Client, answer, LIMITS, () => waits);
      response.emit('drain');
      await pending;
      assert.deepEqual(done, wanted);
      assert.equal(response.listenerCount('drain') + response.listenerCount('close'), 0);
    }
  });
});

describe('requireReadable', () => {
  it('lets no answer that cannot be read go on', () => {
    for (const [status, headers] of [
      [302, {}],
      [200, { 'content-encoding': 'gzip' }],
    ] as const) {
      const { answer, done } = answering(status, headers);
      assert.throws(() => requireReadable(answer), { code: 'ERR_UPSTREAM_INVALID' });
      assert.deepEqual(done, ['abort']);
    }
    const { answer, done } = answering(200, { 'content-encoding': 'identity' });
    requireReadable(answer);
    assert.deepEqual(done, []);
  });
});
