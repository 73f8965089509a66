import type { JsonPath, Segment } from '../conversation/segment.ts';
import type { ExchangeVault } from './exchange-vault.ts';
import { findPlaceholders } from './find-placeholders.ts';
import type { Redactions } from './inspect-segments.ts';
import { mergeRedactions, type Redaction } from './redaction.ts';

/** Shorter values are replaced where a detector found them and nowhere else: as words they mean too many things. */
const SHORTEST_SWEPT = 4;

/**
 * Gives every value that is to come back its placeholder, and makes a request such that the model sees none of them:
 * - a value that was found once is replaced wherever it stands as words of its own, also where its detector, for want of
 *   context, or the rule, for its roles, would let it pass: what was restored in an earlier answer is in the replayed history;
 * - a text of the request that happens to be one of the placeholders gets a placeholder itself, so that it comes back as
 *   the text that it is.
 *
 * @param body the request's JSON: segments that are no string of it (the keys of an object) have no place to put something.
 * @returns all that has to be replaced.
 */
export function conceal(
  segments: readonly Segment[],
  redactions: Redactions,
  vault: ExchangeVault,
  body: unknown,
): Redactions {
  const all = new Map<Segment, readonly Redaction[]>();
  for (const [segment, ranges] of redactions) {
    all.set(
      segment,
      ranges.map((range) => withPlaceholder(range, segment.text, vault)),
    );
  }
  if (vault.size === 0) return all;
  const sweep = createSweep(vault);
  for (const segment of segments) {
    const { text } = segment;
    const taken = all.get(segment) ?? [];
    const more = sweep(text);
    for (const { start, end } of findPlaceholders(text, vault)) {
      const placeholder = vault.mintLiteral(text.slice(start, end));
      if (placeholder !== null) more.push({ start, end, placeholder });
    }
    const free = more.filter(({ start, end }) => !taken.some((range) => range.start < end && start < range.end));
    if (free.length > 0 && leadsToText(body, segment.path)) all.set(segment, mergeRedactions([...taken, ...free]));
  }
  return all;
}

function withPlaceholder(range: Redaction, text: string, vault: ExchangeVault): Redaction {
  if (range.reversible === undefined) return range;
  const { label, detector } = range.reversible;
  const placeholder = vault.mint(label, text.slice(range.start, range.end), detector);
  return placeholder === null ? range : { ...range, placeholder };
}

/** Looks for all values of the vault at once, where words begin. Time linear in the text, times the logarithm of their number. */
function createSweep(vault: ExchangeVault): (text: string) => Redaction[] {
  const placeholders = new Map<string, string>();
  for (const { core, value, detector } of vault.entries()) {
    if (detector !== '' && value.length >= SHORTEST_SWEPT) placeholders.set(value, `[${core}]`);
  }
  const values = [...placeholders.keys()].toSorted(byUnits);
  const firsts = new Set(values.map((value) => value.charCodeAt(0)));
  const beginnings = new Set(values.map((value) => value.slice(0, SHORTEST_SWEPT)));
  const longest = values.reduce((most, value) => Math.max(most, value.length), 0);

  /** The longest value that stands at `at` and ends a word. */
  const valueAt = (text: string, at: number): string | null => {
    let rest = text.slice(at, at + longest);
    while (rest.length >= SHORTEST_SWEPT) {
      const candidate = lastUpTo(values, rest);
      if (candidate === undefined) return null;
      if (rest.startsWith(candidate) && endsWord(text, at + candidate.length)) return candidate;
      // What is shorter and still fits is no longer than what the two have in common.
      rest = rest.slice(0, Math.min(candidate.length - 1, commonLength(candidate, rest)));
    }
    return null;
  };

  return (text) => {
    const found: Redaction[] = [];
    let before = 0x20;
    for (let at = 0; at + SHORTEST_SWEPT <= text.length; at++) {
      const code = text.charCodeAt(at);
      const inWord = isWordUnit(before) && isWordUnit(code);
      before = code;
      if (inWord || !firsts.has(code) || !beginnings.has(text.slice(at, at + SHORTEST_SWEPT))) continue;
      const value = valueAt(text, at);
      if (value === null) continue;
      const end = at + value.length;
      found.push({ start: at, end, placeholder: placeholders.get(value)! });
      before = text.charCodeAt(end - 1);
      at = end - 1;
    }
    return found;
  };
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The last of a sorted list that does not come after `limit`. */
function lastUpTo(sorted: readonly string[], limit: string): string | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1];
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

function endsWord(text: string, end: number): boolean {
  return end >= text.length || !isWordUnit(text.charCodeAt(end - 1)) || !isWordUnit(text.charCodeAt(end));
}

function isWordUnit(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 95 ||
    code > 0xbf
  );
}

/** True when a string, or something inside a string, stands at `path`; the keys of an object have the object's path. */
function leadsToText(body: unknown, path: JsonPath): boolean {
  let value = body;
  for (const step of path) {
    if (typeof value === 'string') return true;
    if (typeof value !== 'object' || value === null) return false;
    value = (value as Record<string | number, unknown>)[step];
  }
  return typeof value === 'string' || typeof value === 'number';
}
