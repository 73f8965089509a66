import { datesIn } from './dates.ts';
import type { FlowState } from './flow-state.ts';
import type { Day } from './relative-dates.ts';

const SAID = /\b(?:today(?:'s date)?|current (?:date|day|time|datetime))\b[^.\n\u241e]{0,24}/g;
/** Units of a clock's answer that are looked at. */
const LONGEST = 400;

/** What day it is: by the last answer of a clock, or by the operator's or the user's words. Nothing else is asked. */
export function clockDay(state: FlowState): Day | null {
  for (const { profile, index } of state.sources.toReversed()) {
    if (profile?.clock !== true) continue;
    const day = wholeDay(index.text.slice(0, LONGEST));
    if (day !== null) return day;
  }
  for (const said of state.trusted.matchAll(SAID)) {
    const day = wholeDay(state.trusted.slice(said.index, said.index + said[0].length + 24));
    if (day !== null) return day;
  }
  return null;
}

function wholeDay(text: string): Day | null {
  for (const { year, month, day } of datesIn(text).dates)
    if (year !== undefined && month !== undefined && day !== undefined) return { year, month, day };
  return null;
}
