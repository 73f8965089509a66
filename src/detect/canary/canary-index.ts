import { codePointAt } from '../../text/code-point.ts';
import { APART, foldCharacter, FOLDED_ASCII, OTHER, UNSEEN } from '../../text/fold-character.ts';
import { type Form, formsOf } from './forms.ts';

/** A token to look for. */
export interface Canary {
  readonly id: string;
  readonly note?: string | null;
  readonly token: string;
}

export interface CanaryMatch {
  readonly start: number;
  readonly end: number;
  readonly canary: Canary;
  /** How it is written. */
  readonly form: string;
}

export interface CanaryReading {
  readonly matches: readonly CanaryMatch[];
  /** From here on a longer text may change something. */
  readonly hold: number;
}

/** Letters that a seed has: a stretch of a form is looked at closely where eight of its letters are there. */
const SEED = 8;
/** Every fourth place of a form begins a seed, so eleven letters in a row hold one whole. */
const STRIDE = 4;
/** Letters of the pieces that tell at once that a text has nothing of any form. */
const GRAM = 5;
const RADIX = 36;
const BEFORE_LAST = RADIX ** (GRAM - 1);
/** Units that may stand between two letters of a token. */
const GAP = 16;
const BREAK = 255;
const NOTHING: CanaryReading['matches'] = Object.freeze([]);

/**
 * Looks for every form of every token in one pass, exactly as far as each goes: seed and extend. A bit table of all
 * five-letter pieces turns ordinary text away at an array read a letter; the length of the run of pieces that are in it
 * says how much of a text's end may still become a token.
 */
export function createCanaryIndex(canaries: readonly Canary[], least: number): (text: string) => CanaryReading {
  const forms: { readonly digits: Uint8Array; readonly form: Form; readonly canary: Canary }[] = [];
  for (const canary of canaries) {
    for (const form of formsOf(canary.token, least)) forms.push({ digits: digitsOf(form.text), form, canary });
  }
  const grams = forms.reduce((sum, { digits }) => sum + digits.length, 0);
  const shift = 32 - Math.max(16, Math.ceil(Math.log2(16 * (grams + 1))));
  const bits = new Uint8Array(1 << (32 - shift - 3));
  const seeds = new Map<number, number[]>();
  let longest = 0;
  for (const [index, { digits, form }] of forms.entries()) {
    longest = Math.max(longest, form.least);
    let gram = 0;
    for (let i = 0; i < digits.length; i++) {
      gram = (gram % BEFORE_LAST) * RADIX + digits[i]!;
      if (i >= GRAM - 1) {
        const bit = Math.imul(gram, 0x9e3779b1) >>> shift;
        bits[bit >> 3]! |= 1 << (bit & 7);
      }
    }
    for (let i = 0; i + SEED <= digits.length; i += STRIDE) {
      const key = seedAt(digits, i);
      const places = seeds.get(key);
      if (places === undefined) seeds.set(key, [index, i]);
      else places.push(index, i);
    }
  }

  return (text) => {
    if (forms.length === 0) return { matches: NOTHING, hold: text.length };
    const kept = keepLetters(text);
    const { digits, starts, ends, count } = kept;
    let matches: CanaryMatch[] | undefined;
    let pending = text.length;
    let floor = 0; // letters before it belong to a match
    let gram = 0;
    let run = 0; // letters since the floor or a break
    let chain = 0; // pieces in a row that some form has
    for (let k = 0; k < count; k++) {
      const digit = digits[k]!;
      if (digit === BREAK) {
        run = chain = 0;
        continue;
      }
      gram = (gram % BEFORE_LAST) * RADIX + digit;
      if (++run < GRAM) continue;
      const bit = Math.imul(gram, 0x9e3779b1) >>> shift;
      if ((bits[bit >> 3]! & (1 << (bit & 7))) === 0) {
        chain = 0;
        continue;
      }
      if (++chain < SEED - GRAM + 1) continue;
      const places = seeds.get(seedAt(digits, k - SEED + 1));
      if (places === undefined) continue;
      let best: { from: number; to: number; index: number } | null = null;
      for (let p = 0; p < places.length; p += 2) {
        const { digits: own, form } = forms[places[p]!]!;
        let from = k - SEED + 1;
        let at = places[p + 1]!;
        let to = k + 1;
        let next = at + SEED;
        while (from > floor && at > 0 && own[at - 1] === digits[from - 1]) {
          from--;
          at--;
        }
        while (to < count && next < own.length && own[next] === digits[to]) {
          to++;
          next++;
        }
        if (to === count && next < own.length) pending = Math.min(pending, starts[from]!);
        if (to - from >= form.least && (best === null || to - from > best.to - best.from))
          best = { from, to, index: places[p]! };
      }
      if (best === null) continue;
      const { form, canary } = forms[best.index]!;
      (matches ??= []).push({ start: starts[best.from]!, end: ends[best.to - 1]!, canary, form: form.name });
      floor = best.to;
      k = floor - 1;
      run = chain = 0;
    }
    if (kept.open && count > 0) {
      const live = chain > 0 ? Math.min(chain + GRAM - 1, longest) : Math.min(run, GRAM - 1);
      if (live > 0) pending = Math.min(pending, starts[count - live]!);
    } else pending = text.length;
    if (isHighSurrogate(text.charCodeAt(text.length - 1))) pending = Math.min(pending, text.length - 1);
    return { matches: matches ?? NOTHING, hold: pending };
  };
}

interface Kept {
  readonly digits: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly count: number;
  /** Whether a letter that follows the text would go on from its last one. */
  readonly open: boolean;
}

/** The letters and digits of a text with where they stand; a break where nothing can go on. */
function keepLetters(text: string): Kept {
  const { length } = text;
  const digits = new Uint8Array(length);
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  let count = 0;
  let last = 0; // end of the last letter
  for (let i = 0; i < length;) {
    let cp = text.charCodeAt(i);
    let size = 1;
    let code: number;
    if (cp < 0x80) code = FOLDED_ASCII[cp]!;
    else {
      if (isHighSurrogate(cp)) {
        if (i + 1 === length) break; // its other half may follow
        cp = codePointAt(text, i);
        size = cp > 0xffff ? 2 : 1;
      }
      code = foldCharacter(cp);
    }
    if (code !== APART && code !== UNSEEN) {
      // A break stands in the place of the letter before the gap is over, so the arrays are never too short.
      if (i - last > GAP && count > 0 && digits[count - 1] !== BREAK) digits[count++] = BREAK;
      if (code === OTHER) {
        if (count > 0 && digits[count - 1] !== BREAK) digits[count++] = BREAK;
      } else {
        digits[count] = code >= 97 ? code - 87 : code - 48;
        starts[count] = i;
        ends[count++] = i + size;
      }
      last = i + size;
    }
    i += size;
  }
  return { digits, starts, ends, count, open: length - last <= GAP };
}

function seedAt(digits: Uint8Array, from: number): number {
  let key = 0;
  for (let i = from; i < from + SEED; i++) key = key * RADIX + digits[i]!;
  return key;
}

function digitsOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => Number.parseInt(letter, RADIX));
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
