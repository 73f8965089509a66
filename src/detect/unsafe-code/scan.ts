import { RE2JS } from 're2js';
import { SEVERITIES, type Severity } from '../../core/severity.ts';
import { createKeywordFilter } from '../../text/keyword-filter.ts';
import type { CodeRule } from './rule.ts';

export interface CodeMatch {
  readonly start: number;
  readonly end: number;
  readonly rule: CodeRule;
}

export interface CodeReading {
  /** Ordered by start; of those that begin at one place the worst, and none inside another. */
  readonly matches: readonly CodeMatch[];
  /** From here on a longer text may change something. */
  readonly hold: number;
}

/** Units from the beginning of a match that are looked at. */
const REACH = 320;
/** Units of a text with several openings of a rule that are looked through for the rule at once. */
const GROUP = 2048;
const BLANKS = 8;
const NAME = 64;

interface Compiled {
  readonly rule: CodeRule;
  readonly pattern: RE2JS;
  /** `pattern` at the beginning: a yes or no is found much faster than where it ends. */
  readonly begins: RE2JS;
  /** True of every text that has a match in some part of it. */
  readonly somewhere: RE2JS;
  readonly unless: RE2JS | null;
}

/** Something that has begun as a rule says. */
interface Candidate {
  readonly start: number;
  /** End of what the rule may see. */
  readonly end: number;
  readonly opening: string;
}

/** What stands in a scope where the line, the statement or the text ends; patterns name it, and no text is mistaken for it. */
const END = '\x03';

/** Looks for the openings of all rules in one pass, and closely only at what has begun as a rule says. */
export function createScan(rules: readonly CodeRule[]): (text: string) => CodeReading {
  const compiled: readonly Compiled[] = rules.map((rule) => ({
    rule,
    pattern: RE2JS.compile(`(?is)${rule.pattern}`),
    begins: RE2JS.compile(`(?is)^(?:${rule.pattern})`),
    somewhere: RE2JS.compile(`(?is)${rule.pattern.replaceAll('|\\x03)', '|)')}`),
    unless: rule.unless === undefined ? null : RE2JS.compile(`(?is)${rule.unless}`),
  }));
  const openings = rules.flatMap(({ openings: all }, index) => all.map((opening) => ({ opening, index })));
  const filter = createKeywordFilter(
    openings.map(({ opening }) => ({ literal: /^[^ @]+/.exec(opening)![0], exact: false, mark: 1 })),
  );
  return (text) => {
    let hold = filter.tail(text, () => true);
    const begun = new Map<number, Candidate[]>();
    const hits = filter.hits(text);
    for (let i = 0; i < hits.length; i += 2) {
      const { opening, index } = openings[hits[i]!]!;
      const start = hits[i + 1]!;
      if (start > 0 && goesOn(text.charCodeAt(start - 1), opening)) continue;
      const opened = readOpening(text, start, opening);
      if (opened === DEAD) continue;
      const statement = rules[index]!.statement === true;
      const end = opened === UNFINISHED ? text.length : scopeEnd(text, start, statement);
      if (opened === UNFINISHED || (end === text.length && end < start + REACH)) hold = Math.min(hold, start);
      if (opened === UNFINISHED && !statement) continue;
      const all = begun.get(index);
      if (all === undefined) begun.set(index, [{ start, end, opening }]);
      else if (all.at(-1)!.opening === opening && all.at(-1)!.start + opening.length >= start)
        all[all.length - 1] = { start, end, opening };
      else all.push({ start, end, opening });
    }
    const found: CodeMatch[] = [];
    for (const [index, all] of begun) {
      all.sort((a, b) => a.start - b.start);
      matchRule(text, compiled[index]!, all, found);
    }
    return { matches: apart(found), hold };
  };
}

function matchRule(text: string, rule: Compiled, all: readonly Candidate[], found: CodeMatch[]): void {
  for (let i = 0; i < all.length;) {
    let next = i + 1;
    let end = all[i]!.end;
    while (next < all.length && all[next]!.end <= all[i]!.start + GROUP) end = Math.max(end, all[next++]!.end);
    // Where openings stand close together, one look tells whether any of them is worth one of its own.
    if (next - i < 3 || rule.somewhere.test(text.slice(all[i]!.start, end)))
      for (; i < next; i++) matchOne(text, rule, all[i]!, found);
    i = next;
  }
}

function matchOne(text: string, { rule, pattern, begins, unless }: Compiled, at: Candidate, found: CodeMatch[]): void {
  const seen = text.slice(at.start, at.end);
  const scope = at.end === at.start + REACH ? seen : seen + END;
  if (!begins.test(scope) || unless?.test(scope)) return;
  const matcher = pattern.matcher(scope);
  if (!matcher.lookingAt()) return;
  found.push({ start: at.start, end: at.start + seen.slice(0, matcher.end()).trimEnd().length, rule });
}

const DEAD = -1;
const UNFINISHED = -2;

/** End of the opening at `start`, `DEAD` where the text says something else, `UNFINISHED` where it ends first. */
function readOpening(text: string, start: number, opening: string): number {
  let at = start;
  for (const unit of opening) {
    if (unit === ' ' || unit === '@') {
      const is = unit === ' ' ? isBlank : isName;
      const limit = at + (unit === ' ' ? BLANKS : NAME);
      const from = at;
      while (at < text.length && at < limit && is(text.charCodeAt(at))) at++;
      if (at === text.length) return UNFINISHED;
      if (at === from) return DEAD;
      continue;
    }
    if (at === text.length) return UNFINISHED;
    if (text[at]!.toLowerCase() !== unit.toLowerCase()) return DEAD;
    at++;
  }
  return at;
}

/** Where what a rule may see ends: with the line, unless a backslash continues it, or with the statement. */
function scopeEnd(text: string, start: number, statement: boolean): number {
  const limit = Math.min(text.length, start + REACH);
  for (let i = start; i < limit; i++) {
    const unit = text.charCodeAt(i);
    if (statement) {
      if (unit === 0x3b) return i + 1;
      if (unit === 0x0a && /^\n[ \t\r]*(?:\n|```|$)/.test(text.slice(i, i + 16))) {
        // A line that is still empty may go on.
        return i + 16 > text.length && !/^\n[ \t\r]*(?:\n|```)/.test(text.slice(i)) ? text.length : i;
      }
    } else if (unit === 0x0a && text[i - 1] !== '\\' && !(text[i - 1] === '\r' && text[i - 2] === '\\')) return i;
  }
  return limit;
}

/** Findings that do not overlap, the worse before the milder where they begin at one place. */
function apart(found: readonly CodeMatch[]): readonly CodeMatch[] {
  if (found.length < 2) return found;
  const sorted = found.toSorted(
    (a, b) => a.start - b.start || rank(b.rule.severity) - rank(a.rule.severity) || b.end - a.end,
  );
  const kept: CodeMatch[] = [];
  let last = 0;
  for (const match of sorted) {
    if (match.end <= last) continue;
    kept.push(match.start >= last ? match : { ...match, start: last });
    last = match.end;
  }
  return kept;
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** Functions of the language itself; a method of the same name is another (`/a/.exec(text)`, `console.assert(…)`). */
const NO_METHOD = /^(?:exec|eval|assert|system|popen)\b/;

/** Whether the unit before makes another word of an opening. */
function goesOn(before: number, opening: string): boolean {
  if (!isWord(opening.charCodeAt(0))) return false;
  return isWord(before) || (before === 46 && NO_METHOD.test(opening));
}

function isWord(unit: number): boolean {
  const lower = unit | 0x20;
  return (lower >= 97 && lower <= 122) || (unit >= 48 && unit <= 57) || unit === 95;
}

function isBlank(unit: number): boolean {
  return unit === 32 || unit === 9 || unit === 10 || unit === 13;
}

function isName(unit: number): boolean {
  return isWord(unit) || unit === 46 || unit === 36 || unit === 34 || unit === 96 || unit === 91 || unit === 93;
}
