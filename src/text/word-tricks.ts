import { COMMON_WORDS } from './common-words.ts';

/**
 * Words written so that a filter does not know them and a model does. Each function looks at one word and answers with the
 * plain word in lower case, or null when it is not such a trick.
 */

/** `iGnOrE`: letters whose case changes nearly everywhere, as no name and no identifier does. */
export function oddCase(word: string): string | null {
  if (word.length < 4 || word.length > 32) return null;
  let changes = 0;
  let upper = 0;
  for (let i = 0; i < word.length; i++) {
    if (!isLetter(word.charCodeAt(i))) return null;
    if (isUpper(word, i)) upper++;
    if (i > 0 && isUpper(word, i) !== isUpper(word, i - 1)) changes++;
  }
  // The first letter's capital is ordinary.
  if (isUpper(word, 0) && !isUpper(word, 1)) changes--;
  const lowerFirst = !isUpper(word, 0);
  const known = COMMON_WORDS.has(word.toLowerCase());
  // A word of the dictionary needs less to be odd than what may be an identifier.
  const enough = known ? changes >= 2 || (lowerFirst && upper > 1) : changes / (word.length - 1) >= 0.6 && changes >= 3;
  return enough ? word.toLowerCase() : null;
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
    if (COMMON_WORDS.has(plain)) return plain;
  }
  return null;
}

/** `vtaber`: a common word under rot13, unless it is one as it stands. */
export function rot13Word(word: string): string | null {
  return turned(word, ROTATED);
}

/** `erongi`: a common word backwards, unless it is one as it stands. */
export function reversedWord(word: string): string | null {
  return turned(word, REVERSED);
}

/** `iiignore`, `ignooore`: a common word with letters repeated three times and more. */
export function stretchedWord(word: string): string | null {
  if (word.length > 64 || !hasTriple(word)) return null;
  const plain = word.toLowerCase().replace(/([a-z])\1{2,}/g, '$1');
  return plain.length >= 4 && COMMON_WORDS.has(plain) ? plain : null;
}

export function rot13(text: string): string {
  return text.replace(/[A-Za-z]/g, (letter) => {
    const unit = letter.charCodeAt(0);
    const base = unit & 0x60;
    return String.fromCharCode(base + 1 + ((unit - base - 1 + 13) % 26));
  });
}

/** Common words by what they look like when turned, so that a word costs a look-up and no turning. */
function turnedForms(turn: (word: string) => string): ReadonlyMap<string, string> {
  const forms = new Map<string, string>();
  for (const word of COMMON_WORDS) {
    if (!/^[a-z]{4,16}$/.test(word)) continue;
    const form = turn(word);
    if (!COMMON_WORDS.has(form)) forms.set(form, word);
  }
  return forms;
}

const ROTATED = turnedForms(rot13);
const REVERSED = turnedForms((word) => Array.from(word).reverse().join(''));

function turned(word: string, forms: ReadonlyMap<string, string>): string | null {
  return word.length < 4 || word.length > 16 ? null : (forms.get(word.toLowerCase()) ?? null);
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

function isUpper(word: string, at: number): boolean {
  return word.charCodeAt(at) < 0x61;
}

function isLetter(unit: number): boolean {
  return (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;
}
