import type { Random } from '../../math/random.ts';
import { confusables } from '../../text/confusables.ts';
import { FUNCTION_WORDS } from './function-words.ts';
import { misspelling } from './misspelling.ts';
import { synonymsOf } from './synonyms.ts';
import { movedBy, withWord, type WordSpan, wordSpans } from './word-spans.ts';

export const TEXT_CHANGES = ['misspelling', 'synonym', 'invisible', 'look-alike'] as const;
export type TextChange = (typeof TEXT_CHANGES)[number];

let lookAlikes: ReadonlyMap<string, readonly string[]> | undefined;

/** Letters that look like an ASCII character. */
export function lookAlikesOf(character: string): readonly string[] {
  if (lookAlikes === undefined) {
    const found = new Map<string, string[]>();
    for (const [other, ascii] of confusables()) {
      if (ascii.length !== 1 || other === ascii) continue;
      const list = found.get(ascii) ?? [];
      list.push(other);
      found.set(ascii, list);
    }
    lookAlikes = found;
  }
  return lookAlikes.get(character) ?? [];
}

/**
 * A text with up to `most` of its words changed at random, as attackers and careless people change them; words that carry grammar stay.
 * @param weight how likely a word is to be changed against others; default: all alike
 */
export function disturbText(
  text: string,
  most: number,
  kinds: readonly TextChange[],
  random: Random,
  weight: (word: string) => number = () => 1,
): string {
  const words = wordSpans(text).filter(({ word }) => word.length > 2 && !FUNCTION_WORDS.has(word.toLowerCase()));
  // Efraimidis and Spirakis 2006: the largest u^(1/w) are a draw without replacement by weight.
  const drawn = words
    .map((word) => ({
      word,
      key: Math.log(Math.max(random.uniform(), 1e-12)) / Math.max(weight(word.word.toLowerCase()), 1e-6),
    }))
    .toSorted((a, b) => b.key - a.key)
    .slice(0, most);
  let out = text;
  const changed: { start: number; grown: number }[] = [];
  for (const { word } of drawn) {
    const other = changedWord(word, kinds[random.below(kinds.length)]!, random);
    out = withWord(out, movedBy(word, changed), other);
    changed.push({ start: word.start, grown: other.length - word.word.length });
  }
  return out;
}

function changedWord({ word }: WordSpan, kind: TextChange, random: Random): string {
  const letters = [...word];
  const at = random.below(letters.length);
  switch (kind) {
    case 'misspelling':
      return misspelling(word, random);
    case 'synonym': {
      const others = synonymsOf(word);
      return others.length === 0 ? misspelling(word, random) : others[random.below(others.length)]!;
    }
    case 'invisible':
      return [
        ...letters.slice(0, at),
        ['\u200b', '\u200c', '\u200d', '\u00ad'][random.below(4)]!,
        ...letters.slice(at),
      ].join('');
    case 'look-alike': {
      const others = lookAlikesOf(letters[at]!);
      if (others.length === 0) return misspelling(word, random);
      return [...letters.slice(0, at), others[random.below(others.length)]!, ...letters.slice(at + 1)].join('');
    }
    default:
      throw new TypeError(kind satisfies never);
  }
}
