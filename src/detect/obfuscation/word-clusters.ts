import type { Span } from '../../core/span.ts';

export interface ClusterOptions {
  /** Units between two hits of one cluster. */
  readonly gap: number;
  /** Hits that make a cluster. */
  readonly fewest: number;
  /** Share of hits among the words (three letters and more) that the cluster spans. */
  readonly density: number;
}

/**
 * Where disguised words stand close together. One odd word is a name or a slip; a passage of them is not. Hits are in order;
 * time is linear in them and in what they span.
 */
export function wordClusters(text: string, hits: readonly Span[], options: ClusterOptions): Span[] {
  const found: Span[] = [];
  let first = 0;
  for (let i = 1; i <= hits.length; i++) {
    if (i < hits.length && hits[i]!.start - hits[i - 1]!.end <= options.gap) continue;
    const span = { start: hits[first]!.start, end: hits[i - 1]!.end };
    const count = i - first;
    if (count >= options.fewest && count >= options.density * countWords(text, span)) found.push(span);
    first = i;
  }
  return found;
}

/** Words of three letters, digits and signs or more. */
export function countWords(text: string, { start, end }: Span): number {
  let words = 0;
  let run = 0;
  for (let i = start; i <= end; i++) {
    const unit = i < end ? text.charCodeAt(i) : 0x20;
    const inWord =
      ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a) ||
      (unit >= 0x30 && unit <= 0x39) ||
      unit >= 0xaa ||
      unit === 0x40;
    if (inWord) run++;
    else {
      if (run >= 3) words++;
      run = 0;
    }
  }
  return words;
}
