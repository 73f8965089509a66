import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../../core/finding.ts';
import type { Subject } from '../detector.ts';
import { lengthAndRepetition } from './detector.ts';
import { repeatedRuns } from './repeated-runs.ts';

const subject: Subject = { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' };
const limits = { window: 512, threshold: 4 };

test('a run is found where it begins and ends, whatever its passage', () => {
  const word = fc.stringMatching(/^[a-z]{3,9}$/);
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 3, maxLength: 40 }),
      fc.integer({ min: 5, max: 30 }),
      (words, times) => {
        const passage = `${words.join(' ')}. `;
        const run = passage.repeat(Math.max(times, Math.ceil(640 / passage.length)));
        const [found, ...more] = repeatedRuns(`(${run})`, limits);
        assert.deepEqual(more, []);
        assert.ok(found);
        assert.equal(found.period, passage.length);
        assert.ok(found.start === 1 || found.start === 0);
        assert.ok(Math.abs(found.end - run.length - 1) <= 1);
        assert.equal(found.excess, found.start + Math.max(512, 4 * passage.length));
      },
    ),
    { numRuns: 200 },
  );
});

test('a loop is stopped early in a stream', () => {
  const { streaming } = lengthAndRepetition.create(lengthAndRepetition.defaults);
  let view = 'Of course: ';
  let written = view.length;
  for (; view.length - streaming!.holdFrom(view) <= streaming!.maxHold; written += 5) {
    assert.ok(written < 2000, 'it goes on and on');
    view += 'poem ';
  }
  assert.ok(written < 1100, `${written} units were written`);
  assert.equal(streaming!.overdue(view, streaming!.holdFrom(view))?.rule, 'length-and-repetition/repeated');
});

test('options: the least of each is felt', () => {
  const inspect = (text: string, options: object): readonly Finding[] =>
    lengthAndRepetition
      .create({ ...lengthAndRepetition.defaults, ...options })
      .inspect(text, subject) as readonly Finding[];
  const loop = 'la la '.repeat(20);
  assert.equal(inspect(loop, {}).length, 0);
  assert.equal(inspect(loop, { window: 64 }).length, 1);
  const line = `${'Every good boy deserves favour, and so do the girls of the town.'} `.repeat(10);
  assert.equal(inspect(line, { window: 64 }).length, 0, 'a passage longer than the window is not noticed');
  assert.equal(inspect(line, { window: 128 }).length, 1);
  assert.equal(inspect(line, { window: 128, threshold: 20 }).length, 0);
  assert.deepEqual(inspect('abc'.repeat(5), { maxLength: 10 })[0]?.span, { start: 10, end: 15 });
  assert.deepEqual(inspect('abc'.repeat(5), { maxLength: 0 }), []);
});

test('the score tells how near a text is', () => {
  const { score } = lengthAndRepetition.create(lengthAndRepetition.defaults);
  assert.equal(score!('Nothing here repeats.', subject), 0);
  const half = score!('poem '.repeat(51), subject) as number;
  assert.ok(half > 0.2 && half < 0.3);
  assert.equal(score!('poem '.repeat(500), subject), 1);
});
