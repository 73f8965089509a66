/** A stretch in which every unit is the one `period` units before it. */
export interface RepeatedRun {
  readonly start: number;
  readonly end: number;
  readonly period: number;
  /** From where on it is too much: what comes before may have been meant. */
  readonly excess: number;
}

export interface RepetitionLimits {
  /** Units that repetition may fill, and the longest passage whose repetition is noticed. */
  readonly window: number;
  /** How often a passage may follow itself. */
  readonly threshold: number;
}

/** Units whose last occurrence says how long the period may be. */
const GRAM = 8;
const SLOTS = 1 << 12;
const BASE = 0x01000193;
const BASE_TO_GRAM = Array.from({ length: GRAM }).reduce<number>((power) => Math.imul(power, BASE), 1);

/** Units as they are compared: small letters, and any digit for any other, so that counters do not hide a loop. */
const FOLD = new Uint16Array(1 << 16);
for (let unit = 0; unit < 1 << 16; unit++) FOLD[unit] = unit;
for (let unit = 65; unit <= 90; unit++) FOLD[unit] = unit + 32;
for (let unit = 48; unit <= 57; unit++) FOLD[unit] = 48;

/**
 * All runs that go beyond the limits, in order and apart, found in one pass: the last place of each sequence of eight units
 * proposes a period, and a count of units that agree with it decides. Memory does not depend on the text.
 */
export function repeatedRuns(text: string, limits: RepetitionLimits): RepeatedRun[] {
  const found: RepeatedRun[] = [];
  follow(text, limits, (run) => found.push(run));
  return found;
}

/** How much of what is allowed the longest run takes: 1 and more where there is a finding. */
export function longestShare(text: string, limits: RepetitionLimits): number {
  return follow(text, limits, () => {});
}

function follow(text: string, { window, threshold }: RepetitionLimits, report: (run: RepeatedRun) => void): number {
  const last = new Int32Array(SLOTS); // place after the sequence, 0 for none
  const { length } = text;
  let hash = 0;
  let period = 0;
  let agreeing = 0; // units in a row that are what they were a period ago
  let allowed = 0;
  let most = 0;
  let free = 0; // end of the last run that was reported
  const close = (end: number): void => {
    if (period === 0) return;
    const start = runStart(text, end - agreeing, period, free);
    const size = end - start;
    most = Math.max(most, size / allowed);
    if (size > allowed) {
      report({ start, end, period, excess: start + allowed });
      free = end;
    }
  };
  for (let i = 0; i < length; i++) {
    const unit = FOLD[text.charCodeAt(i)]!;
    hash = Math.imul(hash, BASE) + unit;
    if (i >= GRAM) hash = (hash - Math.imul(FOLD[text.charCodeAt(i - GRAM)]!, BASE_TO_GRAM)) | 0;
    if (period > 0) {
      if (FOLD[text.charCodeAt(i - period)] === unit) agreeing++;
      else {
        if (agreeing >= GRAM) close(i);
        period = 0;
        agreeing = 0;
      }
    }
    if (i + 1 < GRAM) continue;
    const slot = (hash ^ (hash >>> 13)) & (SLOTS - 1);
    const before = last[slot]!;
    last[slot] = i + 1;
    if (period > 0 || before === 0 || i + 1 - before > window) continue;
    const distance = i + 1 - before;
    if (!agrees(text, i + 1, distance)) continue;
    period = distance;
    agreeing = GRAM;
    allowed = Math.max(window, threshold * period);
    if (!hasWord(text, i + 1 - period, i + 1)) allowed = Math.max(allowed, RULE * window);
  }
  if (agreeing >= GRAM) close(length);
  return most;
}

/** How many windows a repetition of signs alone may fill: rules, dots, indentation, tables. */
export const RULE = 4;

function agrees(text: string, end: number, period: number): boolean {
  for (let i = end - GRAM; i < end; i++)
    if (i < period || FOLD[text.charCodeAt(i)] !== FOLD[text.charCodeAt(i - period)]) return false;
  return true;
}

/** Units by which a period may be known too late: its first sequence may have lost its slot to another. */
export const LATE = 64;

/** Where the run really began: before its period was known. */
function runStart(text: string, from: number, period: number, free: number): number {
  let start = from;
  const limit = Math.max(free + period, from - LATE);
  while (start > limit && FOLD[text.charCodeAt(start - 1)] === FOLD[text.charCodeAt(start - 1 - period)]) start--;
  return Math.max(free, start - period);
}

function hasWord(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const unit = FOLD[text.charCodeAt(i)]!;
    if ((unit >= 97 && unit <= 122) || unit >= 0xaa || unit === 48) return true;
  }
  return false;
}
