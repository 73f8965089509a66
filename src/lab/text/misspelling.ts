import type { Random } from '../../math/random.ts';
import { wordSpans } from './word-spans.ts';

/**
 * One spelling of each kind: a letter replaced, left out, put in, two swapped (Gao et al. 2018, section 3.2, Table 2). The first letter stays, so that people
 * still read the word.
 */
export function misspellings(word: string, random: Random): string[] {
  const letters = [...word];
  const n = letters.length;
  if (n < 2) return [];
  const at = 1 + random.below(n - 1);
  const letter = 'abcdefghijklmnopqrstuvwxyz'[random.below(26)]!;
  const found = [
    [...letters.slice(0, at), letter, ...letters.slice(at + 1)],
    [...letters.slice(0, at), ...letters.slice(at + 1)],
    [...letters.slice(0, at), letter, ...letters.slice(at)],
  ];
  if (n > 2) {
    const swap = 1 + random.below(n - 2);
    found.push([...letters.slice(0, swap), letters[swap + 1]!, letters[swap]!, ...letters.slice(swap + 2)]);
  }
  return found.map((spelling) => spelling.join('')).filter((spelling) => wordSpans(spelling).length === 1);
}

/** One of them; the word itself where it has none. */
export function misspelling(word: string, random: Random): string {
  const all = misspellings(word, random);
  return all[random.below(Math.max(1, all.length))] ?? word;
}
