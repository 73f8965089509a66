import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../core/finding.ts';
import type { Segment } from '../conversation/segment.ts';
import { type AllowEntry, AllowList, allowHash, allowKey } from './allow-list.ts';
import { DecisionLog } from './decision-log.ts';
import { inspectSegments } from './inspect-segments.ts';
import type { Rule } from './rule.ts';

const KEY = allowKey(new Uint8Array(32).fill(7));
const WHO = { principal: 'alice', team: 'red', model: 'gpt-5', surface: 'openai-chat' };
const NOW = 1000;

const rule: Rule = {
  id: 'words',
  detector: 'word',
  on: ['input'],
  action: 'block',
  mode: 'enforce',
  onFailure: 'block',
  timeout: 60_000,
  maxText: 100_000,
  inspector: {
    inspect: (text) =>
      [...text.matchAll(/secret\w*/gi)].map((match) => ({
        rule: 'word/secret',
        severity: 'high' as const,
        message: 'a secret word',
        label: 'SECRET_WORD',
        mask: 'se****',
        span: { start: match.index, end: match.index + match[0].length },
      })),
  },
};

const entry = (more: Partial<AllowEntry>): AllowEntry => ({ id: 'e', rules: ['words'], expires: NOW + 1, ...more });

/** What the rule decides about a text under entries. */
async function decide(entries: readonly AllowEntry[], text: string, more: Partial<Segment> = {}, who = WHO, now = NOW) {
  const allows = new AllowList(entries, KEY, () => now).for(who)?.allows;
  const segment: Segment = {
    id: 's',
    path: ['s'],
    role: 'user',
    origin: 'user',
    kind: 'text',
    message: 0,
    text,
    ...more,
  };
  const log = new DecisionLog();
  await inspectSegments([{ ...rule, allows }], 'input', [segment], log);
  return { action: log.action, decision: log.decisions()[0]! };
}

describe('the allow-list', () => {
  it('covers what it says, and it is still recorded', async () => {
    const { action, decision } = await decide([entry({ id: 'known', pattern: 'secret[a-z]+' })], 'our secretary');
    assert.equal(action, 'allow');
    assert.deepEqual([decision.status, decision.action, decision.reason], ['found', 'allow', 'allowed by known']);
    assert.equal(decision.evidence[0]!.allowed, 'known');
    assert.equal(decision.evidence[0]!.mask, 'se****');
  });

  it('leaves everything else as it is', async () => {
    const { action, decision } = await decide([entry({ pattern: 'secretary' })], 'our secretary has a secret');
    assert.equal(action, 'block');
    assert.deepEqual([decision.action, decision.evidence.map(({ allowed }) => allowed)], ['block', ['e', undefined]]);
  });

  const cases: readonly [string, Partial<AllowEntry>, string, boolean][] = [
    ['a value by its hash, however it is spelled', { hash: allowHash(KEY, 'Secret42') }, 'a SECRET42!', true],
    ['no other value', { hash: allowHash(KEY, 'secret42') }, 'a secret421', false],
    [
      'no value whose hash was made elsewhere',
      { hash: allowHash(allowKey(new Uint8Array(32)), 'secret42') },
      'secret42',
      false,
    ],
    ['a pattern as a whole', { pattern: 'secret' }, 'secrets', false],
    ['what lies in a passage', { text: 'the secretary of state' }, 'ask the secretary of state', true],
    ['not what only touches the passage', { text: 'the secret' }, 'ask the secretary', false],
    ['not the same word elsewhere', { text: 'the secretary' }, 'the secretary and a secretary', false],
    ['labels', { labels: ['SECRET_*'] }, 'secret', true],
    ['other labels', { labels: ['KEY'] }, 'secret', false],
    ['findings', { findings: ['word/*'] }, 'secret', true],
    ['another rule', { rules: ['others'], labels: ['*'] }, 'secret', false],
    ['a detector', { rules: undefined, detectors: ['word'], labels: ['*'] }, 'secret', true],
    ['an origin', { origins: ['user'] }, 'secret', true],
    ['another origin', { origins: ['tool'] }, 'secret', false],
    ['a principal', { principals: ['al*'], labels: ['*'] }, 'secret', true],
    ['another principal', { principals: ['bob'], labels: ['*'] }, 'secret', false],
    ['another team', { teams: ['blue'], labels: ['*'] }, 'secret', false],
    ['another model', { models: ['claude-*'], labels: ['*'] }, 'secret', false],
    ['another surface', { surfaces: ['openai-responses'], labels: ['*'] }, 'secret', false],
    ['nothing once it is over', { expires: NOW, labels: ['*'] }, 'secret', false],
  ];
  for (const [what, more, text, allowed] of cases) {
    it(`covers ${what}: ${allowed}`, async () => {
      assert.equal((await decide([entry(more)], text)).action, allowed ? 'allow' : 'block');
    });
  }

  it('covers nobody without a team by a team', async () => {
    const one = entry({ teams: ['*'], labels: ['*'] });
    assert.equal((await decide([one], 'secret', {}, { ...WHO, team: null as never })).action, 'block');
  });

  it('does not take what it covers out', async () => {
    const allows = new AllowList([entry({ pattern: 'secretary' })], KEY, () => NOW).for(WHO)?.allows;
    const segment: Segment = {
      id: 's', path: ['s'], role: 'user', origin: 'user', kind: 'text', message: 0, text: 'secretary, secret',
    }; // prettier-ignore
    const log = new DecisionLog();
    const redactions = await inspectSegments([{ ...rule, action: 'redact', allows }], 'input', [segment], log);
    assert.deepEqual(
      redactions.get(segment)!.map(({ start }) => start),
      [11],
    );
  });

  it('names a value without telling it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (value) => {
        const hash = allowHash(KEY, value);
        assert.match(hash, /^hmac-sha256:[0-9a-f]{64}$/);
        assert.equal(hash, allowHash(KEY, `  ${value.toUpperCase().toLowerCase()}\n`.replace(/ /g, '  ')));
      }),
    );
  });

  it('changes its version with what holds, so that what passed is read again', () => {
    const list = (entries: readonly AllowEntry[], now = NOW) =>
      new AllowList(entries, KEY, () => now).for(WHO)?.version;
    const [a, b] = [entry({ id: 'a', labels: ['*'] }), entry({ id: 'b', labels: ['*'], expires: NOW + 5 })];
    assert.notEqual(list([a]), list([a, b]));
    assert.notEqual(list([a, b]), list([a, b], NOW + 2));
    assert.notEqual(list([a]), list([{ ...a, labels: ['X'] }]));
    assert.equal(list([a], NOW + 10), undefined);
  });

  it('looks for a passage in time that does not depend on the text around it', () => {
    const text = `${'the secret '.repeat(20_000)}`;
    const list = new AllowList([entry({ text: 'no such passage' })], KEY, () => NOW).for(WHO)!;
    const finding: Finding = { ...(rule.inspector.inspect('secret', {} as never) as Finding[])[0]! };
    let covered = 0;
    for (let start = 4; start < text.length; start += 11) {
      const at = { ...finding, span: { start, end: start + 6 } };
      if (list.allows(rule, at, text, { stage: 'input', role: 'user', origin: 'user', kind: 'text' }) !== null)
        covered++;
    }
    assert.equal(covered, 0);
  });
});
