import { mostLoneLetters } from './lone-letters.ts';
import { chained, MappedTextBuilder, unchanged, type MappedText, type UndoneStretch } from './mapped-text.ts';
import { scanWords, type ScannedWords } from './scan-words.ts';
import { FEWEST as FEWEST_LONE, spacedRuns, spelling } from './spaced-letters.ts';

export interface Folded extends MappedText {
  /** In the order in which they were looked for; spelt-out words first. */
  readonly stretches: readonly UndoneStretch[];
}

/**
 * The text with spelt-out, leet, case-flipped, stretched and pig-Latin words as ordinary ones, or null when there are none.
 * `words` is what `scanWords` sees in the text.
 */
export function foldWords(text: string, words: ScannedWords = scanWords(text)): Folded | null {
  const stretches: UndoneStretch[] = [];
  const joined = joinLetters(text, stretches);
  const { tricks } = joined === null ? words : scanWords(joined.text);
  if (joined === null && tricks.length === 0) return null;
  const base = joined ?? unchanged(text);
  const out = new MappedTextBuilder(base.text);
  let plain = 0;
  for (const { via, start, end, plain: folded } of tricks) {
    const { start: from, end: to } = base.map.span(start, end);
    stretches.push({ via, start: from, end: to, plain: folded });
    out.copy(plain, start);
    if (folded.length === end - start)
      for (let k = 0; k < folded.length; k++) out.replace(folded[k]!, start + k, start + k + 1);
    else out.replace(folded, start, end);
    plain = end;
  }
  out.copy(plain, base.text.length);
  return { ...(plain === 0 ? base : chained(base, out.build())), stretches };
}

function joinLetters(text: string, stretches: UndoneStretch[]): MappedText | null {
  if (mostLoneLetters(text) < FEWEST_LONE) return null;
  const out = new MappedTextBuilder(text);
  let plain = 0;
  for (const run of spacedRuns(text)) {
    const spelt = spelling(text, run);
    if (spelt === null) continue;
    stretches.push({ via: 'spaced-letters', start: run.start, end: run.end, plain: spelt });
    out.copy(plain, run.start);
    let next = 0;
    for (const [k, at] of run.letters.entries()) {
      if (run.breaks[next] === k) {
        out.replace(' ', run.letters[k - 1]! + 1, at);
        next++;
      }
      out.copy(at, at + 1);
    }
    plain = run.end;
  }
  if (plain === 0) return null;
  out.copy(plain, text.length);
  return out.build();
}
