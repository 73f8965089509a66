/**
 * How often each letter stands in English, in thousandths (counted in permissively licensed prompts and documents; the order
 * agrees with every published table).
 */
const THOUSANDTHS = [
  80, 15, 30, 37, 124, 21, 20, 50, 74, 2, 8, 41, 26, 71, 78, 21, 1, 61, 65, 92, 29, 10, 18, 2, 19, 1,
];
const LOG_RATIO = Float64Array.from(THOUSANDTHS, (share) => Math.log((share * 26) / 1000));
const WAYS = 27;
/** The alphabet mirrored. */
export const MIRRORED = 26;

/** Natural log of how much likelier letters are as English shifted by `way` (or mirrored) than as letters at random. */
export function englishLetters(text: string, way: number): number {
  return score(countLetters(text, 0, text.length), way);
}

/** How often each letter stands in `[start, end)`, either case. */
export function countLetters(text: string, start: number, end: number): Uint32Array {
  const counts = new Uint32Array(26);
  for (let i = start; i < end; i++) {
    const letter = (text.charCodeAt(i) | 0x20) - 97;
    if (letter >= 0 && letter < 26 && text.charCodeAt(i) < 128) counts[letter]!++;
  }
  return counts;
}

/** The way in which letters are likeliest to be English, and by how much likelier (nats) than as they stand. */
export function likeliestTurn(counts: Uint32Array): { readonly way: number; readonly gain: number } {
  const plain = score(counts, 0);
  let way = 0;
  let most = plain;
  for (let one = 1; one < WAYS; one++) {
    const value = score(counts, one);
    if (value <= most) continue;
    most = value;
    way = one;
  }
  return { way, gain: most - plain };
}

function score(counts: Uint32Array, way: number): number {
  let sum = 0;
  for (let letter = 0; letter < 26; letter++)
    sum += counts[letter]! * LOG_RATIO[way === MIRRORED ? 25 - letter : (letter + 26 - way) % 26]!;
  return sum;
}
