import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/core/verdict.ts';
import type { PlaygroundAnswer } from '../../../src/gateway/admin/api.ts';
import { compare, fateOf } from './compare.ts';
import { EXAMPLES } from './examples.ts';
import { EMPTY_QUESTION, isEmpty, toRequest } from './question.ts';

const decision = (rule: string, more: Partial<Decision> = {}): Decision => ({
  rule,
  detector: 'secret-leak',
  stage: 'input',
  mode: 'enforce',
  status: 'clean',
  action: 'allow',
  evidence: [],
  millis: 0.1,
  ...more,
});
const answer = (...decisions: Decision[]): PlaygroundAnswer => ({
  stage: 'input',
  action: 'allow',
  decisions,
  texts: [],
  cost: {},
});

describe('toRequest', () => {
  it('asks in the form that is chosen, and in no other', () => {
    const all = {
      ...EMPTY_QUESTION,
      text: { role: 'user', origin: '', text: 'a' },
      messages: [
        { role: 'tool', origin: 'document', text: 'b' },
        { role: 'user', origin: '', text: '' },
      ],
      request: '{}',
    } as const;
    expect(toRequest(all)).toEqual({ stage: 'input', surface: 'openai-chat', role: 'user', text: 'a' });
    expect(toRequest({ ...all, form: 'messages' })).toEqual({
      stage: 'input',
      surface: 'openai-chat',
      messages: [{ role: 'tool', origin: 'document', text: 'b' }],
    });
    expect(toRequest({ ...all, form: 'request' })).toEqual({ stage: 'input', surface: 'openai-chat', request: '{}' });
  });

  it('says as whom only where something was typed', () => {
    const asked = toRequest({ ...EMPTY_QUESTION, principal: ' alice ', team: ' ', model: 'm' });
    expect([asked.principal, asked.team, asked.model]).toEqual(['alice', undefined, 'm']);
  });
});

describe('the examples', () => {
  it('have something to look at, and bodies that are JSON', () => {
    for (const { question } of EXAMPLES) {
      expect(isEmpty(question)).toBe(false);
      if (question.form === 'request') JSON.parse(question.request);
    }
    expect(new Set(EXAMPLES.map(({ question }) => question.form)).size).toBe(3);
  });
});

describe('compare', () => {
  it('sets decisions side by side and sees what differs besides time', () => {
    const before = answer(decision('a'), decision('b'), decision('c'));
    const after = answer(
      decision('a', { millis: 9 }),
      decision('b', { status: 'found', action: 'flag' }),
      decision('d'),
    );
    expect(compare(before, after).map(({ rule, differs }) => [rule, differs])).toEqual([
      ['a', false],
      ['b', true],
      ['c', true],
      ['d', true],
    ]);
  });

  it('has a sentence for every action', () => {
    const actions = ['allow', 'flag', 'redact', 'review', 'block'] as const;
    expect(new Set(actions.map((action) => fateOf(action, 'output'))).size).toBe(5);
  });
});
