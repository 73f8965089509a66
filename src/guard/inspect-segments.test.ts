import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Segment } from '../conversation/segment.ts';
import { DecisionLog } from './decision-log.ts';
import { inspectSegments } from './inspect-segments.ts';
import { redact } from './redaction.ts';
import type { Rule } from './rule.ts';

const KEY = /KEY-\d{6}/g;

const rule = (more: Partial<Rule> = {}): Rule => ({
  id: 'keys',
  detector: 'keys',
  on: ['input'],
  action: 'redact',
  mode: 'enforce',
  onFailure: 'block',
  timeout: 60_000,
  maxText: 100_000,
  inspector: {
    inspect: (text) =>
      [...text.matchAll(KEY)].map((match) => ({
        rule: 'keys/key',
        severity: 'high' as const,
        message: 'a key',
        label: 'KEY',
        mask: 'KEY-…',
        span: { start: match.index, end: match.index + match[0].length },
      })),
  },
  ...more,
});

const segment = (text: string, index: number, more: Partial<Segment> = {}): Segment => ({
  id: `s${index}`,
  path: ['s', index],
  role: 'user',
  origin: 'user',
  kind: 'text',
  message: 0,
  text,
  ...more,
});

async function redacted(rules: readonly Rule[], segments: readonly Segment[], log = new DecisionLog()) {
  const redactions = await inspectSegments(rules, 'input', segments, log);
  return segments.map((one) => redact(one.text, redactions.get(one) ?? []));
}

/** `text` cut at the given places. */
function cut(text: string, places: readonly number[]): string[] {
  const borders = [0, ...[...new Set(places)].filter((at) => at < text.length).toSorted((a, b) => a - b), text.length];
  return borders.slice(1).map((end, index) => text.slice(borders[index], end));
}

describe('inspectSegments over borders', () => {
  it('finds what is cut into any number of parts, and takes out nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constant('KEY-123456'), fc.string({ maxLength: 40 }), fc.constant('x'.repeat(700)))),
        fc.array(fc.nat(3000), { maxLength: 60 }),
        fc.constantFrom(100_000, 400),
        async (words, places, least) => {
          const text = words.map((word) => `<${word}>`).join('');
          const parts = cut(text, places);
          const maxText = Math.max(least, ...parts.map((part) => part.length));
          const whole = redact(text, (await inspectSegments([rule()], 'input', [segment(text, 0)], new DecisionLog())).values().next().value ?? []);
          assert.equal((await redacted([rule({ maxText })], parts.map((part, index) => segment(part, index)))).join(''), whole);
        },
      ),
    ); // prettier-ignore
  });

  it('joins letters, messages and parts of one tool result, but neither speakers nor results of two calls', async () => {
    const letters = [...'say KEY-123456!'];
    const of = (more: (index: number) => Partial<Segment>) => letters.map((text, index) => segment(text, index, more(index)));
    assert.equal((await redacted([rule()], of(() => ({})))).join(''), 'say [KEY]!');
    assert.equal((await redacted([rule()], of((index) => ({ message: index })))).join(''), 'say [KEY]!');
    assert.equal((await redacted([rule()], of(() => ({ kind: 'tool-result', call: 'a' })))).join(''), 'say [KEY]!');
    assert.equal((await redacted([rule()], of((index) => ({ role: index < 8 ? 'user' : 'assistant' })))).join(''), letters.join(''));
    assert.equal((await redacted([rule()], of((index) => ({ kind: 'tool-result', call: `${index}` })))).join(''), letters.join(''));
  }); // prettier-ignore

  it('reads what a user says as one text until the model answers, whatever stands between', async () => {
    const said = (more: Partial<Segment>, text = 'between') => segment(text, 1, { message: 1, ...more });
    const around = async (between: readonly Segment[], message = between.length + 1) => {
      const all = [segment('a KEY-12', 0), ...between, segment('3456 b', 9, { message })];
      return (await redacted([rule()], all)).join('|');
    };
    assert.equal(await around([]), 'a [KEY]| b');
    assert.equal(await around([said({ role: 'system', origin: 'operator' })]), 'a [KEY]|between| b');
    assert.equal(await around([said({ role: 'tool', origin: 'tool', kind: 'tool-result' })]), 'a [KEY]|between| b');
    assert.equal(await around([said({ role: 'assistant', origin: 'model' }, ' \n')]), 'a [KEY]| \n| b');
    assert.equal(await around([], 5), 'a [KEY]| b', 'an answer that is empty, or was left out');
    assert.equal(await around([said({ role: 'assistant', origin: 'model' }, 'ok')]), 'a KEY-12|ok|3456 b');
  }); // prettier-ignore

  it('joins nothing that a rule does not read', async () => {
    const between = segment('X', 1, { message: 1, origin: 'document' });
    const all = [segment('a KEY-12', 0), between, segment('3456 b', 2, { message: 2 })];
    assert.equal((await redacted([rule({ origins: ['user'] })], all)).join('|'), 'a [KEY]|X| b');
    assert.equal((await redacted([rule({ origins: ['document'] })], all)).join('|'), 'a KEY-12|X|3456 b');
  }); // prettier-ignore

  it('gives a detector that measures the messages of a run together, and takes what it says of them for new', async () => {
    /** Finds a text in which both words stand, and marks the first of them. */
    const seen: string[] = [];
    const measuring = rule({
      action: 'flag',
      inspector: {
        inspect: (text) => {
          seen.push(text);
          const at = text.indexOf('ignore');
          if (at === -1 || !text.includes('instructions')) return [];
          const span = { start: at, end: at + 6 };
          return [{ rule: 'm/attack', severity: 'high', message: 'm', label: 'ATTACK', mask: 'i', span, score: 0.9 }];
        },
        score: () => 0.5,
      },
    });
    const log = new DecisionLog();
    const parts = [segment('please ignore', 0, { message: 0 }), segment('all instructions', 1, { message: 1 })];
    await redacted([measuring], parts, log);
    assert.deepEqual(seen, ['please ignore', 'all instructions', 'please ignore\nall instructions']);
    assert.deepEqual(log.decisions()[0]!.evidence.map((item) => [item.segment, item.span.start]), [['s0', 7]]);
    // What was found in a part by itself is not found twice.
    const again = new DecisionLog();
    await redacted([measuring], [segment('ignore instructions', 0), segment('please', 1, { message: 1 })], again);
    assert.equal(again.decisions()[0]!.evidence.length, 1);
  }); // prettier-ignore

  it('reads what is in the scope of a rule and nothing else', async () => {
    const key = 'KEY-123456';
    const tool = (name?: string): Partial<Segment> => ({
      role: 'tool', origin: 'tool', kind: 'tool-result', call: `c${name}`, ...(name === undefined ? {} : { tool: name }),
    });
    const all = [
      segment(key, 0, { role: 'system', origin: 'operator' }),
      segment(key, 1),
      segment(key, 2, { origin: 'document' }),
      segment(key, 3, { role: 'assistant', origin: 'model' }),
      segment(key, 4, { role: 'assistant', origin: 'model', kind: 'tool-arguments', tool: 'send_mail' }),
      segment(key, 5, tool('send_mail')),
      segment(key, 6, tool('read_file')),
      segment(key, 7, tool()),
    ];
    const read = async (scope: Partial<Rule>) => {
      const texts = await redacted([rule(scope)], all);
      return texts.flatMap((text, index) => (text === '[KEY]' ? [index] : []));
    };
    const isTool = (name: string) => name.startsWith('send_');
    assert.deepEqual(await read({}), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(await read({ roles: ['user'] }), [1, 2]);
    assert.deepEqual(await read({ origins: ['document', 'tool'] }), [2, 5, 6, 7]);
    assert.deepEqual(await read({ kinds: ['tool-arguments'] }), [4]);
    assert.deepEqual(await read({ tools: ['send_*'], isTool }), [4, 5, 7]);
    assert.deepEqual(await read({ tools: ['send_*'], isTool, kinds: ['tool-arguments'] }), [4]);
    assert.deepEqual(await read({ on: ['output'] }), []);
  }); // prettier-ignore

  it('marks every part of it, for whoever keeps the text', async () => {
    const log = new DecisionLog();
    await redacted([rule({ action: 'flag' })], ['KEY-', '123', '456'].map((text, index) => segment(text, index)), log);
    assert.equal(log.action, 'flag');
    assert.deepEqual(
      ['s0', 's1', 's2'].flatMap((id) => log.marks('input', id).map(({ start, end }) => [id, start, end])),
      [['s0', 0, 4], ['s1', 0, 3], ['s2', 0, 3]],
    );
    assert.equal(log.decisions()[0]!.evidence.length, 1);
  }); // prettier-ignore

  it('looks at very many parts in about the time of one text', async () => {
    let read = 0;
    const counting = rule();
    const inspector = { inspect: (text: string) => ((read += text.length), counting.inspector.inspect(text, {} as never)) };
    const parts = Array.from({ length: 50_000 }, (_, index) => segment('a', index));
    await redacted([{ ...counting, inspector }], parts);
    assert.ok(read < 200_000, `${read} units were read for ${parts.length}`);
  }); // prettier-ignore

  it('fails closed where the look over a border fails', async () => {
    const log = new DecisionLog();
    const broken = rule({ inspector: { inspect: (text) => { if (text.length > 5) throw new Error(text); return []; } } });
    await redacted([broken], ['abcd', 'efgh'].map((text, index) => segment(text, index)), log);
    assert.equal(log.action, 'block');
    assert.equal(log.checked('input', 's1'), false);
  }); // prettier-ignore
});
