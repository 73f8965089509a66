import { movedBy, withWord, type WordSpan } from '../text/word-spans.ts';
import type { TextSearch } from './text-search.ts';

/**
 * Replaces words one after the other, each by what lowers the margin most, and keeps what was replaced; until the model is fooled, as many words are changed
 * as may be, or no query is left (Jin et al. 2020, Algorithm 1, lines 7 to 30; Gao et al. 2018, Algorithm 1).
 * @param order the words to try, of the original
 * @param candidates texts in which `word` is replaced; `put` writes a replacement into the text as it is by then
 * @param prefer decides between several that fool the model: the largest is kept
 */
export async function replaceWords(
  search: TextSearch,
  order: readonly WordSpan[],
  candidates: (word: WordSpan, put: (replacement: string) => string) => readonly string[],
  prefer?: (text: string) => number,
): Promise<void> {
  let text = search.original;
  let margin = search.margin;
  const changed: { start: number; grown: number }[] = [];
  for (const word of order) {
    if (changed.length >= search.allowed) return;
    const here = movedBy(word, changed);
    const before = text;
    const tried = candidates(word, (replacement) => withWord(before, here, replacement)).filter(
      (one) => one !== before,
    );
    if (tried.length === 0) continue;
    const margins = await search.ask(tried, prefer);
    if (margins === null) return;
    // Labels only: every change is as good as the next, and is kept.
    let best = search.labelsOnly ? 0 : -1;
    margins.forEach((value, i) => {
      if (value < margin) [margin, best] = [value, i];
    });
    if (best < 0) continue;
    changed.push({ start: word.start, grown: tried[best]!.length - before.length });
    text = tried[best]!;
  }
}
