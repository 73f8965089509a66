import { codePointAt } from '../../text/code-point.ts';
import { APART, foldCharacter, UNSEEN } from '../../text/fold-character.ts';

/** The words of a text, each as a hash, with where they stand. */
export interface Words {
  readonly count: number;
  /** 32-bit hashes of the words' letters, without case, accents, look-alikes, apostrophes and what is invisible. */
  readonly hashes: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** 2 for a word, 1 for a character of a script that writes without spaces. */
  readonly weights: Uint8Array;
  /** Words that more text cannot change: all, or all but the last. */
  readonly settled: number;
  /** Where the text begins that more of it could still make into another word. */
  readonly open: number;
}

/** Units of the longest word; a longer run of letters is one that nothing knows. */
const LONGEST = 64;
const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;
const NO_WORD = 0;

const SEPARATOR = -1;
const WITHIN = -2;
const TABLE_SIZE = 0x20000;
/** 1 + letter, or the codes above; 0 is not known yet. */
const letters = new Int32Array(TABLE_SIZE);

/** The letter that a character is, whatever its case and style, or `SEPARATOR` or `WITHIN`. */
function letterOf(cp: number): number {
  if (cp >= TABLE_SIZE) return foldCharacter(cp) === UNSEEN ? WITHIN : cp;
  const known = letters[cp]!;
  if (known !== 0) return known > 0 ? known - 1 : known;
  const letter = computeLetter(cp);
  letters[cp] = letter >= 0 ? letter + 1 : letter;
  return letter;
}

function computeLetter(cp: number): number {
  // Apostrophes: don't, l’état.
  if (cp === 0x27 || cp === 0x2018 || cp === 0x2019 || cp === 0x60 || cp === 0xb4)
    return cp === 0x60 ? SEPARATOR : WITHIN;
  const lower = String.fromCodePoint(cp).toLowerCase().codePointAt(0)!;
  const folded = foldCharacter(lower);
  if (folded === APART) return SEPARATOR;
  if (folded === UNSEEN) return WITHIN;
  return folded > UNSEEN ? folded : lower;
}

/** Scripts that put no spaces between words: Thai to Myanmar, Khmer, kana, Han. */
function standsAlone(cp: number): boolean {
  return (
    cp >= 0xe00 &&
    ((cp >= 0x3041 && cp <= 0x30ff) ||
      (cp >= 0x3400 && cp <= 0x9fff) ||
      (cp <= 0xeff && cp >= 0xe00) ||
      (cp >= 0x1000 && cp <= 0x109f) ||
      (cp >= 0x1780 && cp <= 0x17ff) ||
      (cp >= 0xf900 && cp <= 0xfaff) ||
      cp >= 0x20000)
  );
}

/**
 * Reads a text as words. Numbers of one or two digits are left out, because lists are numbered anew; percent-encoded ASCII
 * is read as what it stands for. Linear, and a function of each word alone.
 */
export function readWords(text: string): Words {
  const { length } = text;
  const most = (length >> 1) + 2 + countAlone(text);
  const hashes = new Int32Array(most);
  const starts = new Int32Array(most);
  const ends = new Int32Array(most);
  const weights = new Uint8Array(most);
  let count = 0;
  let begin = -1; // of the word that is being read
  let end = 0;
  let hash = FNV_OFFSET;
  let size = 0;
  let digitsOnly = true;
  let cut = -1; // where a word stands, or would, that an escape at the text's end may still belong to
  let whole = 0; // words before it

  const close = (): void => {
    if (begin >= 0 && !(digitsOnly && size <= 2)) {
      hashes[count] = size > LONGEST ? NO_WORD : hash;
      starts[count] = begin;
      ends[count] = end;
      weights[count++] = 2;
    }
    begin = -1;
  };

  for (let i = 0; i < length;) {
    let cp = text.charCodeAt(i);
    let units = 1;
    if (cp === 0x25) {
      // Percent.
      const code = i + 2 < length ? Number.parseInt(text.slice(i + 1, i + 3), 16) : NaN;
      if (i + 2 >= length && /^[0-9a-f]?$/i.test(text.slice(i + 1))) {
        cut = begin >= 0 ? begin : i;
        whole = count;
      }
      if (code < 0x80 && /^[0-9a-f]{2}$/i.test(text.slice(i + 1, i + 3))) {
        cp = code;
        units = 3;
      }
    } else if (cp >= 0xd800 && cp <= 0xdbff) {
      cp = codePointAt(text, i);
      if (cp > 0xffff) units = 2;
    }
    const letter = letterOf(cp);
    if (letter === SEPARATOR) close();
    else if (letter !== WITHIN) {
      if (standsAlone(letter)) {
        close();
        hashes[count] = mix(FNV_OFFSET, letter);
        starts[count] = i;
        ends[count] = i + units;
        weights[count++] = 1;
      } else {
        if (begin < 0) {
          begin = i;
          hash = FNV_OFFSET;
          size = 0;
          digitsOnly = true;
        }
        hash = mix(hash, letter);
        size++;
        if (letter < 0x30 || letter > 0x39) digitsOnly = false;
        end = i + units;
      }
    }
    i += units;
  }
  const growing = begin >= 0;
  const settled = cut >= 0 ? whole : count;
  const open = cut >= 0 ? cut : growing && size <= LONGEST ? begin : length;
  close();
  return { count, hashes, starts, ends, weights, settled: growing || cut >= 0 ? settled : count, open };
}

function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, FNV_PRIME) ^ (hash >>> 15);
}

function countAlone(text: string): number {
  // Characters that are words of their own need a place each; most texts have none.
  let alone = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0xe00) alone++;
  return alone;
}
