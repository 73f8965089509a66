import { COMMON_WORDS } from './common-words.ts';

/**
 * Whole texts that were turned letter by letter: shifted along the alphabet (Caesar, of which rot13 is one), mirrored in it
 * (Atbash), or written backwards. An index of every common word in each of these forms makes it one look-up a word.
 */
export interface Turn {
  /** `rot13`, `caesar`, `atbash` or `reversed`. */
  readonly via: 'rot13' | 'caesar' | 'atbash' | 'reversed';
  /** Places by which letters are shifted back; 0 for the others. */
  readonly shift: number;
  /** From the first word that was recognised to the end of the last. */
  readonly start: number;
  readonly end: number;
}

const SHORTEST = 4;
const LONGEST = 16;
const ATBASH = 26;
const REVERSED = 27;
const WAYS = 28; // 1 to 25 are shifts
const SIZE = 1 << 16;

interface Index {
  readonly hashes: Int32Array;
  /** Way of turning, or 0 for an empty place. */
  readonly ways: Uint8Array;
}

let index: Index | null = null;

/** Shifts each ASCII letter back by `shift` places, keeping its case. */
export function shiftBack(text: string, shift: number): string {
  return text.replace(/[A-Za-z]/g, (letter) => {
    const unit = letter.charCodeAt(0);
    const base = (unit & 0x60) + 1;
    return String.fromCharCode(base + ((unit - base + 26 - shift) % 26));
  });
}

/** Mirrors each ASCII letter in the alphabet: a for z, b for y. */
export function atbash(text: string): string {
  return text.replace(/[A-Za-z]/g, (letter) => {
    const unit = letter.charCodeAt(0);
    return String.fromCharCode(2 * (unit & 0x60) + 27 - unit);
  });
}

function untwist(word: string, way: number): string {
  if (way === REVERSED) return [...word].reverse().join('');
  return way === ATBASH ? atbash(word) : shiftBack(word, way);
}

function hashStep(hash: number, lower: number): number {
  return Math.imul(hash ^ lower, 0x01000193);
}

/** Built when first needed: some 20,000 forms in half a megabyte. */
function buildIndex(): Index {
  const hashes = new Int32Array(SIZE);
  const ways = new Uint8Array(SIZE);
  for (const word of COMMON_WORDS) {
    if (word.length < SHORTEST || word.length > LONGEST) continue;
    for (let way = 1; way < WAYS; way++) {
      let hash = 0;
      for (let i = 0; i < word.length; i++) {
        const letter = word.charCodeAt(way === REVERSED ? word.length - 1 - i : i) - 97;
        hash = hashStep(hash, way === ATBASH ? 25 - letter : way === REVERSED ? letter : (letter + way) % 26);
      }
      let place = hash & (SIZE - 1);
      while (ways[place] !== 0) place = (place + 1) & (SIZE - 1);
      hashes[place] = hash;
      ways[place] = way;
    }
  }
  return { hashes, ways };
}

/** Counts, word by word, which way of turning would make a text plain. */
export class TurnVotes {
  readonly #words = new Map<number, { readonly plain: Set<string>; start: number; end: number; longest: number }>();
  #looked = 0;

  /** Hash of the letters of a word so far; `lower` is 0 for a and 25 for z. */
  static step = hashStep;

  /** Shows the word `text[start, end)`, only letters, whose hash is `hash`. */
  see(text: string, start: number, end: number, hash: number): void {
    if (end - start < SHORTEST || end - start > LONGEST) return;
    this.#looked++;
    index ??= buildIndex();
    const { hashes, ways } = index;
    for (let place = hash & (SIZE - 1); ways[place] !== 0; place = (place + 1) & (SIZE - 1)) {
      if (hashes[place] !== hash) continue;
      const word = text.slice(start, end).toLowerCase();
      if (COMMON_WORDS.has(word)) return;
      const way = ways[place]!;
      const plain = untwist(word, way);
      if (!COMMON_WORDS.has(plain)) continue;
      const votes = this.#words.get(way) ?? { plain: new Set<string>(), start, end, longest: 0 };
      votes.plain.add(plain);
      votes.end = end;
      votes.longest = Math.max(votes.longest, plain.length);
      this.#words.set(way, votes);
    }
  }

  /**
   * The way that most words speak for: three different ones for rot13 and reversed; more for the other shifts, because
   * there are so many of them that some short word fits one by chance.
   */
  result(): Turn | null {
    let best: Turn | null = null;
    let most = 0;
    for (const [way, { plain, start, end, longest }] of this.#words) {
      const usual = way === 13 || way === REVERSED;
      if (plain.size < (usual ? 3 : Math.max(4, this.#looked * 0.05)) || longest < (usual ? 4 : 6)) continue;
      if (plain.size <= most) continue;
      most = plain.size;
      const via = way === REVERSED ? 'reversed' : way === ATBASH ? 'atbash' : way === 13 ? 'rot13' : 'caesar';
      best = { via, shift: way < ATBASH ? way : 0, start, end };
    }
    return best;
  }
}

/** The text as it was before it was turned; reversing is by UTF-16 unit, so that positions can be turned back. */
export function turnBack(text: string, { via, shift }: Turn): string {
  if (via === 'reversed') return Array.from({ length: text.length }, (_, i) => text[text.length - 1 - i]).join('');
  return via === 'atbash' ? atbash(text) : shiftBack(text, shift);
}
