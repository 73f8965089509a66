import { createKeywordFilter } from '../../text/keyword-filter.ts';
import type { BoundedPattern } from './bounded-pattern.ts';

export interface Hit {
  readonly start: number;
  readonly end: number;
  /** Index of the pattern or list that it belongs to. */
  readonly index: number;
}

/** A stretch in which a stream must not be cut: what is in it was decided together. */
export interface Bond {
  readonly start: number;
  readonly end: number;
}

export interface Searched {
  readonly hits: readonly Hit[];
  readonly bonds: readonly Bond[];
  /** Where a match may begin that more text would change. */
  readonly live: number;
}

export interface PatternWithGroup extends BoundedPattern {
  readonly index: number;
  /** Group whose text the finding marks; the whole match where it took no part. */
  readonly group: string | null;
}

/**
 * Matches of each pattern, leftmost first and not overlapping.
 *
 * Which match comes next depends on where the last one ended, so a stream that goes on from the middle of a row of matches
 * would see others. A row is therefore bonded: from its first match to as far behind its last as a match that begins
 * inside it could reach. Nothing of that begins behind a place where no bond is, and so the text may be cut there.
 */
export function createPatternSearch(patterns: readonly PatternWithGroup[]): (text: string) => Searched {
  const led = patterns.filter(({ prefix }) => prefix !== '');
  const others = patterns.filter(({ prefix }) => prefix === '');
  const filter = createKeywordFilter(led.map(({ prefix }) => ({ literal: prefix, exact: false, mark: 1 })));
  return (text) => {
    const hits: Hit[] = [];
    const bonds: Bond[] = [];
    let live = text.length;
    for (const pattern of others) {
      // Decided is what a match of the greatest length, and the unit behind it, would lie inside.
      live = Math.min(live, Math.max(0, text.length - pattern.longest));
      match(text, pattern, hits, bonds);
    }
    if (led.length === 0) return { hits, bonds, live };
    // Where its first letters are not there is no match, and none that could become one.
    const begun = new Set<PatternWithGroup>();
    const found = filter.hits(text);
    for (let i = 0; i < found.length; i += 2) {
      const pattern = led[found[i]!]!;
      begun.add(pattern);
      if (found[i + 1]! + pattern.longest >= text.length) live = Math.min(live, found[i + 1]!);
    }
    for (const pattern of begun) match(text, pattern, hits, bonds);
    live = Math.min(
      live,
      filter.tail(text, () => true),
    );
    return { hits, bonds, live };
  };
}

function match(text: string, { compiled, longest, index, group }: PatternWithGroup, hits: Hit[], bonds: Bond[]): void {
  const matcher = compiled.matcher(text);
  while (matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (start === end) continue;
    bonds.push({ start, end: end + longest });
    const marked = group === null ? -1 : matcher.start(group);
    if (group !== null && marked >= 0 && matcher.end(group) > marked)
      hits.push({ start: marked, end: matcher.end(group), index });
    else hits.push({ start, end, index });
  }
}
