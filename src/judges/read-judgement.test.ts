import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../core/fault.ts';
import { judgePrompt } from './judge-prompt.ts';
import { readChatAnswer, readJudgement } from './read-judgement.ts';

const CODE = 'a1b2c3d4e5f6';

/** The score, or null where it was refused in the way that it has to be. */
function scoreOf(content: string): number | null {
  try {
    return readJudgement(content, CODE);
  } catch (error) {
    assert.ok(isFault(error) && error.code === 'ERR_CHECK_FAILED', String(error));
    return null;
  }
}

describe('readJudgement', () => {
  it('takes nothing without the code, and throws nothing but a failed check', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('{', '}', '"code":', '"score":', '0.5', '```json\n', '\n```', '"', ',', ':', '[', ']'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const content = pieces.join('');
        if (!content.includes(CODE)) assert.equal(scoreOf(content), null);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes any score from 0 to 1 in the form that was asked for, and no other', () => {
    fc.assert(
      fc.property(fc.double({ min: -2, max: 3, noNaN: true }), (score) => {
        const expected = score >= 0 && score <= 1 ? score : null;
        const read = scoreOf(JSON.stringify({ code: CODE, score }));
        if (expected === null) assert.equal(read, null);
        else assert.equal(read, JSON.parse(JSON.stringify(score)));
      }),
    );
  });

  it('is not deep, not long, and not fooled by inherited members', () => {
    assert.equal(scoreOf(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), null);
    assert.equal(scoreOf(JSON.stringify({ code: CODE, score: 0, more: 'x'.repeat(20_000) })), null);
    assert.equal(scoreOf(`{"__proto__":{"code":"${CODE}","score":0}}`), null);
  });
});

describe('readChatAnswer', () => {
  it('throws nothing but a failed check, whatever the body', () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        try {
          readChatAnswer(body);
        } catch (error) {
          assert.ok(isFault(error) && error.code === 'ERR_CHECK_FAILED', String(error));
        }
      }),
      { numRuns: 500 },
    );
    assert.deepEqual(readChatAnswer({ choices: [{ message: { content: 'x' } }] }), {
      content: 'x',
      inputTokens: 0,
      outputTokens: 0,
    });
  });
});

describe('judgePrompt', () => {
  it('keeps any text between two borders that it cannot hold, and its code out of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const { system, user, code } = judgePrompt('Q', text);
        const border = /TEXT-[0-9a-f]{24}/.exec(system)![0];
        assert.equal(user.split(border).length, 3);
        assert.ok(user.startsWith(`${border}\n`));
        assert.ok(system.includes(code) && !user.includes(code));
        assert.doesNotMatch(user, /<\||\|>|\[\/?INST\]|<\/?s>/i);
      }),
      { numRuns: 500 },
    );
  });
});
