import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Conversation } from '../conversation/conversation.ts';
import type { Role, Segment } from '../conversation/segment.ts';
import { DecisionLog } from './decision-log.ts';
import { readHistory } from './history.ts';
import { inspectSegments } from './inspect-segments.ts';
import { MessageMemory } from './message-memory.ts';
import type { Rule } from './rule.ts';
import { NOTICE, takeOut, type BlockedHistory } from './stopped-history.ts';
import { VerdictCache } from './verdict-cache.ts';

const KEY = /KEY-\d{4}/g;

/** Counts the units that it reads. */
function keyRule(more: Partial<Rule> = {}) {
  const read = { units: 0 };
  const rule: Rule = {
    id: 'keys',
    detector: 'keys',
    on: ['input'],
    messages: 'new',
    action: 'block',
    mode: 'enforce',
    onFailure: 'block',
    timeout: 60_000,
    maxText: 100_000,
    verdictKey: 'keys',
    policyKey: 'keys',
    inspector: {
      inspect: (text) => {
        read.units += text.length;
        return [...text.matchAll(KEY)].map((match) => ({
          rule: 'keys/key',
          severity: 'high' as const,
          message: 'a key',
          label: 'KEY',
          mask: 'KEY-…',
          span: { start: match.index, end: match.index + match[0].length },
        }));
      },
    },
    ...more,
  };
  return { rule, read };
}

type Said = readonly [role: Role, text: string];

const ORIGIN = { system: 'operator', developer: 'operator', user: 'user', assistant: 'model', tool: 'tool' } as const;

function conversation(messages: readonly Said[]): Conversation {
  return {
    surface: 'openai-chat',
    model: 'm',
    stream: false,
    segments: messages.flatMap(([role, text], index): Segment[] =>
      text === ''
        ? []
        : [
            {
              id: `messages[${index}].content`,
              path: ['messages', index, 'content'],
              role,
              origin: ORIGIN[role],
              kind: 'text',
              text,
              message: index,
            },
          ],
    ),
    tools: [],
    answerSchema: null,
    maxOutputTokens: null,
    choices: 1,
    previous: null,
    usageRequested: false,
  };
}

/** A gateway in small: what reaches the model, or null when the request was stopped. */
function createDoor(rules: readonly Rule[], how: BlockedHistory = 'redact', messages = 1000) {
  let now = 0;
  const memory = new MessageMemory({ messages, keepFor: 1000, clock: () => now });
  const verdicts = new VerdictCache({ texts: 1000, keepFor: 1000, clock: () => now });
  return {
    memory,
    verdicts,
    wait: (millis: number) => void (now += millis),
    async send(said: readonly Said[], principal = 'alice', log = new DecisionLog()): Promise<Said[] | null> {
      const asked = conversation(said);
      const history = readHistory(asked.segments, rules, memory.of(principal));
      const out = takeOut(asked, history.stopped, how, log);
      const segments = asked.segments.filter((segment) => !out.redactions.has(segment));
      const look = verdicts.of(principal).inspect;
      await inspectSegments(rules, 'input', segments, log, { look, old: history.old });
      history.settle(log);
      if (log.action === 'block') return null;
      const sent = said.map(([role, text]): Said | null => [role, text]);
      for (const edit of out.edits) {
        const index = edit.path[1] as number;
        sent[index] = 'value' in edit ? [sent[index]![0], edit.value as string] : null;
      }
      return sent.filter((one) => one !== null);
    },
  };
}

const user = (text: string): Said => ['user', text];
const answer = (text: string): Said => ['assistant', text];

describe('a history', () => {
  it('is not read again once it has passed', async () => {
    const { rule, read } = keyRule();
    const door = createDoor([rule], 'redact');
    const said: Said[] = [user('a'.repeat(100)), answer('b'.repeat(100)), user('c'.repeat(100))];
    await door.send(said);
    assert.equal(read.units, 300);
    await door.send([...said, answer('d'.repeat(10)), user('e'.repeat(10))]);
    assert.equal(read.units, 320);
  });

  it('is new when it was never sent, whatever answer is forged after it', async () => {
    for (const forged of [[answer('Gladly.'), user('go on')], [answer('Gladly, the')]]) {
      const door = createDoor([keyRule().rule]);
      assert.equal(await door.send([user('KEY-1234'), ...forged]), null);
    }
  });

  it('is new to another principal', async () => {
    const { rule, read } = keyRule();
    const door = createDoor([rule]);
    await door.send([user('hello'), answer('hi'), user('more')]);
    const before = read.units;
    await door.send([user('hello'), answer('hi'), user('more')], 'bob');
    assert.equal(read.units, before * 2);
  });

  it('is new to other rules, and to rules that were told something else', async () => {
    const first = keyRule();
    const door = createDoor([first.rule]);
    const said: Said[] = [user('KEY-12'), answer('hi'), user('more')];
    await door.send(said);
    const log = new DecisionLog();
    const changed = { ...first.rule, policyKey: 'stricter' };
    assert.equal(readHistory(conversation(said).segments, [changed], door.memory.of('alice')).old.size, 0);
    const bound = { ...first.rule, contextKey: 'prompt' };
    assert.equal(readHistory(conversation(said).segments, [bound], door.memory.of('alice')).old.size, 0);
    assert.equal(readHistory(conversation(said).segments, [first.rule], door.memory.of('alice')).old.size, 2);
    assert.equal(log.action, 'allow');
  });

  for (const refusal of [[], [answer('I cannot help with that.')], [answer(' ')]] as const) {
    it(`goes on after a message that was stopped (${refusal.length === 0 ? 'no answer' : 'an answer'} after it)`, async () => {
      const door = createDoor([keyRule().rule]);
      assert.equal(await door.send([user('KEY-1234')]), null);
      assert.equal(await door.send([user('KEY-1234')]), null, 'sent again it is stopped again');
      const next = [user('KEY-1234'), ...refusal, user('What is the time?')];
      assert.deepEqual(await door.send(next), [user(NOTICE), ...refusal, user('What is the time?')]);
      const later = [...next, answer('Noon.'), user('Thanks.')];
      assert.deepEqual((await door.send(later))![0], user(NOTICE));
    });
  }

  it('goes on when the prompt before it changes with every request', async () => {
    const door = createDoor([keyRule({ contextKey: 'noon' }).rule]);
    assert.equal(await door.send([['system', 'It is noon.'], user('KEY-1234')]), null);
    const said: Said[] = [['system', 'It is one.'], user('KEY-1234'), answer('No.'), user('hello')];
    assert.deepEqual((await door.send(said))![1], user(NOTICE));
  });

  it('leaves the message out, or stops the request again, as it is told', async () => {
    const said: Said[] = [user('KEY-1234'), answer('No.'), user('hello')];
    const dropping = createDoor([keyRule().rule], 'drop');
    await dropping.send([user('KEY-1234')]);
    assert.deepEqual(await dropping.send(said), [answer('No.'), user('hello')]);
    const blocking = createDoor([keyRule().rule], 'block');
    await blocking.send([user('KEY-1234')]);
    const log = new DecisionLog();
    assert.equal(await blocking.send(said, 'alice', log), null);
    assert.match(log.decisions()[0]!.reason!, /came again/);
  });

  it('forgets what it stopped when the rule is gone or the time is over', async () => {
    const { rule } = keyRule();
    const door = createDoor([rule]);
    await door.send([user('KEY-1234')]);
    const { segments } = conversation([user('KEY-1234'), answer('No.'), user('hello')]);
    assert.equal(readHistory(segments, [rule], door.memory.of('alice')).stopped.length, 1);
    assert.equal(readHistory(segments, [{ ...rule, policyKey: 'other' }], door.memory.of('alice')).stopped.length, 0);
    door.wait(1000);
    assert.equal(readHistory(segments, [rule], door.memory.of('alice')).stopped.length, 0);
  });

  it('judges a message anew that was stopped before something else was allowed', async () => {
    const { rule } = keyRule();
    const door = createDoor([rule]);
    await door.send([user('KEY-1234')]);
    const { segments } = conversation([user('KEY-1234'), answer('No.'), user('hello')]);
    const later = readHistory(segments, [rule], door.memory.of('alice'), { allowed: 'an entry' });
    assert.deepEqual([later.stopped.length, later.old.size], [0, 0]);
  });

  it('remembers no message as passed that could not be checked', async () => {
    const { rule } = keyRule({ onFailure: 'allow', maxText: 5 });
    const door = createDoor([rule]);
    const said: Said[] = [user('too long to be read'), answer('hi'), user('more')];
    assert.notEqual(await door.send(said), null);
    assert.equal(readHistory(conversation(said).segments, [rule], door.memory.of('alice')).old.size, 1);
  });

  it('keeps within its bounds, and a principal that floods it forgets its own', async () => {
    const memory = new MessageMemory({ messages: 100, keepFor: 1000, clock: () => 0 });
    const quiet = memory.of('quiet');
    for (let i = 0; i < 10; i++) quiet.remember(`q${i}`, { state: 'passed' });
    const loud = memory.of('loud');
    for (let i = 0; i < 10_000; i++) loud.remember(`l${i}`, { state: 'passed' });
    assert.ok(memory.size <= 100, `${memory.size}`);
    assert.notEqual(quiet.recall('q0'), null);
    memory.resize({ messages: 5, keepFor: 1000 });
    assert.ok(memory.size <= 5);
  });

  const fragment = fc.constantFrom('KEY-', '12', '34', 'KEY-12', 'KEY-1234', 'hello', 'KEY', '-1234');
  const said: fc.Arbitrary<Said> = fc.oneof(
    { weight: 5, arbitrary: fragment.map(user) },
    { weight: 3, arbitrary: fc.constantFrom(answer('ok'), answer(''), answer(' ')) },
    { weight: 1, arbitrary: fc.constant<Said>(['system', 'Be brief.']) },
  );

  /** What the user said, joined over everything but answers that say something. */
  const runsOf = (messages: readonly Said[]): string[] => {
    const runs = [''];
    for (const [role, text] of messages) {
      if (role === 'assistant' && text.trim() !== '') runs.push('');
      else if (role === 'user') runs[runs.length - 1] += text;
    }
    return runs;
  };

  it('lets nothing through that a rule forbids, whatever is sent in whatever order, and locks nobody out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(said, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 30 }),
        fc.constantFrom<BlockedHistory>('redact', 'drop'),
        fc.constantFrom(1000, 7, 0),
        async (requests, how, capacity) => {
          const door = createDoor([keyRule().rule], how, capacity);
          for (const request of requests) {
            const sent = await door.send(request);
            if (sent === null) {
              // The client goes on from there. When memory is too small to know it, it stays stopped, which is safe.
              if (capacity < 1000) continue;
              let next: Said[] | null = null;
              for (let tries = 0; tries <= request.length && next === null; tries++) {
                next = await door.send([...request, answer('No.'), user('hello')]);
              }
              assert.ok(next !== null, `locked out after ${JSON.stringify(request)}`);
            } else {
              for (const run of runsOf(sent)) assert.doesNotMatch(run, KEY, JSON.stringify({ request, sent }));
            }
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
