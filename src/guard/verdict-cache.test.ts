import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Subject } from '../detect/detector.ts';
import { createKeyedHash } from './keyed-hash.ts';
import type { Rule } from './rule.ts';
import { VerdictCache } from './verdict-cache.ts';

const SUBJECT: Subject = { stage: 'input', role: 'user', origin: 'user', kind: 'text' };

/** Finds the letter x; counts how often it is asked. */
function counting(more: Partial<Rule> = {}, inspector: Partial<Rule['inspector']> = {}) {
  const asked = { times: 0 };
  const rule: Rule = {
    id: 'x',
    detector: 'x',
    on: ['input'],
    action: 'block',
    mode: 'enforce',
    onFailure: 'block',
    timeout: 60_000,
    maxText: 1000,
    verdictKey: 'x',
    inspector: {
      inspect: (text) => {
        asked.times += 1;
        const at = text.indexOf('x');
        if (at === -1) return [];
        const span = { start: at, end: at + 1 };
        return [{ rule: 'x/x', severity: 'low', message: 'an x', label: 'X', mask: 'x', span }];
      },
      ...inspector,
    },
    ...more,
  };
  return { rule, asked };
}

const create = (texts = 100) => {
  let now = 0;
  const cache = new VerdictCache({ texts, keepFor: 1000, clock: () => now });
  return { cache, wait: (millis: number) => void (now += millis) };
};

describe('verdicts', () => {
  it('are those of the detector, asked once', () => {
    const { cache } = create();
    const { rule, asked } = counting();
    const verdicts = cache.of('alice');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const first = verdicts.inspect(rule, text, SUBJECT);
        const times = asked.times;
        assert.deepEqual(verdicts.inspect(rule, text, SUBJECT), first);
        assert.deepEqual(cache.of('alice').inspect(rule, text, SUBJECT), first);
        assert.equal(asked.times, times);
        assert.equal((first as { status: string }).status, text.includes('x') ? 'found' : 'clean');
      }),
    );
    assert.ok(cache.hits >= 200 && cache.misses > 0);
  });

  it('hold for one principal, subject, rule and state of the detector', () => {
    const { cache } = create();
    let version = '1';
    const { rule, asked } = counting({}, { version: () => version });
    const ask = (who: string, one = rule, subject = SUBJECT) => cache.of(who).inspect(one, 'abc', subject);
    for (let twice = 0; twice < 2; twice++) {
      ask('alice');
      ask('bob');
      ask('alice', { ...rule, verdictKey: 'other options' });
      ask('alice', rule, { ...SUBJECT, origin: 'tool' });
      ask('alice', rule, { ...SUBJECT, tool: 'mail' });
    }
    assert.equal(asked.times, 5);
    version = '2';
    ask('alice');
    assert.equal(asked.times, 6, 'a canary was planted meanwhile');
  });

  it('are not remembered of a rule without a key, of failures, and when nothing is to be kept', () => {
    for (const [cache, rule, asked] of [
      [create().cache, ...Object.values(counting({ verdictKey: undefined as never }))],
      [create(0).cache, ...Object.values(counting())],
    ] as const) {
      cache.of('alice').inspect(rule as Rule, 'a', SUBJECT);
      cache.of('alice').inspect(rule as Rule, 'a', SUBJECT);
      assert.equal((asked as { times: number }).times, 2);
      assert.equal(cache.size, 0);
    }
    const { cache } = create();
    let broken = true;
    const { rule } = counting(
      {},
      {
        inspect: () => {
          if (broken) throw new Error('down');
          return [];
        },
      },
    );
    assert.equal((cache.of('alice').inspect(rule, 'a', SUBJECT) as { status: string }).status, 'failed');
    broken = false;
    assert.equal((cache.of('alice').inspect(rule, 'a', SUBJECT) as { status: string }).status, 'clean');
  });

  it('of a detector that is waited for are remembered when they are there', async () => {
    const { cache } = create();
    let times = 0;
    const { rule } = counting({}, { inspect: () => Promise.resolve((times++, [])) });
    assert.deepEqual(await cache.of('alice').inspect(rule, 'a', SUBJECT), { status: 'clean' });
    assert.deepEqual(cache.of('alice').inspect(rule, 'a', SUBJECT), { status: 'clean' });
    assert.equal(times, 1);
  });

  it('end with their time, and make room for others', () => {
    const { cache, wait } = create(10);
    const { rule, asked } = counting();
    const verdicts = cache.of('alice');
    for (let i = 0; i < 50; i++) cache.of('alice').inspect(rule, `text ${i}`, SUBJECT);
    assert.equal(cache.size, 10);
    verdicts.inspect(rule, 'text 49', SUBJECT);
    assert.equal(asked.times, 50);
    wait(1000);
    cache.of('alice').inspect(rule, 'text 49', SUBJECT);
    assert.equal(asked.times, 51);
    cache.resize({ texts: 3, keepFor: 1000 });
    assert.ok(cache.size <= 3);
  });

  it('are asked for the allow-list anew each time', () => {
    const { cache } = create();
    const { rule, asked } = counting();
    const allowed = (by: string | null) => {
      const outcome = cache.of('alice').inspect({ ...rule, allows: () => by }, 'x', SUBJECT);
      return (outcome as unknown as { findings: { allowed?: string }[] }).findings[0]!.allowed;
    };
    assert.deepEqual([allowed('a'), allowed(null), allowed('b')], ['a', undefined, 'b']);
    assert.equal(asked.times, 1);
  });
});

describe('a keyed hash', () => {
  it('tells texts apart that UTF-8 does not, and means nothing elsewhere', () => {
    const hash = createKeyedHash();
    assert.notEqual(hash('', '\ud800'), hash('', '\ufffd'));
    assert.notEqual(hash('', '\ud800'), hash('', '\udc00'));
    assert.notEqual(hash('a', 'bc'), hash('ab', 'c'));
    assert.equal(hash('a', '\ud800b'), hash('a', '\ud800b'));
    assert.notEqual(createKeyedHash()('a', 'b'), hash('a', 'b'));
  });
});
