import type { Span } from '../../core/span.ts';

/** Words of which the share is taken, and how many there are before a share says anything. */
const FEWEST = 3;
/** Share of words with a case of their own in a whole text, and in a passage of a longer one. */
const WHOLE = 0.25;
const PASSAGE = 0.4;
const PASSAGE_WORDS = 6;
/** Words that a passage may go on for without one that is odd. */
const PATIENCE = 6;

/** A word by itself, between white space and punctuation: no part of a path, a key or an expression. */
const WORD = /(?<![^\s"'(«“])[A-Za-z]{2,32}(?=[.,;:!?)"'”»…-]*(?:\s|$))/g;
/** Also the plainest identifiers, of which code is full: `parseHeader`, `ReadableStream`, `userID`. */
const ORDINARY = /^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+|(?:[a-z]{2,}|[A-Z][a-z]{2,})(?:[A-Z][a-z]{2,})*(?:[A-Z]{2,4})?)$/;

/**
 * Passages in which the case of letters changes inside of words, given the words (`odd`) that can't be names or identifiers. With
 * such a word about, `tO`, `hOW` and `SteAl` count as well, which by themselves are nothing: random case (best-of-N jailbreaking,
 * https://arxiv.org/abs/2412.03556) makes as many of these.
 */
export function flippedPassages(text: string, odd: readonly Span[]): Span[] {
  if (odd.length === 0) return [];
  const starts = new Set(odd.map(({ start }) => start));
  let words = 0;
  let mixed = 0;
  let strange = 0;
  const passages: Passage[] = [];
  let open: Passage | null = null;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    words++;
    const end = index + word.length;
    const isOdd = starts.has(index);
    if (!isOdd && ORDINARY.test(word)) {
      if (open !== null && words - open.lastWord > PATIENCE) open = null;
      continue;
    }
    mixed++;
    if (isOdd) strange++;
    if (open === null)
      passages.push((open = { start: index, end, mixed: 1, odd: 0, firstWord: words, lastWord: words }));
    else {
      open.mixed++;
      open.end = end;
      open.lastWord = words;
    }
    if (isOdd) open.odd++;
  }
  if (strange > 0 && mixed >= FEWEST && mixed > WHOLE * words)
    return [{ start: passages[0]!.start, end: passages.at(-1)!.end }];
  return passages.filter(
    (one) => one.odd > 0 && one.mixed >= PASSAGE_WORDS && one.mixed >= PASSAGE * (one.lastWord - one.firstWord + 1),
  );
}

interface Passage {
  readonly start: number;
  end: number;
  mixed: number;
  odd: number;
  readonly firstWord: number;
  lastWord: number;
}
