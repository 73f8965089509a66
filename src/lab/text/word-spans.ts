/** A word of a text: where it stands, in UTF-16 units. */
export interface WordSpan {
  readonly start: number;
  readonly end: number;
  readonly word: string;
}

const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}'\u2019]*/gu;
const BETWEEN_SPACES = /\S+/gu;

/** Words of a text: letters and digits with what stands on them and apostrophes. Linear. */
export function wordSpans(text: string): WordSpan[] {
  return [...text.matchAll(WORD)].map(({ index, 0: word }) => ({ start: index, end: index + word.length, word }));
}

/** The text with one word replaced. */
export function withWord(text: string, { start, end }: WordSpan, word: string): string {
  return text.slice(0, start) + word + text.slice(end);
}

/** Where a word of the original stands after others changed their lengths. */
export function movedBy(
  word: WordSpan,
  changed: readonly { readonly start: number; readonly grown: number }[],
): WordSpan {
  const by = changed.reduce((sum, { start, grown }) => sum + (start < word.start ? grown : 0), 0);
  return { ...word, start: word.start + by, end: word.end + by };
}

/** Longest texts whose words are aligned; beyond, words are compared place by place. */
const ALIGNED = 4000;

/**
 * How many words of a text another one changes: the edit distance over what stands between white space (Levenshtein), with the number of words of the
 * original. Invisible characters and look-alikes change a word like any other letter.
 */
export function wordsChanged(original: string, changed: string): { readonly changed: number; readonly of: number } {
  const a = original.match(BETWEEN_SPACES) ?? [];
  const b = changed.match(BETWEEN_SPACES) ?? [];
  // What both begin and end with cannot lower the distance when it is aligned otherwise.
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from++;
  let tail = 0;
  while (tail < a.length - from && tail < b.length - from && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const left = a.slice(from, a.length - tail);
  const right = b.slice(from, b.length - tail);
  return { changed: editDistance(left, right), of: a.length };
}

/** Words that an attack may change: a share of all, and one at least. */
export function wordsAllowed(words: number, share: number): number {
  return Math.min(words, Math.max(1, Math.floor(share * words + 1e-9)));
}

/** Levenshtein 1966, by rows. */
function editDistance(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Math.max(a.length, b.length);
  if (a.length > ALIGNED || b.length > ALIGNED) {
    let different = Math.abs(a.length - b.length);
    for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) different++;
    return different;
  }
  let row = Uint32Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = new Uint32Array(b.length + 1);
    next[0] = i;
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
