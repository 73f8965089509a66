import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OffsetMap, OffsetMapBuilder } from './offset-map.ts';

/**
 * A change written twice: as a map, and as the set of original units that each unit of the output is made of, which is
 * what the map must never lose.
 */
interface Change {
  readonly map: OffsetMap;
  readonly origins: readonly (readonly number[])[];
}

const step = fc.record({ units: fc.nat({ max: 4 }), taken: fc.nat({ max: 5 }), kind: fc.constantFrom(0, 1, -1) });

function changeOf(length: number, steps: readonly { units: number; taken: number; kind: number }[]): Change {
  const builder = new OffsetMapBuilder();
  const origins: number[][] = [];
  let at = 0;
  for (const { units, taken, kind } of steps) {
    const to = Math.min(length, at + taken);
    const whole = Array.from({ length: to - at }, (_, i) => at + i);
    if (kind === 0 && whole.length > 0) {
      builder.replace(units, at, to);
      for (let i = 0; i < units; i++) origins.push(whole);
    } else if (kind !== 0) {
      builder.add(whole.length, at, to, kind);
      for (const one of kind === 1 ? whole : whole.toReversed()) origins.push([one]);
    }
    at = to;
  }
  return { map: builder.build(), origins };
}

const change = (length: number): fc.Arbitrary<Change> =>
  fc.array(step, { maxLength: 20 }).map((steps) => changeOf(length, steps));

function assertHolds({ map, origins }: Change, exact: boolean): void {
  assert.equal(map.length, origins.length);
  for (let start = 0; start < origins.length; start++) {
    const units: number[] = [];
    for (let end = start + 1; end <= origins.length; end++) {
      units.push(...origins[end - 1]!);
      const span = map.span(start, end);
      const least = Math.min(...units);
      const most = Math.max(...units) + 1;
      if (exact) assert.deepEqual(span, { start: least, end: most });
      else assert.ok(span.start <= least && span.end >= most);
    }
  }
}

test('every span of the output maps to exactly what it was made of', () => {
  fc.assert(fc.property(change(40), (one) => assertHolds(one, true)));
});

test('two changes one after the other map as the sum of both', () => {
  fc.assert(
    fc.property(
      change(40).chain((first) => fc.tuple(fc.constant(first), change(first.map.length))),
      ([first, last]) => {
        const origins = last.origins.map((units) => units.flatMap((unit) => first.origins[unit]!));
        assertHolds({ map: last.map.after(first.map), origins }, true);
      },
    ),
  );
});

test('composing is the same as asking twice', () => {
  fc.assert(
    fc.property(
      change(40).chain((first) => fc.tuple(fc.constant(first), change(first.map.length))),
      ([first, last]) => {
        const both = last.map.after(first.map);
        for (let i = 0; i < both.length; i++) {
          const middle = last.map.span(i, i + 1);
          assert.deepEqual(both.span(i, i + 1), first.map.span(middle.start, middle.end));
        }
      },
    ),
  );
});

test('a text that was not changed takes one run, however long, and one turned round maps back', () => {
  const map = OffsetMap.identity(1e6);
  assert.equal(map.runs, 1);
  assert.deepEqual(map.span(10, 20), { start: 10, end: 20 });
  const back = OffsetMap.reversed(100);
  assert.deepEqual(back.span(0, 10), { start: 90, end: 100 });
  assert.deepEqual(back.after(back).span(3, 5), { start: 3, end: 5 });
});

test('a span that is none is an error', () => {
  const map = OffsetMap.identity(3);
  for (const [start, end] of [
    [0, 0],
    [2, 1],
    [0, 4],
    [-1, 1],
    [Number.NaN, 1],
  ] as const)
    assert.throws(() => map.span(start, end), RangeError);
});
