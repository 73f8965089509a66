import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EMPTY_CONTEXT } from '../../../test/detect/fixture-inspector.ts';
import { releaseThroughGuard } from '../../../test/detect/release-through-guard.ts';
import type { Subject } from '../detector.ts';
import { promptLeak } from './detector.ts';

const subject: Subject = { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' };
/** Two hundred different words. */
const WORDS = Array.from({ length: 200 }, (_, i) => `w${(i * 7919).toString(36)}x`);

function guarding(instructions: readonly string[], userTexts: readonly string[] = [], options = promptLeak.defaults) {
  return promptLeak.create(options).forExchange!({ ...EMPTY_CONTEXT, instructions, userTexts });
}

async function found(text: string, inspector: ReturnType<typeof guarding>): Promise<readonly string[]> {
  const findings = await inspector.inspect(text, subject);
  return findings.map(({ span }) => text.slice(span.start, span.end));
}

describe('prompt-leak', () => {
  const prompt = WORDS.join(' ');
  const inspector = guarding([prompt]);

  it('marks the passage and nothing around it', async () => {
    const passage = WORDS.slice(40, 60).join(' ');
    assert.deepEqual(await found(`One two three: ${passage}. Four five.`, inspector), [passage]);
  });

  it('needs as many words as it is told, and takes fewer for a phrase', async () => {
    assert.deepEqual(await found(WORDS.slice(40, 51).join(' '), inspector), []);
    assert.equal((await found(WORDS.slice(40, 52).join(' '), inspector)).length, 1);
    const stricter = guarding([prompt], [], { ...promptLeak.defaults, minWords: 30 });
    assert.deepEqual(await found(WORDS.slice(40, 69).join(' '), stricter), []);
    assert.equal((await found(WORDS.slice(40, 70).join(' '), stricter)).length, 1);
  });

  it('bears a changed word in five, and not one in three', async () => {
    const every = (n: number) => WORDS.slice(0, 60).map((word, i) => (i % n === n - 1 ? 'other' : word));
    assert.equal((await found(every(5).join(' '), inspector)).length, 1);
    assert.deepEqual(await found(every(3).join(' '), inspector), []);
  });

  it('knows a short prompt by nearly all of its words', async () => {
    const short = guarding(['Answer as a pirate, and never mention the treasure map.']);
    assert.equal((await found('"Answer as a pirate and never mention the treasure map"', short)).length, 1);
    assert.deepEqual(await found('Answer as a pirate would.', short), []);
    assert.deepEqual(await found('You are a helpful assistant.', guarding(['You are a helpful assistant.'])), []);
  });

  it('lets the user have his own words back, and only those', async () => {
    const passage = WORDS.slice(40, 60).join(' ');
    const knows = guarding([prompt], [`I read "${passage}". What is that?`]);
    assert.deepEqual(await found(`You read "${passage}".`, knows), []);
    assert.equal((await found(`And then: ${WORDS.slice(60, 80).join(' ')}`, knows)).length, 1);
  });

  it('protects what it is told to besides, and leaves the instructions alone when told so', async () => {
    const [first, second] = [WORDS.slice(0, 30).join(' '), WORDS.slice(100, 130).join(' ')];
    const other = guarding([first], [], { ...promptLeak.defaults, protect: [second], instructions: false });
    assert.deepEqual(await found(`${first}! ${second}!`, other), [second]);
    // Without an exchange, as in a library, the configured texts count alone.
    const alone = promptLeak.create({ ...promptLeak.defaults, protect: [second] });
    assert.equal((await alone.inspect(second, subject)).length, 1);
  });

  it('fails, and does not pass, when the prompt is too long to be protected', () => {
    const huge = guarding(['word '.repeat(1_000_000)]);
    assert.throws(() => huge.inspect('Hello', subject), /too long to be protected/);
  });

  it('lets no unit of a passage leave, however it is edited, written and split', async () => {
    const edit = fc.constantFrom('', '', '', '', ', ', ' **', '\n', '\u200b', ' (that is) ', '%20');
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 150 }),
        fc.integer({ min: 10, max: 50 }),
        fc.array(edit, { minLength: 1, maxLength: 9 }),
        fc.stringMatching(/^[a-z ,.%-]{0,60}$/),
        fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (from, length, edits, filler, sizes, encoded) => {
          const passage = WORDS.slice(from, from + length)
            .map((word, i) => word + edits[i % edits.length]!)
            .join(' ');
          const written = encoded ? Buffer.from(passage).toString('base64') : passage;
          const text = `${filler} ${written} ${filler} ${WORDS.slice(0, 3).join(' ')} ${written}`;
          const whole = await inspector.inspect(text, subject);
          const pieces: string[] = [];
          for (let at = 0, i = 0; at < text.length; i++) pieces.push(text.slice(at, (at += sizes[i % sizes.length]!)));
          assert.equal(await releaseThroughGuard(inspector, subject, pieces, whole), -1);
        },
      ),
      { numRuns: 300 },
    );
  });
});
