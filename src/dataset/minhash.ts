/** Hashes in a signature, and how they fall into bands: rows that agree in one band are compared. */
export const BANDS = 16;
export const BAND_ROWS = 6;
export const SIGNATURE = BANDS * BAND_ROWS;
/** Texts with fewer words are too short for their similarity to mean anything. */
export const FEWEST_WORDS = 5;

const HIGHEST = 0x80000000 | 0;
const MULTIPLIERS = new Int32Array(SIGNATURE);
const MASKS = new Int32Array(SIGNATURE);
let state = 0x9e3779b9;
for (let at = 0; at < SIGNATURE; at++) {
  MULTIPLIERS[at] = next() | 1;
  MASKS[at] = next();
}

/** A small generator (xorshift, Marsaglia 2003): the functions must be the same in every run. */
function next(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state | 0;
}

/** Lower-case words of a text, as runs of letters and digits. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** 32-bit hash of a word (FNV-1a over UTF-16 units, with the finaliser of MurmurHash3). */
export function hashWord(word: string, seed = HASH_SEED): number {
  let h = seed;
  for (let at = 0; at < word.length; at++) h = hashStep(h, word.charCodeAt(at));
  return finished(h);
}

export const HASH_SEED = 0x811c9dc5 | 0;

/** The hash with one more unit, before it is `finished`. */
export function hashStep(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

export function finished(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** Hashes of the pairs of neighbouring words, each once. */
export function shinglesOf(words: readonly string[]): ReadonlySet<number> {
  const found = new Set<number>();
  let before = 0;
  for (const word of words) {
    const own = hashWord(word);
    if (before !== 0) found.add(pairOf(before, own));
    before = own === 0 ? 1 : own;
  }
  return found;
}

function pairOf(before: number, own: number): number {
  return finished(Math.imul(before, 31) ^ own);
}

/** Letters of ASCII as small ones, digits as they are, 0 for what stands between words. */
const UNITS = Uint8Array.from({ length: 128 }, (_, unit) =>
  /[a-z0-9]/i.test(String.fromCharCode(unit)) ? String.fromCharCode(unit).toLowerCase().charCodeAt(0) : 0,
);
/** Pairs of one text after another, in the same memory. */
let pairs = new Int32Array(1024);

/**
 * The hashes of `shinglesOf`, without an object for each; one that stands twice is there twice, which is nothing to a minimum.
 * @returns valid until the next text's are asked for; null for fewer than `FEWEST_WORDS` words
 */
export function pairsOf(text: string): Int32Array | null {
  if (pairs.length < text.length) pairs = new Int32Array(text.length);
  let [words, before, at] = [0, 0, 0];
  while (at < text.length) {
    const start = at;
    let h = HASH_SEED;
    for (; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit >= 128) return anyPairsOf(text);
      const small = UNITS[unit]!;
      if (small === 0) break;
      h = hashStep(h, small);
    }
    if (at++ === start) continue;
    const own = finished(h);
    if (words > 0) pairs[words - 1] = pairOf(before, own);
    words++;
    before = own === 0 ? 1 : own;
  }
  return words < FEWEST_WORDS ? null : pairs.subarray(0, words - 1);
}

/** Beyond ASCII it takes Unicode's tables to say what a letter is. */
function anyPairsOf(text: string): Int32Array | null {
  const words = wordsOf(text);
  return words.length < FEWEST_WORDS ? null : Int32Array.from(shinglesOf(words));
}

/**
 * MinHash signature (Broder 1997) of a set of 32-bit hashes, as 32-bit minima.
 * @param into at least `SIGNATURE` elements
 */
export function signatureOf(shingles: Int32Array, into: Uint32Array): void {
  for (let at = 0; at < SIGNATURE; at++) {
    const mask = MASKS[at]!;
    const multiplier = MULTIPLIERS[at]!;
    // With the highest bit turned, signed numbers compare as unsigned ones do, and stay small integers.
    let least = 0x7fffffff;
    for (let index = 0; index < shingles.length; index++) {
      const h = Math.imul(shingles[index]! ^ mask, multiplier);
      const own = h ^ (h >>> 15) ^ HIGHEST;
      if (own < least) least = own;
    }
    into[at] = least ^ HIGHEST;
  }
}

/**
 * Similarity from the low bytes of two signatures (b-bit minwise hashing, Li and König 2010): of unequal minima 1 in 256 agrees by chance. The standard
 * error is about 0.04 at a similarity of 0.8.
 */
export function estimate(a: Uint8Array, b: Uint8Array): number {
  let same = 0;
  for (let at = 0; at < SIGNATURE; at++) if (a[at] === b[at]) same++;
  return Math.max(0, (same / SIGNATURE - 1 / 256) / (1 - 1 / 256));
}
