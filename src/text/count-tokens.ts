/**
 * What the text's characters weigh, by class, as fractions of a token. Set against `o200k_base`, rounded up, so that
 * ordinary prose, code and JSON are over-counted a little (see `bench/tokens.ts` for the error by kind of text).
 */
const WORD_START = 1;
const WORD_LETTER_AFTER = 5; // letters of a Latin word that its first token covers
const WORD_LETTER = 0.35;
const LONG_WORD = 14; // beyond that it is rather a key or a hash than a word
const LONG_WORD_LETTER = 0.55;
const CAPITAL = 0.7;
const ACCENTED = 1;
const DIGIT = 0.65;
const MARK = 0.85;
const MARK_RUN = 0.3; // further marks of one run
const NEWLINE = 0.6;
const BLANK_RUN = 0.01; // further blanks of one run
const GREEK = 0.55;
const CYRILLIC = 0.36;
const SEMITIC = 0.42;
const INDIC = 0.5;
const CJK = 1;
const HANGUL = 0.9;
const SURROGATE = 1.6; // half of a pair
const OTHER = 1.2;

/**
 * About how many tokens a text has, for reservations and where a provider does not report usage: one pass over the
 * characters, no tables to load, a few nanoseconds a character, whatever the text. Against `o200k_base` it is meant to
 * be high: 0 to 45 % above on prose in the larger languages, source code, JSON and digits; up to 20 % below on base64
 * and on some Latin-script languages (Polish 11 %). At most two tokens a UTF-16 unit.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  let word = 0;
  let before = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    const lower = char >= 0x61 && char <= 0x7a;
    const upper = char >= 0x41 && char <= 0x5a;
    if (lower || upper) {
      // A capital behind a small letter begins a new word, as in `camelCase`.
      if (word === 0 || (upper && before >= 0x61 && before <= 0x7a)) {
        word = 1;
        tokens += WORD_START;
      } else {
        word++;
        if (upper) tokens += CAPITAL;
        else if (word > LONG_WORD) tokens += LONG_WORD_LETTER;
        else if (word > WORD_LETTER_AFTER) tokens += WORD_LETTER;
      }
    } else if (char < 0x80) {
      word = 0;
      if (char >= 0x30 && char <= 0x39) tokens += DIGIT;
      else if (char === 0x20 || char === 0x09) tokens += before === char ? BLANK_RUN : 0;
      else if (char === 0x0a || char === 0x0d) tokens += before === 0x0a || before === 0x0d ? BLANK_RUN : NEWLINE;
      else tokens += isMark(before) ? MARK_RUN : MARK;
    } else if (char < 0x250) {
      if (word === 0) tokens += WORD_START;
      word++;
      tokens += ACCENTED;
    } else {
      word = 0;
      tokens += weightBeyondLatin(char);
    }
    before = char;
  }
  return Math.ceil(tokens);
}

/** ASCII punctuation and control characters, as a character before this one; 0 is the text's start. */
function isMark(char: number): boolean {
  if (char <= 0x20 || char >= 0x80) return false;
  return char < 0x30 || (char > 0x39 && char < 0x41) || (char > 0x5a && char < 0x61) || char > 0x7a;
}

function weightBeyondLatin(char: number): number {
  if (char < 0x400) return GREEK;
  if (char < 0x530) return CYRILLIC;
  if (char < 0x800) return SEMITIC;
  if (char < 0x1100) return INDIC;
  if (char >= 0x3040 && char < 0xa000) return CJK;
  if (char >= 0xac00 && char < 0xd7b0) return HANGUL;
  if (char >= 0xd800 && char < 0xe000) return SURROGATE;
  return OTHER;
}

/** Characters that go to the tokenizer at once: its time grows with the square of a run without a break. */
const SLICE = 512;

interface Encoder {
  encode(text: string, options: { allowedSpecial: Set<string>; disallowedSpecial: Set<string> }): number[];
}
let encoder: Promise<Encoder> | undefined;
const PLAIN = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };

/**
 * Tokens of a text in `o200k_base`, counted in slices of 512 characters: linear in time for every text, at most one
 * token too many a slice border. Loads the tokenizer's tables on the first call (about 2 MB of JavaScript).
 */
export async function countTokens(text: string): Promise<number> {
  encoder ??= import('gpt-tokenizer/encoding/o200k_base');
  const { encode } = await encoder;
  let tokens = 0;
  for (let at = 0; at < text.length;) {
    let end = Math.min(at + SLICE, text.length);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last < 0xdc00) end--; // not between the halves of a pair
    tokens += encode(text.slice(at, end), PLAIN).length;
    at = end;
  }
  return tokens;
}
