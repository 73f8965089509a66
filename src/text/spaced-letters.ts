import { COMMON_WORDS } from './common-words.ts';
import { ENGLISH_WORDS } from './english-words.ts';
import { englishLetters } from './letter-frequency.ts';

/** `i g n o r e`, `i.g.n.o.r.e`: a run of single letters that spell words. */
export interface SpacedRun {
  readonly start: number;
  readonly end: number;
  /** Index of each letter. */
  readonly letters: readonly number[];
  /** Positions in `letters` before which a word begins (a separator that is not the usual one). */
  readonly breaks: readonly number[];
}

/** Letters of a run that are looked at; a longer run is settled by its beginning. */
export const LONGEST_RUN = 256;
const WIDEST_SEPARATOR = 3;
/** Letters of a run at least. */
export const FEWEST = 5;

/**
 * All maximal runs of single ASCII letters with one to three separators between them, at least `fewest` long, whether they
 * spell anything or not. Runs do not overlap.
 */
export function spacedRuns(text: string, fewest = FEWEST): SpacedRun[] {
  const runs: SpacedRun[] = [];
  let letters: number[] = [];
  let separators: string[] = [];
  const flush = (): void => {
    if (letters.length >= fewest) runs.push(runOf(letters, separators));
    letters = [];
    separators = [];
  };
  for (let i = 0; i < text.length; i++) {
    if (!isLetter(text.charCodeAt(i))) continue;
    if (isWordUnit(text, i + 1) || isWordUnit(text, i - 1)) {
      if (letters.length > 0) flush();
      // On to the end of the word.
      while (isWordUnit(text, i + 1)) i++;
      continue;
    }
    const last = letters.at(-1);
    if (last !== undefined) {
      const gap = i - last - 1;
      if (gap > WIDEST_SEPARATOR || letters.length === LONGEST_RUN || !isSeparator(text, last + 1, i)) flush();
      else separators.push(text.slice(last + 1, i));
    }
    letters.push(i);
  }
  flush();
  return runs;
}

/** Letters from which on their frequencies tell whether they spell anything, whatever the words are. */
const MANY = 20;
/** Nats a letter by which a run is likelier as language than as letters drawn at random: half of what English has. */
const LIKELY = 0.15;

/**
 * What the letters of a run spell, or null when that is nothing: words cover 60 % of them, or they are many and as frequent as
 * letters are in a language.
 */
export function spelling(text: string, run: SpacedRun): string | null {
  let spelt = '';
  let next = 0;
  for (const [k, at] of run.letters.entries()) {
    if (run.breaks[next] === k) {
      spelt += ' ';
      next++;
    }
    spelt += text[at]!;
  }
  const words = spelt.toLowerCase().split(' ');
  let covered = 0;
  for (const word of words) covered += longestCover(word);
  if (covered >= Math.max(4, run.letters.length * 0.6)) return spelt;
  const letters = run.letters.length;
  return letters >= MANY && englishLetters(spelt, 0) >= LIKELY * letters ? spelt : null;
}

/** Most letters of a word that common words of three letters and more (at least one of four) can cover side by side. */
function longestCover(word: string): number {
  const best = new Uint16Array(word.length + 1);
  let long = false;
  for (let end = 1; end <= word.length; end++) {
    best[end] = best[end - 1]!;
    for (let size = 3; size <= 12 && size <= end; size++) {
      if (best[end - size]! + size > best[end]! && spells(word.slice(end - size, end))) {
        best[end] = best[end - size]! + size;
        long ||= size >= 4;
      }
    }
  }
  return long || best[word.length] === word.length ? best[word.length]! : 0;
}

/** Short words are many, and some would fit any letters. */
function spells(word: string): boolean {
  return COMMON_WORDS.has(word) || (word.length >= 5 && ENGLISH_WORDS.has(word));
}

function runOf(letters: number[], separators: string[]): SpacedRun {
  const counts = new Map<string, number>();
  for (const one of separators) counts.set(one, (counts.get(one) ?? 0) + 1);
  const usual = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0])[0];
  const breaks: number[] = [];
  for (const [k, one] of separators.entries()) if (one !== usual && /[ \t\n]/.test(one)) breaks.push(k + 1);
  return { start: letters[0]!, end: letters.at(-1)! + 1, letters, breaks };
}

function isSeparator(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (!SEPARATORS.has(text[i]!)) return false;
  return true;
}

const SEPARATORS = new Set(' \t\n.-_*|,/~+=:;·•–—\u00a0');

function isLetter(unit: number): boolean {
  return (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;
}

function isWordUnit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return (
    (unit >= 0x80 && unit !== 0xa0 && unit !== 0xb7 && unit < 0x2000) ||
    unit >= 0x2070 ||
    isLetter(unit) ||
    (unit >= 48 && unit <= 57) ||
    unit === 39
  );
}
