import { chained, MappedTextBuilder, unchanged, type MappedText } from './mapped-text.ts';
import { spacedRuns, spelling } from './spaced-letters.ts';
import { leet, oddCase, stretchedWord } from './word-tricks.ts';

export interface Folded extends MappedText {
  readonly undone: readonly string[];
}

const WORD = /[A-Za-z0-9@$!|+]+/g;
const TRICKS = [
  ['case-flips', oddCase],
  ['leet', leet],
  ['stretched', stretchedWord],
] as const;

/** The text with spelt-out, leet, case-flipped and stretched words as ordinary ones, or null when there are none. */
export function foldWords(text: string): Folded | null {
  const undone = new Set<string>();
  const joined = joinLetters(text);
  if (joined !== null) undone.add('spaced-letters');
  const base = joined ?? unchanged(text);
  const out = new MappedTextBuilder(base.text);
  let plain = 0;
  for (const { 0: word, index } of base.text.matchAll(WORD)) {
    for (const [name, undo] of TRICKS) {
      const folded = undo(word);
      if (folded === null) continue;
      undone.add(name);
      out.copy(plain, index);
      if (folded.length === word.length)
        for (let k = 0; k < word.length; k++) out.replace(folded[k]!, index + k, index + k + 1);
      else out.replace(folded, index, index + word.length);
      plain = index + word.length;
      break;
    }
  }
  if (undone.size === 0) return null;
  out.copy(plain, base.text.length);
  return { ...(plain === 0 ? base : chained(base, out.build())), undone: [...undone] };
}

function joinLetters(text: string): MappedText | null {
  const out = new MappedTextBuilder(text);
  let plain = 0;
  for (const run of spacedRuns(text)) {
    if (spelling(text, run) === null) continue;
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
