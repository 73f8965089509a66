import { ENGLISH_WORDS } from './english-words.ts';
import { commonWords } from './language-likeness.ts';
import { countLetters, LETTERS as ALPHABET, likeliestTurn, MIRRORED } from './letter-frequency.ts';

/**
 * Texts that were turned letter by letter: shifted along the alphabet (Caesar, of which rot13 is one), mirrored in it (Atbash),
 * or written backwards. Words under rot13 and backwards are looked up in an index, because these two are usual and can stand
 * among plain words; the other ways are told line by line from how often each letter stands there.
 */
export interface Turn {
  readonly via: 'rot13' | 'caesar' | 'atbash' | 'reversed';
  /** Places by which letters are shifted back; 0 for the others. */
  readonly shift: number;
  /** What was turned; rot13 and reversing are undone in the whole text, as it can't be told where they end. */
  readonly start: number;
  readonly end: number;
}

const SHORTEST = 4;
const LONGEST = 16;
const ROT13 = 1;
const REVERSED = 2;
const SIZE = 1 << 15;
/** Different words that must become plain before a whole text is taken for turned. */
const WORDS = 3;
/** Letters that a line has before their frequencies say anything, and how much likelier (nats) turning must make them. */
const LETTERS = 24;
const GAIN = 12;

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

/** Hash of the letters of a word so far; a letter is 0 for a and 25 for z. */
export function hashStep(hash: number, letter: number): number {
  return Math.imul(hash ^ letter, 0x01000193);
}

/** Built when first needed: both forms of every word. */
function buildIndex(): Index {
  const hashes = new Int32Array(SIZE);
  const ways = new Uint8Array(SIZE);
  for (const word of ENGLISH_WORDS) {
    if (word.length > LONGEST) continue;
    for (const way of [ROT13, REVERSED]) {
      let hash = 0;
      for (let i = 0; i < word.length; i++) {
        const letter = word.charCodeAt(way === REVERSED ? word.length - 1 - i : i) - 97;
        hash = hashStep(hash, way === REVERSED ? letter : (letter + 13) % 26);
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
  readonly #words = new Map<number, { readonly plain: Set<string>; readonly start: number; end: number }>();

  /** Shows the word `text[start, end)`, only letters, whose hash is `hash`. */
  see(text: string, start: number, end: number, hash: number): void {
    if (end - start < SHORTEST || end - start > LONGEST) return;
    index ??= buildIndex();
    const { hashes, ways } = index;
    for (let place = hash & (SIZE - 1); ways[place] !== 0; place = (place + 1) & (SIZE - 1)) {
      if (hashes[place] !== hash) continue;
      const word = text.slice(start, end).toLowerCase();
      if (ENGLISH_WORDS.has(word)) return;
      const way = ways[place]!;
      const plain = way === REVERSED ? [...word].reverse().join('') : shiftBack(word, 13);
      if (!ENGLISH_WORDS.has(plain)) continue;
      const votes = this.#words.get(way);
      if (votes === undefined) this.#words.set(way, { plain: new Set([plain]), start, end });
      else {
        votes.plain.add(plain);
        votes.end = end;
      }
    }
  }

  result(): Turn | null {
    let best: Turn | null = null;
    let most = WORDS - 1;
    for (const [way, { plain, start, end }] of this.#words) {
      if (plain.size <= most) continue;
      most = plain.size;
      best = { via: way === REVERSED ? 'reversed' : 'rot13', shift: way === REVERSED ? 0 : 13, start, end };
    }
    return best;
  }
}

/** For one line after another. */
const LETTER_COUNTS = new Uint32Array(ALPHABET + 1);

/** Lines whose letters are those of English once they are turned, and whose words are then, too. */
export function turnedLines(text: string): Turn[] {
  const found: Turn[] = [];
  const counts = LETTER_COUNTS;
  for (let start = 0; start < text.length;) {
    const next = text.indexOf('\n', start);
    const end = next < 0 ? text.length : next;
    if (end - start >= LETTERS && countLetters(text, start, end, counts) >= LETTERS) {
      const { way, gain } = likeliestTurn(counts);
      if (gain >= GAIN) {
        const shift = way === MIRRORED ? 0 : way;
        const via = way === MIRRORED ? 'atbash' : way === 13 ? 'rot13' : 'caesar';
        const turn: Turn = { via, shift, start, end };
        const { known, words } = commonWords(turnBack(text.slice(start, Math.min(end, start + 512)), turn));
        if (known >= 3 && known >= words * 0.3) found.push(turn);
      }
    }
    start = end + 1;
  }
  return found;
}

/** A text as it was before it was turned; reversing is by UTF-16 unit, so that positions can be turned back. */
export function turnBack(text: string, { via, shift }: Pick<Turn, 'via' | 'shift'>): string {
  if (via === 'reversed') return Array.from({ length: text.length }, (_, i) => text[text.length - 1 - i]).join('');
  return via === 'atbash' ? atbash(text) : shiftBack(text, shift);
}
