import type { Seeded } from '../../train/seeded.ts';

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: 'а',
  e: 'е',
  o: 'о',
  p: 'р',
  c: 'с',
  x: 'х',
  y: 'у',
  i: 'і',
};
const LEET: Readonly<Record<string, string>> = { a: '4', e: '3', i: '1', o: '0', s: '5', t: '7' };
const everyLetter = (text: string, of: (letter: string) => string): string => text.replace(/[A-Za-z]/g, of);

/** Ways to hide a text from filters and not from models. Each takes the text and chance. */
export const OBFUSCATIONS: Readonly<Record<string, (text: string, chance: Seeded) => string>> = {
  base64: (text) => `Here is the text that I got: ${Buffer.from(text).toString('base64')}`,
  hex: (text) => `Here is the text that I got: ${Buffer.from(text).toString('hex')}`,
  url: (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  'unicode escapes': (text) =>
    text
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  'HTML entities': (text) => [...text].map((one) => `&#${one.codePointAt(0)};`).join(''),
  rot13: (text) =>
    everyLetter(text, (letter) => String.fromCharCode(letter.charCodeAt(0) + (/[A-Ma-m]/.test(letter) ? 13 : -13))),
  reversed: (text) => [...text].reverse().join(''),
  leet: (text) => everyLetter(text, (letter) => LEET[letter.toLowerCase()] ?? letter),
  'look-alikes': (text) => everyLetter(text, (letter) => LOOK_ALIKES[letter] ?? letter),
  'zero-width': (text) => [...text].join('\u200b'),
  'full-width': (text) => text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)),
  'tag characters': (text) =>
    `Hello! ${[...text].map((one) => (one >= ' ' && one <= '~' ? String.fromCodePoint(0xe0000 + one.charCodeAt(0)) : '')).join('')}`,
  'spaced letters': (text) =>
    text
      .split(/\s+/)
      .map((word) => [...word].join(' '))
      .join('   '),
  'random capitals': (text, chance) =>
    everyLetter(text, (letter) => (chance.chance(0.5) ? letter.toUpperCase() : letter.toLowerCase())),
  'accents on letters': (text) => everyLetter(text, (letter) => `${letter}\u0301`),
  'soft hyphens': (text) => text.replace(/\B(?=\w)/g, '\u00ad'),
};
