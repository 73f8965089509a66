import { describe, expect, it } from 'vitest';
import { seedBlocked, seedExchanges } from '../../../test/console/seed-exchanges.ts';
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
