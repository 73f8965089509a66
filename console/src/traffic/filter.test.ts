import { describe, expect, it } from 'vitest';
import { seedExchanges } from '../../../test/console/seed-exchanges.ts';
import { filterFrom, isSet, matches, NO_FILTER, toQuery } from './filter.ts';
import { addRows, capRows, MOST_ROWS } from './row-list.ts';

const seeded = seedExchanges({ count: 400, from: 0, to: 1_000_000, config: 'c' }).map(({ exchange }) => exchange);

describe('filter', () => {
  it('goes to the address and back', () => {
    const filter = { ...NO_FILTER, principal: 'a b&c', outcome: 'blocked' };
    expect(filterFrom(new URLSearchParams(toQuery(filter)))).toEqual(filter);
    expect(toQuery(NO_FILTER)).toBe('');
    expect(isSet(NO_FILTER)).toBe(false);
    expect(isSet(filter)).toBe(true);
  });

  it('lets through what matches every part, and only that', () => {
    for (const outcome of ['served', 'blocked', 'refused'] as const) {
      const shown = seeded.filter((exchange) => matches({ ...NO_FILTER, outcome }, exchange));
      expect(shown.length).toBeGreaterThan(0);
      expect(shown.every((exchange) => exchange.outcome === outcome)).toBe(true);
      expect(shown.length).toBe(seeded.filter((exchange) => exchange.outcome === outcome).length);
    }
    const one = seeded[17]!;
    const exact = { ...NO_FILTER, id: one.id, principal: one.principal?.id ?? '', model: one.model ?? '' };
    expect(seeded.filter((exchange) => matches(exact, exchange))).toEqual([one]);
    expect(matches({ ...exact, principal: 'nobody-else' }, one)).toBe(false);
  });

  it('finds exchanges by what a rule saw', () => {
    const found = seeded.filter((exchange) => matches({ ...NO_FILTER, decision: 'found' }, exchange));
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((exchange) => exchange.decisions.some((decision) => decision.status === 'found'))).toBe(true);
  });
});

describe('rows', () => {
  const rows = seeded.map((exchange, index) => ({ index, leaf: '', exchange }));
  it('are newest first and each there once', () => {
    const merged = addRows(rows.slice(0, 20), [...rows.slice(10, 30)].reverse());
    expect(merged.map((row) => row.index)).toEqual(Array.from({ length: 30 }, (_, i) => 29 - i));
  });
  it('are bounded, and the oldest go', () => {
    const many = Array.from({ length: MOST_ROWS + 7 }, (_, index) => ({ ...rows[0]!, index }));
    const capped = capRows(addRows([], many));
    expect(capped).toHaveLength(MOST_ROWS);
    expect(capped.at(-1)?.index).toBe(7);
  });
});
