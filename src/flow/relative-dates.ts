import type { PartialDate } from './dates.ts';

/** A day with nothing left open. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const list = (text: string): readonly string[] => text.split(' ');

/** Sunday first. English, German, French, Spanish, Italian, Portuguese, Dutch. */
const WEEKDAYS: readonly (readonly string[])[] = [
  list('sunday sonntag dimanche domingo domenica zondag'),
  list('monday montag lundi lunes lunedì segunda maandag'),
  list('tuesday dienstag mardi martes martedì terça dinsdag'),
  list('wednesday mittwoch mercredi miércoles mercoledì quarta woensdag'),
  list('thursday donnerstag jeudi jueves giovedì quinta donderdag'),
  list('friday freitag vendredi viernes venerdì sexta vrijdag'),
  list('saturday samstag samedi sábado sabato zaterdag'),
];
const NEAR: readonly (readonly [number, string])[] = [
  [2, 'day after tomorrow|übermorgen|après-demain|pasado mañana|dopodomani|depois de amanhã|overmorgen'],
  [1, 'tomorrow|morgen|demain|mañana|domani|amanhã'],
  [0, "today|tonight|heute|aujourd'hui|aujourd’hui|hoy|oggi|hoje|vandaag"],
  [-1, 'yesterday|gestern|hier|ayer|ieri|ontem|gisteren'],
];
const NUMBERS: Record<string, number> = {};
for (const [number, names] of [
  [1, 'a an one ein einer einem einen eine un une una um uma een'],
  [2, 'two zwei deux dos due dois duas twee'],
  [3, 'three drei trois tres tre três drie'],
  [4, 'four vier quatre cuatro quattro quatro'],
  [5, 'five fünf cinq cinco cinque vijf'],
  [6, 'six sechs seis sei zes'],
  [7, 'seven sieben sept siete sette sete zeven'],
  [10, 'ten zehn dix diez dieci dez tien'],
] as const)
  for (const name of list(names)) NUMBERS[name] = number;
const AHEAD =
  /(?<!\p{L})(?:in|dans|en|dentro de|fra|tra|em|daqui a|over)\s+(\d{1,3}|\p{L}{1,8})\s+(days?|weeks?|tage?n?|wochen?|jours?|semaines?|días?|semanas?|giorn[oi]|settiman[ae]|dias?|dagen|dag|weken)(?!\p{L})/gu;
const WEEK = /^(?:week|woche|semain|seman|settiman|weken)/;

/** Days that a canonical text names by where they stand to `today`: `tomorrow`, `on Friday`, `in two weeks`. */
export function relativeDays(text: string, today: Day): readonly PartialDate[] {
  const days: PartialDate[] = [];
  let rest = text;
  for (const [offset, names] of NEAR) {
    const pattern = new RegExp(`(?<!\\p{L})(?:${names})(?!\\p{L})`, 'gu');
    if (!pattern.test(rest)) continue;
    days.push(shifted(today, offset));
    // `day after tomorrow` does not mean tomorrow as well.
    rest = rest.replace(pattern, ' ');
  }
  const weekday = new Date(Date.UTC(today.year, today.month - 1, today.day)).getUTCDay();
  WEEKDAYS.forEach((names, index) => {
    if (!names.some((name) => new RegExp(`(?<!\\p{L})${name}s?(?!\\p{L})`, 'u').test(text))) return;
    const ahead = (index - weekday + 7) % 7;
    // `Friday` said on a Friday, and `next Friday`, are read either way by people.
    days.push(shifted(today, ahead === 0 ? 7 : ahead));
    if (ahead === 0) days.push(today);
    if (new RegExp(`\\b(?:next|nächste\\w*|prochain\\w*)\\b`, 'u').test(text)) days.push(shifted(today, ahead + 7));
  });
  if (/\b(?:weekend|wochenende|week-end|fin de semana|fine settimana|fim de semana)\b/u.test(text)) {
    const saturday = (6 - weekday + 7) % 7;
    days.push(shifted(today, saturday), shifted(today, saturday + 1));
  }
  for (const [, count, unit] of text.matchAll(AHEAD)) {
    const number = NUMBERS[count!] ?? Number(count);
    if (Number.isInteger(number)) days.push(shifted(today, number * (WEEK.test(unit!) ? 7 : 1)));
  }
  return days;
}

function shifted({ year, month, day }: Day, days: number): Day {
  const date = new Date(Date.UTC(year, month - 1, day + days));
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}
