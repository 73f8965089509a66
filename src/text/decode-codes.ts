import type { DecodedCharacter, DecodedPiece } from './decoded-piece.ts';
import { commonWords, isWritten } from './language-likeness.ts';

/**
 * Codes for people rather than machines: Morse (ITU-R M.1677-1), Braille letters (Unicode block U+2800), the ICAO spelling
 * alphabet, and uuencode (POSIX). As with every encoding, a stretch counts only when what it spells was written by somebody.
 */
export function findCodes(text: string): DecodedPiece[] {
  const found: DecodedPiece[] = [];
  for (const [hint, via, pattern, read] of FORMS) {
    if (!hint.test(text)) continue;
    for (const { 0: match, index } of text.matchAll(pattern)) {
      const characters = read(match, index);
      if (characters === null) continue;
      const spelt = characters.map(({ text: one }) => one).join('');
      if (isWritten(spelt) && commonWords(spelt).known > 0)
        found.push({ start: index, end: index + match.trimEnd().length, via, characters });
    }
  }
  return found;
}

type Read = (match: string, at: number) => DecodedCharacter[] | null;

/** The hint is cheap and settles it for ordinary text. */
const FORMS: readonly (readonly [hint: RegExp, via: string, pattern: RegExp, read: Read])[] = [
  [/[.-] [.-]/, 'morse', /(?<![.\-\w])[.-]{1,5}(?:[ /|]{1,3}[.-]{1,6}){7,}(?![.\-\w])/g, readMorse],
  [/[\u2801-\u283f]/, 'braille', /[\u2801-\u283f][\u2800-\u283f ]{5,}[\u2801-\u283f]/g, readBraille],
  [
    /\bromeo\b|\becho\b|\boscar\b|\bindia\b/i,
    'nato',
    /\b[A-Za-z]{4,8}(?:[ ,;.\n-]{1,3}[A-Za-z]{4,8}){4,}\b/g,
    readNato,
  ],
  [/begin [0-7]{3} /, 'uuencode', /^begin [0-7]{3} \S{1,255}\r?\n(?:[!-M][ -`]{1,84}\r?\n)+/gm, readUuencode],
];

const MORSE: ReadonlyMap<string, string> = new Map(
  (
    '.- a -... b -.-. c -.. d . e ..-. f --. g .... h .. i .--- j -.- k .-.. l -- m -. n --- o .--. p --.- q .-. r ... s - t ' +
    '..- u ...- v .-- w -..- x -.-- y --.. z ----- 0 .---- 1 ..--- 2 ...-- 3 ....- 4 ..... 5 -.... 6 --... 7 ---.. 8 ----. 9 ' +
    '.-.-.- . --..-- , ..--.. ? -.-.-- ! -..-. / .----. \' .-..-. " ---... : -....- -'
  )
    .split(' ')
    .reduce<[string, string][]>((pairs, one, i, all) => (i % 2 === 0 ? [...pairs, [one, all[i + 1]!]] : pairs), []),
);

function readMorse(match: string, at: number): DecodedCharacter[] | null {
  const characters: DecodedCharacter[] = [];
  let end = 0;
  for (const { 0: sign, index } of match.matchAll(/[.-]+/g)) {
    const letter = MORSE.get(sign);
    if (letter === undefined) return null;
    if (characters.length > 0 && match.slice(end, index) !== ' ')
      characters.push({ text: ' ', from: at + end, to: at + index });
    end = index + sign.length;
    characters.push({ text: letter, from: at + index, to: at + end });
  }
  return characters;
}

/** Dots of the letters in English Braille without contractions, as the low six bits of the code point. */
const BRAILLE = new Map<number, string>(
  [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => {
    const decade = [0x01, 0x03, 0x09, 0x19, 0x11, 0x0b, 0x1b, 0x13, 0x0a, 0x1a];
    const order = 'abcdefghijklmnopqrstuvxyz'.indexOf(letter);
    if (letter === 'w') return [0x3a, 'w'];
    return [decade[order % 10]! | [0, 0x04, 0x24][Math.floor(order / 10)]!, letter];
  }),
);

function readBraille(match: string, at: number): DecodedCharacter[] | null {
  const characters: DecodedCharacter[] = [];
  for (let i = 0; i < match.length; i++) {
    const dots = match.charCodeAt(i) - 0x2800;
    const letter = dots === 0 || match[i] === ' ' ? ' ' : BRAILLE.get(dots);
    // Signs for capitals, numbers and punctuation spell no letter.
    if (letter !== undefined) characters.push({ text: letter, from: at + i, to: at + i + 1 });
  }
  return characters.length > 0 ? characters : null;
}

const NATO = new Map<string, string>(
  (
    'alfa alpha bravo charlie delta echo foxtrot golf hotel india juliett juliet kilo lima mike november oscar papa quebec ' +
    'romeo sierra tango uniform victor whiskey whisky xray yankee zulu'
  )
    .split(' ')
    .map((word) => [word, word[0]!]),
);
/** Words of the spelling alphabet in a row that spell a word rather than being four words. */
const NATO_WORDS = 5;

function readNato(match: string, at: number): DecodedCharacter[] | null {
  const characters: DecodedCharacter[] = [];
  let letters = 0;
  let end = -1;
  for (const { 0: word, index } of match.matchAll(/[A-Za-z]+/g)) {
    const letter = NATO.get(word.toLowerCase());
    if (end >= 0) {
      const between = match.slice(end, index);
      // Inside a spelt word nothing is written for what stands between, unless it is not the usual.
      if (letter === undefined || !/^(?: |-|, )$/.test(between))
        characters.push({ text: ' ', from: at + end, to: at + index });
    }
    end = index + word.length;
    characters.push({ text: letter ?? word, from: at + index, to: at + end });
    if (letter !== undefined) letters++;
  }
  return letters >= NATO_WORDS ? characters : null;
}

function readUuencode(match: string, at: number): DecodedCharacter[] | null {
  const bytes: number[] = [];
  const from: number[] = [];
  let line = match.indexOf('\n') + 1;
  while (line < match.length) {
    const next = match.indexOf('\n', line);
    const size = (match.charCodeAt(line) - 32) & 63;
    for (let k = 0; k < size; k++) {
      const place = line + 1 + Math.floor(k / 3) * 4 + (k % 3);
      if (place >= next) return null;
      const high = (match.charCodeAt(place) - 32) & 63;
      // Spaces at the end of a line stand for zero and are often lost.
      const low = place + 1 < next ? (match.charCodeAt(place + 1) - 32) & 63 : 0;
      const shift = [2, 4, 6][k % 3]!;
      bytes.push(((high << shift) | (low >> (6 - shift))) & 0xff);
      from.push(at + place);
    }
    line = next + 1;
  }
  const characters: DecodedCharacter[] = [];
  for (const [k, byte] of bytes.entries()) {
    // Text beyond ASCII is not worth a decoder here.
    if (byte > 0x7e || (byte < 0x20 && byte !== 10 && byte !== 13 && byte !== 9)) return null;
    characters.push({ text: String.fromCharCode(byte), from: from[k]!, to: from[k]! + 2 });
  }
  return characters;
}
