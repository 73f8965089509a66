import { COMMON_WORDS } from './common-words.ts';
import { ENGLISH_WORDS } from './english-words.ts';

/**
 * Words written so that a filter does not know them and a model does. Each function looks at one word and answers with the
 * plain word in lower case, or null when it is not such a trick.
 */

/** `iGnOrE`, `prEViOus`: letters whose case changes as in no name and no identifier. */
export function oddCase(word: string): string | null {
  if (word.length < 4 || word.length > 32 || !/^[A-Za-z]+$/.test(word)) return null;
  return CAMEL.test(word) ? null : word.toLowerCase();
}

/**
 * What is ordinary: `word`, `Word`, `WORD`, `getElementById`, `userID`, `HTMLElement`, `APIs`, `iPhone`, `McDonald`. Each hump
 * is one run of capitals and one of small letters, so that there is one way only to read a word.
 */
const CAMEL =
  /^(?:[a-z]{2,}|[a-z](?=[A-Z][a-z]{2})|[A-Z][a-z]+|[A-Z]{2,6}[a-z]{2,}|[A-Z]+s?$)(?:(?<![A-Z])(?:[A-Z]{1,6}[a-z]{2,}|[A-Z]{1,5}s?$|(?:Id|Is|In|Of|On|Or|To|By|At|As|Up|Ok|If|Go|Do|No|Io|Db|Js|Ts|Ui|Ip|Re|Ay|An|Am|My|We|It|Be|Fn|Co|Op|Iv|El|Mc)))*$/;

/** Whether letters spell an English word. */
export function isWord(lower: string): boolean {
  return COMMON_WORDS.has(lower) || ENGLISH_WORDS.has(lower);
}

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '2': 'z',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '6': 'g',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
  '+': 't',
};

/** `pr3v10us`: a common word with digits and signs for letters; at least one of them inside it. */
export function leet(word: string): string | null {
  if (word.length < 4 || word.length > 24 || !mixesSigns(word)) return null;
  const spelt = word.toLowerCase();
  // `word!` and `3rd` end and begin with what is no letter.
  if (!/[a-z0-9@$!|+]*[a-z][0-9@$!|+]+[a-z]|^[0-9@$|+]+[a-z]/.test(spelt) && !/[a-z][0-9@$]$/.test(spelt)) return null;
  for (const one of spelt.includes('1') || spelt.includes('!') ? ['i', 'l'] : ['i']) {
    let plain = '';
    for (const character of spelt) {
      if (character >= 'a' && character <= 'z') plain += character;
      else if (character === '1' || character === '!') plain += one;
      else {
        const letter = LEET[character];
        if (letter === undefined) return null;
        plain += letter;
      }
    }
    if (isWord(plain)) return plain;
  }
  return null;
}

/** `iiignore`, `ignooore`: a common word with letters repeated three times and more. */
export function stretchedWord(word: string): string | null {
  if (word.length > 64 || !hasTriple(word)) return null;
  const plain = word.toLowerCase().replace(/([a-z])\1{2,}/g, '$1');
  return plain.length >= 4 && isWord(plain) ? plain : null;
}

/** `ignoreway`, `eviouspray`: a common word in pig Latin, unless it is one as it stands. */
export function pigLatinWord(word: string): string | null {
  if (word.length < 5 || word.length > 18 || !/^[A-Za-z]+ay$/i.test(word)) return null;
  const lower = word.toLowerCase();
  if (isWord(lower)) return null;
  const stem = lower.slice(0, -2);
  // Words that begin with a vowel only get an ending: -way, -yay, -hay or the bare -ay.
  if (/^[aeiou]/.test(stem)) {
    for (const plain of [/[wyh]$/.test(stem) ? stem.slice(0, -1) : '', stem])
      if (plain.length >= 2 && isWord(plain)) return plain;
  }
  for (let moved = 1; moved <= 4 && moved < stem.length; moved++) {
    const plain = stem.slice(-moved) + stem.slice(0, -moved);
    if (/^[^aeiou]/.test(plain) && plain.length >= 3 && isWord(plain)) return plain;
  }
  return null;
}

/** Whether three units in a row are the same letter, whatever its case. */
function hasTriple(word: string): boolean {
  for (let i = 2; i < word.length; i++) {
    const unit = word.charCodeAt(i) | 0x20;
    if (unit === (word.charCodeAt(i - 1) | 0x20) && unit === (word.charCodeAt(i - 2) | 0x20) && isLetter(unit))
      return true;
  }
  return false;
}

/** Whether letters and what leet writes for letters are both in a word. */
function mixesSigns(word: string): boolean {
  let letters = false;
  let signs = false;
  for (let i = 0; i < word.length; i++) {
    if (isLetter(word.charCodeAt(i))) letters = true;
    else signs = true;
  }
  return letters && signs;
}

function isLetter(unit: number): boolean {
  return (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;
}
