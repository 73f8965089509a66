import { codePointAt } from './code-point.ts';
import { COMMON_WORDS } from './common-words.ts';
import { confusableWith, looseConfusableWith } from './confusables.ts';
import { flagEnd, invisibleKind, isGenericMark, selectorByte, tagCharacter } from './invisible.ts';
import { chained, MappedTextBuilder, unchanged, type MappedText, type UndoneStretch } from './mapped-text.ts';
import { removeTerminalEscapes } from './terminal-escapes.ts';

/** What normalising undid. */
export const UNDONE = [
  'compatibility', // NFKC changed something
  'tag-characters',
  'variation-selectors', // bytes smuggled in them
  'invisible-bits', // bits smuggled in two invisible characters
  'invisible', // invisible characters were taken out
  'bidi',
  'stacked-marks',
  'styled-letters', // letters of mathematical, enclosed and fullwidth alphabets in a row
  'confusables',
  'terminal-escapes',
] as const;
export type Undone = (typeof UNDONE)[number];

export interface Normalised extends MappedText {
  readonly undone: readonly Undone[];
  /** Where that was, in the text as it was given; ordinary compatibility characters are not listed. */
  readonly stretches: readonly UndoneStretch[];
}

/** More marks on one letter than any writing system puts there; also keeps NFKC linear (UAX #15, stream-safe format). */
const MARKS_KEPT = 8;
/** A stack of this many generic marks is no accent: two are in use (Vietnamese, IPA). */
const STACK = 3;
const NON_ASCII = /[^\0-\x7f]/;
/** What joins the character before it under NFKC: marks, conjoining Hangul, halfwidth voiced marks. */
const JOINS = /^[\p{M}\u1161-\u1175\u11a8-\u11c2\uff9e\uff9f\uffc2-\uffdc]$/u;

/**
 * The text as a reader takes it: NFKC, without invisible characters, with what they spell in their place, without stacks of
 * marks, and with look-alikes in words folded to ASCII. Words of another script stay as they are. Linear time; at most
 * 18 units for one (NFKC of U+FDFA).
 *
 * Sources: UAX #15 (NFKC), UTS #39 (confusables), UTS #51 (emoji tag sequences); for the smuggling schemes
 * https://embracethered.com/blog/posts/2024/hiding-and-finding-text-with-unicode-tags/ and
 * https://paulbutler.org/2025/smuggling-arbitrary-data-through-an-emoji/.
 */
export function normalise(text: string): Normalised {
  const escapes = removeTerminalEscapes(text);
  const plain = escapes ?? unchanged(text);
  const undone = new Undoing();
  if (escapes !== null) for (const { start, end } of escapes.stretches) undone.add('terminal-escapes', start, end);
  if (!NON_ASCII.test(plain.text)) return { ...plain, undone: undone.kinds(), stretches: undone.stretches };
  // What is undone from here on is counted in `plain`.
  const later = new Undoing();
  const visible = makeVisible(plain.text, later);
  const folded = foldConfusables(visible, later);
  const whole = folded === null ? visible : chained(visible, folded);
  if (escapes === null) return { ...whole, undone: later.kinds(), stretches: later.stretches };
  for (const { via, start, end, ...rest } of later.stretches)
    undone.stretches.push({ via, ...escapes.map.span(start, end), ...rest });
  return { ...chained(escapes, whole), undone: [...undone.kinds(), ...later.kinds()], stretches: undone.stretches };
}

/** Keeps account of what was undone, and where. */
class Undoing {
  readonly stretches: UndoneStretch[] = [];
  readonly #kinds = new Set<Undone>();

  kinds(): readonly Undone[] {
    return [...this.#kinds];
  }

  note(kind: Undone): void {
    this.#kinds.add(kind);
  }

  add(kind: Undone, start: number, end: number, plain?: string): void {
    this.#kinds.add(kind);
    const last = this.stretches.at(-1);
    // Neighbours of one kind are one.
    if (
      last !== undefined &&
      last.via === kind &&
      last.end === start &&
      plain === undefined &&
      last.plain === undefined
    )
      this.stretches[this.stretches.length - 1] = { ...last, end };
    else this.stretches.push(plain === undefined ? { via: kind, start, end } : { via: kind, start, end, plain });
  }
}

/** Units of a stretch that is looked at as a whole before it is looked at character by character. */
const STRETCH = 96;
/** What NFKC of a whole stretch must not be asked about: characters that are not shown, and marks in number. */
const UNUSUAL = /\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}|\p{M}{3}/u;

/** End of a stretch from `from` on that NFKC leaves as it is and that has nothing unusual in it, or `from`. */
function ordinaryEnd(text: string, from: number): number {
  let end = Math.min(text.length, from + STRETCH);
  // Up to a space, so that no character is parted from its marks.
  if (end < text.length) end = text.lastIndexOf(' ', end);
  if (end <= from) return from;
  const stretch = text.slice(from, end);
  return !UNUSUAL.test(stretch) && stretch.normalize('NFKC') === stretch ? end : from;
}

function makeVisible(text: string, undone: Undoing): MappedText {
  const out = new MappedTextBuilder(text);
  let plain = 0; // beginning of the stretch that is taken as it is
  let i = 0;
  let before = 0; // last code point that was kept
  let looked = 0; // up to where stretches were looked at
  while (i < text.length) {
    if (i >= looked) {
      const end = ordinaryEnd(text, i);
      looked = Math.max(end, i + STRETCH);
      if (end > i) {
        i = end;
        looked = end;
        before = 0x20;
        continue;
      }
    }
    const cp = codePointAt(text, i);
    const size = cp > 0xffff ? 2 : 1;
    const kind = invisibleKind(cp);
    if (kind === null) {
      const end = clusterEnd(text, i + size);
      if (cp >= 0x80 || end > i + size) {
        out.copy(plain, i);
        compose(text, i, end, out, undone);
        plain = end;
      }
      before = cp;
      i = end;
      continue;
    }
    if (kind === 'tag') {
      const flag = flagEnd(text, i);
      if (flag > 0) {
        i = flag;
        continue;
      }
    }
    if (kind === 'joiner' && before >= 0x590 && !isLatinLike(before)) {
      i += size; // Arabic, Indic scripts and emoji are written with it
      continue;
    }
    out.copy(plain, i);
    i = readInvisible(text, i, out, undone);
    plain = i;
  }
  out.copy(plain, text.length);
  return out.build();
}

/** Takes the run of invisible characters at `at` out, and puts what it spells in its place. @returns its end. */
function readInvisible(text: string, at: number, out: MappedTextBuilder, undone: Undoing): number {
  const kind = invisibleKind(codePointAt(text, at))!;
  let end = at;
  const run: number[] = [];
  while (end < text.length) {
    const cp = codePointAt(text, end);
    const next = invisibleKind(cp);
    if (next === null || (next !== kind && !(isBitCarrier(next) && isBitCarrier(kind)))) break;
    if (kind === 'tag' && end > at && flagEnd(text, end) > 0) break;
    run.push(cp);
    end += cp > 0xffff ? 2 : 1;
  }
  if (kind === 'tag') {
    let spelt = '';
    for (const [k, cp] of run.entries()) {
      const letter = tagCharacter(cp);
      if (letter === null) continue;
      spelt += letter;
      out.replace(letter, at + 2 * k, at + 2 * k + 2);
    }
    undone.add('tag-characters', at, end, spelt);
  } else if (kind === 'variation-selector') {
    if (run.length < 2) return end; // chooses a glyph
    const bytes = run.map(selectorByte);
    const spelt = bytes.includes(null) ? null : writtenIn(bytes as number[]);
    undone.add('variation-selectors', at, end, spelt ?? '');
    if (spelt !== null) out.replace(spelt, at, end);
  } else if (kind === 'bidi') undone.add('bidi', at, end);
  else {
    const spelt = bitsIn(run);
    if (spelt === null) undone.add('invisible', at, end);
    else {
      undone.note('invisible');
      undone.add('invisible-bits', at, end, spelt);
      out.replace(spelt, at, end);
    }
  }
  return end;
}

function isBitCarrier(kind: ReturnType<typeof invisibleKind>): boolean {
  return kind === 'zero-width' || kind === 'joiner';
}

function writtenIn(bytes: readonly number[]): string | null {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
  return text.length >= 2 && !/[^\P{Cc}\t\n\r]/u.test(text) ? text : null;
}

/** What a run of two different invisible characters spells, eight (or seven) of them a character. */
function bitsIn(run: readonly number[]): string | null {
  if (run.length < 16 || new Set(run).size !== 2) return null;
  const one = Math.max(...new Set(run));
  for (const width of [8, 7]) {
    if (run.length % width !== 0) continue;
    for (const flip of [0, 1]) {
      const bytes: number[] = [];
      for (let i = 0; i < run.length; i += width) {
        let byte = 0;
        for (let k = 0; k < width; k++) byte = (byte << 1) | ((run[i + k] === one ? 1 : 0) ^ flip);
        bytes.push(byte);
      }
      const text = writtenIn(bytes);
      if (text !== null) return text;
    }
  }
  return null;
}

/** End of the marks and conjoining letters after a character. */
function clusterEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length) {
    const unit = text.charCodeAt(end);
    if (unit < 0x300 || (unit >= 0x3400 && unit < 0xa000)) break;
    const cp = codePointAt(text, end);
    if (invisibleKind(cp) !== null || !JOINS.test(String.fromCodePoint(cp))) break;
    end += cp > 0xffff ? 2 : 1;
  }
  return end;
}

/** Writes the NFKC form of one character with its marks. */
function compose(text: string, start: number, end: number, out: MappedTextBuilder, undone: Undoing): void {
  let cluster = text.slice(start, end);
  if (end - start > STACK) {
    const characters = [...cluster];
    let generic = 0;
    let run = 0; // a conjoining letter between marks ends a stack
    for (const character of characters) {
      run = isGenericMark(character.codePointAt(0)!) ? run + 1 : 0;
      generic = Math.max(generic, run);
    }
    if (generic >= STACK || characters.length > MARKS_KEPT + 1) {
      undone.add('stacked-marks', start, end);
      const kept = generic >= STACK ? characters.filter((one) => !isGenericMark(one.codePointAt(0)!)) : characters;
      cluster = kept.slice(0, MARKS_KEPT + 1).join('');
    }
  }
  const composed = cluster.normalize('NFKC');
  if (composed.length === end - start && composed === text.slice(start, end)) out.copy(start, end);
  else {
    if (composed !== cluster.normalize('NFC')) {
      undone.note('compatibility');
      if (isStyledLetter(codePointAt(text, start))) undone.add('styled-letters', start, end);
    }
    out.replace(composed, start, end);
  }
}

/** Letters that a font would do: mathematical alphabets, parenthesised and circled letters, fullwidth Latin. */
function isStyledLetter(cp: number): boolean {
  return (
    (cp >= 0x1d400 && cp <= 0x1d6a3) ||
    (cp >= 0x249c && cp <= 0x24e9) ||
    (cp >= 0xff21 && cp <= 0xff3a) ||
    (cp >= 0xff41 && cp <= 0xff5a) ||
    (cp >= 0x1f110 && cp <= 0x1f149)
  );
}

const LATIN_LIKE = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{P}\p{Z}]/u;

function isLatinLike(cp: number): boolean {
  return LATIN_LIKE.test(String.fromCodePoint(cp));
}

/** Small capitals, enclosed letters: no other script's. */
const LATIN_STYLES = /^[\p{Script=Latin}\p{Script=Common}]+$/u;
const WORDS = /[^\s\0-\x26\x28-\x2f\x3a-\x3f\x5b-\x60\x7b-\x7e]+/g;

/**
 * Folds look-alikes in words that mix them with ASCII letters, and words made of them alone where the text is otherwise
 * ASCII. Null when there is nothing to fold.
 */
function foldConfusables({ text, map }: MappedText, undone: Undoing): MappedText | null {
  if (!NON_ASCII.test(text)) return null;
  const mostlyAscii = isMostlyAscii(text);
  const out = new MappedTextBuilder(text);
  let plain = 0;
  for (const { 0: word, index } of text.matchAll(WORDS)) {
    if (!NON_ASCII.test(word)) continue;
    const mixed = /[A-Za-z]/.test(word);
    if (!mixed && !mostlyAscii && !LATIN_STYLES.test(word)) continue;
    const folded = foldWord(word, mixed);
    if (folded === null) continue;
    const { start, end } = map.span(index, index + word.length);
    undone.add('confusables', start, end, folded.join(''));
    let at = index;
    for (const [k, character] of [...word].entries()) {
      if (folded[k] !== character) {
        out.copy(plain, at);
        out.replace(folded[k]!, at, at + character.length);
        plain = at + character.length;
      }
      at += character.length;
    }
  }
  if (plain === 0) return null;
  out.copy(plain, text.length);
  return out.build();
}

/** The word's characters, look-alikes folded, or null when not all of them can be. */
export function foldWord(word: string, loosely: boolean): readonly string[] | null {
  const fold = loosely ? looseConfusableWith : confusableWith;
  const folded: string[] = [];
  let changed = false;
  let dotless = false;
  for (const character of word) {
    const cp = character.codePointAt(0)!;
    const ascii = cp < 0x80 ? character : fold(cp);
    if (ascii === null) {
      if (!isAccentedLatin(cp)) return null;
      folded.push(character);
      continue;
    }
    // An accented Latin letter is itself, whatever it may be taken for.
    if (cp >= 0x80 && isAccentedLatin(cp)) folded.push(character);
    else {
      folded.push(ascii);
      if (cp === DOTLESS_I) dotless = true;
      else changed ||= cp >= 0x80;
    }
  }
  // Turkish is full of it.
  if (dotless && !changed) return COMMON_WORDS.has(folded.join('').toLowerCase()) ? folded : null;
  return changed ? folded : null;
}

const DOTLESS_I = 0x131;

function isAccentedLatin(cp: number): boolean {
  return (cp >= 0xc0 && cp <= 0x17f && cp !== DOTLESS_I) || (cp >= 0x1e00 && cp <= 0x1eff);
}

function isMostlyAscii(text: string): boolean {
  let ascii = 0;
  let other = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) other++;
    else if ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a) ascii++;
  }
  return ascii > other;
}
