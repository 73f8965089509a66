/**
 * How often each letter stands in English, in thousandths (counted in permissively licensed prompts and documents; the order
 * agrees with every published table).
 */
const THOUSANDTHS = [
  80, 15, 30, 37, 124, 21, 20, 50, 74, 2, 8, 41, 26, 71, 78, 21, 1, 61, 65, 92, 29, 10, 18, 2, 19, 1,
];
const LOG_RATIO = Float64Array.from(THOUSANDTHS, (share) => Math.log((share * 26) / 1000));
export const LETTERS = 26;
const WAYS = 27;
/** The alphabet mirrored. */
export const MIRRORED = 26;
/** By way and letter: the log ratio of what the letter is when it is turned. */
const RATIOS = Float64Array.from({ length: WAYS * LETTERS }, (_, at) => {
  const [way, letter] = [Math.floor(at / LETTERS), at % LETTERS];
  return LOG_RATIO[way === MIRRORED ? LETTERS - 1 - letter : (letter + LETTERS - way) % LETTERS]!;
});

/** Natural log of how much likelier letters are as English shifted by `way` (or mirrored) than as letters at random. */
export function englishLetters(text: string, way: number): number {
  const counts = new Uint32Array(LETTERS + 1);
  countLetters(text, 0, text.length, counts);
  return score(counts, way);
}

/** Which letter a unit is, and `LETTERS` for what is none. */
const LETTER_OF = Uint8Array.from({ length: 128 }, (_, unit) => {
  const letter = (unit | 0x20) - 97;
  return letter >= 0 && letter < LETTERS ? letter : LETTERS;
});

/**
 * How often each letter stands in `[start, end)`, either case, and behind them how many units are none.
 * @param counts one longer than there are letters; cleared first
 * @returns how many letters there are
 */
export function countLetters(text: string, start: number, end: number, counts: Uint32Array): number {
  counts.fill(0);
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at);
    counts[unit < 128 ? LETTER_OF[unit]! : LETTERS]!++;
  }
  return end - start - counts[LETTERS]!;
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
  const from = way * LETTERS;
  let sum = 0;
  for (let letter = 0; letter < LETTERS; letter++) sum += counts[letter]! * RATIOS[from + letter]!;
  return sum;
}
