import type { Span } from '../../core/span.ts';
import { joinHash, type ProtectedText, SHINGLE, shingleAt } from './protected-text.ts';
import { readWords, type Words } from './read-words.ts';

/** Words that may be changed or put in between two known ones. */
const GAP = 3;

export interface Passage extends Span {
  /** Words of it that are the protected text's, at their weight of two. */
  readonly covered: number;
}

export interface Passages {
  readonly found: readonly Passage[];
  /** From here on a longer text may change something. */
  readonly hold: number;
}

/** What passages are looked for with. */
export interface Search {
  readonly protects: ProtectedText;
  /** Shingles that are nobody's secret in this exchange; asked for only when something is found. */
  readonly known: () => ReadonlySet<number>;
  /** Share of a passage's words that must be the protected text's. */
  readonly share: number;
}

/** Words in a row that are part of a protected text, with the few in between that were changed. */
interface Run {
  readonly first: number;
  /** Word after the last covered one. */
  end: number;
  covered: number;
  need: number;
}

/** Passages of the protected texts in `text`, by its words. Linear in the text, whatever is protected. */
export function findPassages(text: string, search: Search): Passages {
  const words = readWords(text);
  const { shingles } = search.protects;
  const found: Passage[] = [];
  let run: Run | null = null;
  for (let i = 0; i + SHINGLE <= words.count; i++) {
    const hash = shingleAt(words, i);
    const need = shingles.get(hash);
    if (need === undefined || search.known().has(hash)) continue;
    if (run !== null && i - run.end > GAP) {
      keep(run, words, search.share, found);
      run = null;
    }
    run ??= { first: i, end: i, covered: 0, need };
    for (let k = Math.max(i, run.end); k < i + SHINGLE; k++) run.covered += words.weights[k]!;
    run.end = i + SHINGLE;
    run.need = Math.min(run.need, need);
  }
  if (run !== null) keep(run, words, search.share, found);
  return { found, hold: holdFrom(words, run, search.protects) };
}

function keep(run: Run, words: Words, share: number, found: Passage[]): void {
  let total = 0;
  for (let i = run.first; i < run.end; i++) total += words.weights[i]!;
  if (run.covered < run.need || run.covered < share * total) return;
  found.push({ start: words.starts[run.first]!, end: words.ends[run.end - 1]!, covered: run.covered });
}

function holdFrom(words: Words, run: Run | null, { beginnings }: ProtectedText): number {
  const { settled } = words;
  let hold = words.open;
  let live = settled; // first word from which the text's end may be the beginning of a shingle
  for (let back = Math.min(SHINGLE - 1, settled); back > 0; back--) {
    let hash = 0;
    for (let k = settled - back; k < settled; k++) hash = joinHash(hash, words.hashes[k]!);
    if (!beginnings[back]!.has(hash)) continue;
    live = settled - back;
    hold = Math.min(hold, words.starts[live]!);
    break;
  }
  // A run goes on when a shingle begins close enough behind it.
  if (run !== null && live - run.end <= GAP) hold = Math.min(hold, words.starts[run.first]!);
  return hold;
}
