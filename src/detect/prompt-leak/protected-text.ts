import { readWords, type Words } from './read-words.ts';

/** Words in a row that are compared as one. */
export const SHINGLE = 4;
/** Below so many words a text is too short to be known by anything. */
const SHORTEST = 8;
/** Longer texts are not also looked for turned: that would triple what has to be remembered. */
const TURNED_MOST = 200_000;

/**
 * What must not be repeated, as sets of hashes: whatever its length, a word of an answer costs a few look-ups. The sets of
 * one, two and three words tell how far the end of a text may be the beginning of a shingle.
 */
export interface ProtectedText {
  /** Shingle: weight of covered words that makes a finding of it (twice the number of words). */
  readonly shingles: ReadonlyMap<number, number>;
  /** `beginnings[k]`: hashes of the first `k` words of a shingle. */
  readonly beginnings: readonly ReadonlySet<number>[];
}

export function protectTexts(texts: readonly string[], minWords: number): ProtectedText {
  const shingles = new Map<number, number>();
  const beginnings = Array.from({ length: SHINGLE }, () => new Set<number>());
  const add = (words: Words, need: number): void => {
    for (let i = 0; i < words.count; i++) {
      let hash = 0;
      for (let k = 0; k < SHINGLE && i + k < words.count; k++) {
        hash = joinHash(hash, words.hashes[i + k]!);
        if (k + 1 < SHINGLE) beginnings[k + 1]!.add(hash);
        else shingles.set(hash, Math.min(need, shingles.get(hash) ?? Infinity));
      }
    }
  };
  for (const text of texts) {
    const words = readWords(text);
    let weight = 0;
    for (let i = 0; i < words.count; i++) weight += words.weights[i]!;
    if (weight < 2 * SHORTEST) continue;
    // Of a short text nearly the whole is needed, and is enough.
    const need = Math.min(2 * minWords, Math.max(2 * SHORTEST, Math.floor(weight * 0.8)));
    add(words, need);
    if (text.length > TURNED_MOST) continue;
    add(readWords(rot13(text)), need);
    add(readWords([...text].toReversed().join('')), need);
  }
  return { shingles, beginnings };
}

/** Shingles of `protects` that stand in `texts` too. */
export function sharedShingles(protects: ProtectedText, texts: readonly string[]): ReadonlySet<number> {
  const shared = new Set<number>();
  for (const text of texts) {
    const words = readWords(text);
    for (let i = 0; i + SHINGLE <= words.count; i++) {
      const hash = shingleAt(words, i);
      if (protects.shingles.has(hash)) shared.add(hash);
    }
  }
  return shared;
}

export function shingleAt(words: Words, from: number): number {
  let hash = 0;
  for (let k = 0; k < SHINGLE; k++) hash = joinHash(hash, words.hashes[from + k]!);
  return hash;
}

export function joinHash(hash: number, word: number): number {
  return Math.imul((hash << 5) ^ (hash >>> 27) ^ word, 0x9e3779b1) | 0;
}

function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
}
