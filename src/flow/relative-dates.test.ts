import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { datesIn } from './dates.ts';
import { relativeDays } from './relative-dates.ts';

/** A Tuesday. */
const TODAY = { year: 2031, month: 3, day: 4 };
const said = (text: string, today = TODAY): readonly string[] =>
  relativeDays(text, today)
    .map(({ year, month, day }) => `${year}-${month}-${day}`)
    .toSorted();

test('days by where they stand to today, in seven languages', () => {
  const cases: readonly [string, readonly string[]][] = [
    ['for tomorrow please', ['2031-3-5']],
    ['the day after tomorrow', ['2031-3-6']],
    ['übermorgen um acht', ['2031-3-6']],
    ['pasado mañana', ['2031-3-6']],
    ['après-demain', ['2031-3-6']],
    ['dopodomani', ['2031-3-6']],
    ['on friday', ['2031-3-7']],
    ['am freitag', ['2031-3-7']],
    ['vendredi', ['2031-3-7']],
    ['on tuesday', ['2031-3-11', '2031-3-4']],
    ['next friday', ['2031-3-14', '2031-3-7']],
    ['at the weekend', ['2031-3-8', '2031-3-9']],
    ['in two weeks', ['2031-3-18']],
    ['in 10 days', ['2031-3-14']],
    ['dans trois jours', ['2031-3-7']],
    ['in zwei wochen', ['2031-3-18']],
    ['some time soon', []],
    ['tomorrowland', []],
    ['in many weeks', []],
  ];
  for (const [text, days] of cases) assert.deepEqual(said(text), days, text);
});

test('months and years turn', () => {
  assert.deepEqual(said('tomorrow', { year: 2031, month: 12, day: 31 }), ['2032-1-1']);
  assert.deepEqual(said('tomorrow', { year: 2028, month: 2, day: 28 }), ['2028-2-29']);
});

test('a weekday is never in the past, and at most two weeks away', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
      fc.constantFrom('monday', 'on wednesday', 'next sunday', 'sábado'),
      (date, text) => {
        const today = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
        const begin = Date.UTC(today.year, today.month - 1, today.day);
        for (const day of relativeDays(text, today)) {
          const ahead = (Date.UTC(day.year!, day.month! - 1, day.day!) - begin) / 86_400_000;
          assert.ok(ahead >= 0 && ahead <= 14, `${text}: ${ahead}`);
        }
      },
    ),
  );
});

test('months are read in seven languages', () => {
  for (const text of [
    '12. juni 2031',
    '12 juin 2031',
    '12 de junio de 2031',
    '12 giugno 2031',
    '12 de junho de 2031',
    '12 june 2031',
  ])
    assert.ok(
      datesIn(text).dates.some(({ year, month, day }) => year === 2031 && month === 6 && day === 12),
      text,
    );
  // `mars` is March in French and `mar` the beginning of it in English: what is no month is none.
  assert.deepEqual(datesIn('12 marbles').dates, []);
});
