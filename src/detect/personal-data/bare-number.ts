import { KINDS, SHAPED_KINDS } from './catalogue.ts';

/** A day, with or without its time. */
const MOMENT = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?$/;

/** Digits of the shortest identifier that needs no word beside it, less one. */
const MOST_DIGITS =
  Math.min(
    ...SHAPED_KINDS.flatMap(({ shapes }) => shapes)
      .filter(({ form, alone }) => alone !== undefined && !form.includes('A'))
      .map(({ form }) => [...form.matchAll(/\d+/g)].reduce((sum, [part]) => sum + Number(part), 0)),
  ) - 1;

const WORDS: readonly string[] = [
  ...new Set(KINDS.flatMap(({ context }) => context.map((word) => word.replace(/\*$/, '').toLowerCase()))),
];

/**
 * True for a whole number, a decimal or a moment that is personal data only where a word beside it says so, whatever its digits: it is shorter than all
 * numbers of identity that are known by themselves, and neither an address of any network nor one of a house.
 */
export function isBareNumber(text: string): boolean {
  let digits = 0;
  let points = 0;
  for (let at = text.charCodeAt(0) === 0x2d ? 1 : 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x30 && unit <= 0x39) digits++;
    else if (unit === 0x2e && digits > 0 && at + 1 < text.length) points++;
    else return MOMENT.test(text);
  }
  return digits > 0 && digits <= MOST_DIGITS && points <= 1;
}

/** True for words of which none speaks of a kind of personal data: behind them, a bare number is none. */
export function saysNothing(words: string): boolean {
  const lower = words.toLowerCase();
  return !WORDS.some((word) => lower.includes(word));
}
