/** How far behind a value a context word may begin and still count. */
export const RIGHT_REACH = 24;

interface ContextWord {
  readonly text: string;
  readonly open: boolean;
}

export type ContextTest = (window: string) => boolean;

/**
 * Makes a test for words in a window of text in lower case. Words of scripts that put spaces between words match whole
 * words only; `*` at the end of one allows any ending.
 */
export function createContextTest(words: readonly string[]): ContextTest {
  const compiled: readonly ContextWord[] = words.map((word) => ({
    text: word.endsWith('*') ? word.slice(0, -1) : word,
    open: word.endsWith('*'),
  }));
  const find = (window: string): boolean => {
    for (const { text, open } of compiled) {
      for (let at = window.indexOf(text); at !== -1; at = window.indexOf(text, at + 1)) {
        if (joins(text, 0, window, at - 1)) continue;
        if (open || !joins(text, text.length - 1, window, at + text.length)) return true;
      }
    }
    return false;
  };
  const empty = find('');
  // Cells of one column have the same words before them.
  let last = '';
  let found = empty;
  return (window) => {
    if (window === '') return empty;
    if (window !== last) {
      found = find(window);
      last = window;
    }
    return found;
  };
}

/** True when the unit of the window beside a word's edge makes the word part of a longer one. */
function joins(word: string, edge: number, window: string, beside: number): boolean {
  if (beside < 0 || beside >= window.length) return false;
  return isSpacedLetter(word.charCodeAt(edge)) && isSpacedLetter(window.charCodeAt(beside));
}

/** Letters of scripts with spaces between words. Digits do not count: `tel2`, `ssn1`. */
function isSpacedLetter(code: number): boolean {
  if (code < 128) return (code | 32) >= 97 && (code | 32) <= 122;
  return (code >= 0xc0 && code < 0x0e00) || (code >= 0x1e00 && code < 0x2000);
}

/** What stands before `start` in its sentence, in lower case, at most `reach` units and one more for the edge. */
export function windowBefore(text: string, start: number, reach: number): string {
  let from = Math.max(0, start - reach - 1);
  for (let i = start - 1; i > from + 4; i--) {
    const code = text.charCodeAt(i);
    // A full stop behind a word of four letters or more ends a sentence; `No. 12` does not. An empty line always does.
    if (code === 10 && text.charCodeAt(i - 1) === 10) from = i;
    else if ((code === 32 || code === 10) && isStop(text.charCodeAt(i - 1)) && isWordBefore(text, i - 1)) from = i;
  }
  return text.slice(from, start).toLowerCase();
}

/**
 * What stands behind `end` in its clause, in lower case; `open` when more text could change it. A word that a colon
 * follows is the name of the next value, so such a clause says nothing about this one.
 */
export function windowBehind(text: string, end: number): { readonly window: string; readonly open: boolean } {
  const limit = end + RIGHT_REACH + 1;
  let to = end;
  while (to < text.length && to < limit && !CLAUSE_ENDS.includes(text[to]!)) to++;
  const named = text[to] === ':' || text[to] === '=';
  return { window: named ? '' : text.slice(end, to).toLowerCase(), open: to === text.length && to < limit };
}

const CLAUSE_ENDS = '\n,;|.:=';

function isStop(code: number): boolean {
  return code === 46 || code === 33 || code === 63;
}

function isWordBefore(text: string, at: number): boolean {
  for (let i = at - 4; i < at; i++) if (!isSpacedLetter(text.charCodeAt(i))) return false;
  return true;
}
