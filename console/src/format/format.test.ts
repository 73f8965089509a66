import { describe, expect, it } from 'vitest';
import { bytes, count, duration, exactCount, fineDuration, money, percent, shortCount, shortMoney } from './number.ts';
import { absolute, relative } from './time.ts';
import { plural } from './words.ts';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [1204, '1,204'],
    [99_999, '99,999'],
    [5_300_000, '5.3M'],
  ])('count %d is %s', (value, text) => expect(count(value)).toBe(text));

  it.each([
    [0, '<0.01 ms'],
    [0.042, '0.04 ms'],
    [5.31, '5.3 ms'],
  ])('fineDuration %d is %s', (value, text) => expect(fineDuration(value)).toBe(text));

  it('does not round what is exact', () => expect(exactCount(1_204_331)).toBe('1,204,331'));

  it.each([
    [940, '940'],
    [50_000, '50K'],
    [1_250_000, '1.3M'],
  ])('shortCount %d is %s', (value, text) => expect(shortCount(value)).toBe(text));

  it.each([
    [null, '–'],
    [0, '$0'],
    [12, '<$0.0001'],
    [4200, '$0.0042'],
    [496_000, '$0.496'],
    [12_300_000, '$12.30'],
    [1_204_000_000, '$1,204'],
  ])('money %s is %s', (value, text) => expect(money(value)).toBe(text));

  it('keeps a scale of money short', () => expect(shortMoney(200_000)).toBe('$0.2'));

  it.each([
    [null, '–'],
    [0, '0 ms'],
    [0.42, '0.4 ms'],
    [812.4, '812 ms'],
    [1240, '1.24 s'],
    [45_300, '45.3 s'],
    [123_000, '2 m 03 s'],
  ])('duration %s is %s', (value, text) => expect(duration(value)).toBe(text));

  it.each([
    [812, '812 B'],
    [1536, '1.5 KiB'],
    [3 * 1024 ** 2, '3.0 MiB'],
  ])('bytes %d is %s', (value, text) => expect(bytes(value)).toBe(text));

  it.each([
    [0, 0, '–'],
    [0, 9, '0 %'],
    [1, 300, '0.3 %'],
    [1, 10_000, '<0.1 %'],
    [27, 100, '27 %'],
  ])('percent %d of %d is %s', (part, all, text) => expect(percent(part, all)).toBe(text));

  it('counts nouns', () => {
    expect(plural(1, 'key')).toBe('1 key');
    expect(plural(0, 'key')).toBe('0 keys');
  });
});

describe('times', () => {
  const now = Date.UTC(2026, 0, 2, 12);
  it.each([
    [now, 'now'],
    [now - 12_000, '12 s ago'],
    [now - 5 * 60_000, '5 min ago'],
    [now - 26 * 3_600_000, '26 h ago'],
    [now - 3 * 86_400_000, '3 d ago'],
    [now + 3 * 3_600_000, 'in 3 h'],
  ])('%d is %s', (at, text) => expect(relative(at, now)).toBe(text));

  it('writes the absolute time in the order that sorts', () => {
    expect(absolute(new Date(2026, 1, 3, 4, 5, 6).getTime())).toBe('2026-02-03 04:05:06');
  });
});
