/** A day as far as a text says it. Months from 1. */
export interface PartialDate {
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const NAMES = MONTHS.map((name) => `${name.slice(0, 3)}(?:${name.slice(3)})?`).join('|');
const ISO = /\b(\d{4})-(\d{1,2})-(\d{1,2})\b/g;
const NUMERIC = /\b(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?\b/g;
const MONTH_DAY = new RegExp(`\\b(${NAMES})\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?\\b(?:,?\\s+(\\d{4}))?`, 'g');
const DAY_MONTH = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th|\\.)?\\s+(?:of\\s+)?(${NAMES})\\b(?:,?\\s+(\\d{4}))?`, 'g');
const ORDINAL = /\b(\d{1,2})(?:st|nd|rd|th)\b/g;
const RANGE = new RegExp(
  `\\b(${NAMES})\\.?\\s+\\d{1,2}(?:st|nd|rd|th)?\\s*(?:to|until|till|through|and|-|–)\\s*(?:the\\s+)?(\\d{1,2})(?:st|nd|rd|th)?\\b`,
  'g',
);
const LASTS = /\b(\d{1,2}|an?|one|two|three|four|five|six|seven|eight|nine|ten)[\s-](day|night|week)s?\b/g;
const COUNT: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
};
const RELATIVE =
  /\b(?:today|tonight|tomorrow|yesterday|now|next|this|coming|upcoming|monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekend|week|month|days?|heute|morgen|demain|mañana|oggi|domani|hoje|amanhã)\b/;

/** Days that a canonical (lower-case) text names, and whether it speaks of days in relation to today. */
export function datesIn(text: string): { readonly dates: readonly PartialDate[]; readonly relative: boolean } {
  const dates: PartialDate[] = [];
  for (const [, year, month, day] of text.matchAll(ISO))
    dates.push({ year: Number(year), month: Number(month), day: Number(day) });
  for (const [, a, b, year] of text.matchAll(NUMERIC)) {
    const full = year === undefined ? {} : { year: Number(year) < 100 ? 2000 + Number(year) : Number(year) };
    dates.push({ month: Number(a), day: Number(b), ...full }, { month: Number(b), day: Number(a), ...full });
  }
  const monthOf = (name: string): number => MONTHS.findIndex((month) => month.startsWith(name.slice(0, 3))) + 1;
  for (const [, name, day, year] of text.matchAll(MONTH_DAY)) {
    dates.push({ month: monthOf(name!), day: Number(day), ...(year === undefined ? {} : { year: Number(year) }) });
  }
  for (const [, day, name, year] of text.matchAll(DAY_MONTH)) {
    dates.push({ month: monthOf(name!), day: Number(day), ...(year === undefined ? {} : { year: Number(year) }) });
  }
  for (const [, name, day] of text.matchAll(RANGE)) dates.push({ month: monthOf(name!), day: Number(day) });
  for (const [, day] of text.matchAll(ORDINAL)) dates.push({ day: Number(day) });
  return { dates, relative: RELATIVE.test(text) };
}

/** True when `day` is so many days after one that the text names as the text says something lasts (the last day may count or not). */
export function isEndOfStay(day: PartialDate, text: string): boolean {
  if (day.year === undefined || day.month === undefined || day.day === undefined) return false;
  const { dates } = datesIn(text);
  for (const [, count, unit] of text.matchAll(LASTS)) {
    const length = (COUNT[count!] ?? Number(count)) * (unit === 'week' ? 7 : 1);
    for (const days of [length, length - 1]) {
      const start = new Date(Date.UTC(day.year, day.month - 1, day.day - days));
      const begins = { year: start.getUTCFullYear(), month: start.getUTCMonth() + 1, day: start.getUTCDate() };
      if (dates.some((date) => date.month !== undefined && agrees(date, begins))) return true;
    }
  }
  return false;
}

/** The day of a canonical value, or null when it begins with none. */
export function dayOf(value: string): PartialDate | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})/.exec(value) ?? [];
  return year === undefined ? null : { year: Number(year), month: Number(month), day: Number(day) };
}

/** True when nothing that both say differs. */
export function agrees(a: PartialDate, b: PartialDate): boolean {
  return (
    (a.year === undefined || b.year === undefined || a.year === b.year) &&
    (a.month === undefined || b.month === undefined || a.month === b.month) &&
    (a.day === undefined || b.day === undefined || a.day === b.day)
  );
}
