import { describe, expect, it } from 'vitest';
import type { Decision, Evidence } from '../../../src/core/verdict.ts';
import type { ExchangeContent } from '../../../src/gateway/admin/api.ts';
import { seedBlocked, seedExchanges } from '../../../test/console/seed-exchanges.ts';
import { meaningOf } from './decisions.tsx';
import { textTrouble } from './kept-text.ts';
import { newAllow } from './new-allow.ts';
import { stepsOf } from './steps.ts';
import { withoutContent } from './without-content.ts';

const seeded = seedExchanges({ count: 3000, from: 0, to: 1_000_000, config: 'c' }).map(({ exchange }) => exchange);

describe('stepsOf', () => {
  it('begins with the request and ends with how it ended, for every outcome', () => {
    expect(new Set(seeded.map((exchange) => exchange.outcome)).size).toBeGreaterThanOrEqual(6);
    for (const exchange of seeded) {
      const steps = stepsOf(exchange);
      expect(steps[0]?.at).toBe(0);
      expect(steps.at(-1)?.at).toBe(exchange.timings.total);
    }
  });

  it('does not claim that the upstream was asked when it was not', () => {
    const blocked = seedBlocked(0, 'c').exchange;
    const titles = stepsOf(blocked).map((step) => step.title);
    expect(titles).toEqual(['Request came in', 'Authenticated as carol', 'Request: matched', 'Blocked']);
  });

  it('says that a match in shadow mode changed nothing', () => {
    const shadow = seeded.find((exchange) =>
      exchange.decisions.some((d) => d.mode === 'shadow' && d.status === 'found'),
    )!;
    expect(
      stepsOf(shadow).some((step) => step.title.includes('shadow') && step.detail.includes('nothing changed')),
    ).toBe(true);
  });
});

describe('withoutContent', () => {
  it('puts evidence in order, with the distance between', () => {
    const blocked = seedBlocked(0, 'c').exchange;
    const places = withoutContent(blocked.decisions.map((d) => ({ ...d, evidence: d.evidence.toReversed() })));
    expect(places).toHaveLength(1);
    const [first, second] = blocked.decisions[0]!.evidence;
    expect(places[0]!.pieces).toEqual([
      { rule: first!.rule, mask: first!.mask, before: first!.span.start },
      { rule: second!.rule, mask: second!.mask, before: second!.span.start - first!.span.end },
    ]);
  });

  it('is empty when nothing was found', () => expect(withoutContent([])).toEqual([]));
});

describe('what can be made from a finding', () => {
  const evidence = { segment: 's', span: { start: 3, end: 6 } } as Evidence;
  const kept = (text: string, start = 3, end = 6): ExchangeContent => ({
    state: 'kept',
    mode: 'full',
    segments: [
      {
        stage: 'input',
        segment: 's',
        role: 'user',
        origin: 'user',
        kind: 'text',
        text,
        marks: [{ start, end, rule: 'r' }],
      },
    ],
  });

  it('needs the text as it came', () => {
    expect(textTrouble(kept('my key'), 'input', evidence)).toBeNull();
    expect(textTrouble(kept('my key'), 'output', evidence)).toMatch(/was not kept/);
    expect(textTrouble(kept('my'), 'input', evidence)).toMatch(/was not kept/);
    expect(textTrouble(kept('my [KEY]', 3, 8), 'input', evidence)).toMatch(/masked/);
    expect(textTrouble({ state: 'never' }, 'input', evidence)).toMatch(/content: none/);
    expect(textTrouble({ state: 'gone' }, 'input', evidence)).toMatch(/retention/);
  });

  it('is asked for whom and how wide', () => {
    const { exchange } = seedBlocked(0, 'c');
    const place = { exchange: exchange.id, rule: 'r', stage: 'input', index: 0 } as const;
    const form = { extent: 'kept-value', said: 'v', forWhom: 'everybody', owner: 'o', reason: 'y', days: 7 } as const;
    const base = { rules: ['r'], findings: ['f/x'], owner: 'o', reason: 'y', expiresInDays: 7 };
    expect(newAllow(form, place, 'f/x', exchange)).toEqual({ ...base, from: place });
    expect(newAllow({ ...form, extent: 'kind', forWhom: 'principal' }, place, 'f/x', exchange)).toEqual({
      ...base,
      principals: [exchange.principal!.id],
    });
    expect(newAllow({ ...form, extent: 'pattern', forWhom: 'model' }, place, 'f/x', exchange)).toEqual({
      ...base,
      pattern: 'v',
      models: [exchange.model],
    });
  });
});

describe('meaningOf', () => {
  const decision = { status: 'clean', evidence: [] } as unknown as Decision;

  it('never lets a check that did not run look like one that found nothing', () => {
    expect(meaningOf(decision)).toEqual([]);
    expect(meaningOf({ ...decision, status: 'failed', reason: 'timeout' })).toEqual([
      'The check failed, so nobody knows what is in the text: timeout',
    ]);
    expect(meaningOf({ ...decision, status: 'skipped', reason: 'a file' })[0]).toMatch(/not run.*a file/);
  });

  it('says what a rule in shadow mode would have done to a stream', () => {
    expect(meaningOf({ ...decision, shadow: { held: 1200, stoppedAt: null } })).toEqual([
      'Enforced it would have held back up to 1,200 characters of the stream.',
    ]);
    expect(meaningOf({ ...decision, shadow: { held: 0, stoppedAt: 40 } })).toEqual([
      'Enforced it would have ended it after 40 characters.',
    ]);
    expect(meaningOf({ ...decision, shadow: { held: 0, stoppedAt: null } })).toEqual([]);
  });
});
