import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SURFACES } from '../conversation/registry.ts';
import type { KeptSegment } from '../core/exchange.ts';
import { isFault } from '../core/fault.ts';
import { openSegments, readThread, rememberThread } from './thread.ts';
import { NO_THREAD, type Thread, ThreadMemory } from './thread-memory.ts';

const responses = SURFACES.find(({ id }) => id === 'openai-responses')!;

/** One turn of a conversation, kept as it came. */
function turn(
  memory: ThreadMemory,
  before: Thread | null,
  id: string,
  body: object,
  spoke: boolean,
  keeping: 'none' | 'full' = 'full',
) {
  const conversation = responses.parseRequest({ model: 'm', ...body });
  const kept: KeptSegment[] =
    keeping === 'none'
      ? []
      : conversation.segments.map(({ id: segment, role, origin, kind, text }) => {
          return { stage: 'input', segment, role, origin, kind, text, marks: [] };
        });
  rememberThread(memory, 'alice', [id], { before, conversation, kept, spoke, keeping });
  return memory.recall('alice', id);
}

const create = (keepFor = 1000) => {
  let now = 0;
  return { memory: new ThreadMemory({ keepFor, clock: () => now }), wait: (millis: number) => void (now += millis) };
};

describe('a thread', () => {
  it('gathers the prompts of all turns, and what was said and not answered', () => {
    const { memory } = create();
    const one = turn(memory, NO_THREAD, 'r1', { instructions: 'Say nothing of A.', input: 'part one' }, false);
    assert.deepEqual(one!.instructions, ['Say nothing of A.']);
    assert.deepEqual(
      openSegments(one).map(({ text, message }) => [text, message]),
      [['part one', -1]],
    );
    const two = turn(memory, one, 'r2', {
      input: [
        { role: 'developer', content: 'Nor of B.' },
        { role: 'user', content: 'part two' },
      ],
    }, false); // prettier-ignore
    assert.deepEqual(two!.instructions, ['Say nothing of A.', 'Nor of B.']);
    assert.deepEqual(
      two!.open.map(({ text }) => text),
      ['part one', 'part two'],
    );
    const three = turn(memory, two, 'r3', { input: 'part three' }, true);
    assert.deepEqual([three!.open, three!.turns, three!.complete], [[], 3, true]);
    const four = turn(memory, two, 'r4', { input: [{ role: 'assistant', content: 'ok' }, { role: 'user', content: 'four' }] }, false); // prettier-ignore
    assert.deepEqual(
      four!.open.map(({ text }) => text),
      ['four'],
      'an answer in the request answers too',
    );
  });

  it('keeps no text where none may be kept, and is then not known', () => {
    const { memory } = create();
    const thread = turn(memory, NO_THREAD, 'r1', { instructions: 'secret prompt', input: 'hello' }, false, 'none');
    assert.deepEqual(thread, { instructions: [], open: [], complete: false, turns: 1 });
    const next = turn(memory, thread, 'r2', { input: 'hello' }, true);
    assert.equal(next!.complete, false, 'what is missing once is missing from then on');
  });

  it('is its principal’s, for as long as it is kept', () => {
    const { memory, wait } = create();
    turn(memory, NO_THREAD, 'r1', { input: 'hello' }, true);
    assert.equal(memory.recall('bob', 'r1'), null);
    assert.notEqual(memory.recall('alice', 'r1'), null);
    wait(1000);
    assert.equal(memory.recall('alice', 'r1'), null);
  });

  it('takes bounded room', () => {
    const { memory } = create();
    const long = turn(memory, NO_THREAD, 'long', { input: 'x'.repeat(100_000) }, false);
    assert.deepEqual([long!.open.length, long!.complete], [0, false]);
    for (let i = 0; i < 20_000; i++) memory.remember('alice', `r${i}`, NO_THREAD);
    assert.equal(memory.size, 10_000);
    const big: Thread = { ...NO_THREAD, instructions: ['y'.repeat(60_000)] };
    for (let i = 0; i < 1000; i++) memory.remember('alice', `big${i}`, big);
    assert.ok(memory.size <= 600, `${memory.size} threads of 60,000 units`);
    assert.notEqual(memory.recall('alice', 'big999'), null);
  });

  it('may be demanded', () => {
    const { memory } = create();
    turn(memory, NO_THREAD, 'known', { input: 'hello' }, true);
    turn(memory, null, 'unknown', { input: 'hello' }, true);
    assert.equal(readThread(memory, 'alice', null, 'known'), NO_THREAD);
    assert.equal(readThread(memory, 'alice', 'known', 'known')!.turns, 1);
    assert.equal(readThread(memory, 'alice', 'never', 'any'), null);
    assert.equal(readThread(memory, 'alice', 'unknown', 'owned')!.complete, false);
    for (const id of ['unknown', 'never']) {
      assert.throws(() => readThread(memory, 'alice', id, 'known'), (error) => isFault(error) && error.code === 'ERR_NOT_FOUND'); // prettier-ignore
    }
  });
});
