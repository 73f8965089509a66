import { trimEndOf } from '../text/trim-end-of.ts';

/**
 * What stands for a value while a model sees it: `[EMAIL_BKQTZWRN]`, the kind of the value and a tag. The tag is
 * keyed and made from the value, so the same value has the same placeholder on every replay, in every process, without
 * asking anybody, and nobody who does not know the key can write one. Without vowels it spells no word, and without
 * digits it is taken for no number.
 */

const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ';
/** 20^8 is 34 bits: two values of one conversation with one tag are rare, and told apart where it happens. */
export const TAG_LENGTH = 8;
const LONGEST_LABEL = 32;

/** Longest spelling of a placeholder: brackets in percent-encoding, and a backslash before each underscore of the label. */
export const LONGEST_PLACEHOLDER = 2 * LONGEST_LABEL + TAG_LENGTH + 8;

/** The placeholder without its brackets: `EMAIL_BKQTZWRN`. */
export function placeholderCore(label: string, tag: string): string {
  const name = label
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^[_\d]+/, '');
  const bare = trimEndOf(name, '_').slice(0, LONGEST_LABEL);
  return `${bare === '' ? 'VALUE' : bare}_${tag}`;
}

/** A tag from the first bytes of a keyed hash. @param hash at least 8 bytes. */
export function tagFrom(hash: Uint8Array): string {
  let number = 0n;
  for (let at = 0; at < 8; at++) number = (number << 8n) | BigInt(hash[at]!);
  let tag = '';
  for (let at = 0; at < TAG_LENGTH; at++) {
    tag += ALPHABET[Number(number % 20n)]!;
    number /= 20n;
  }
  return tag;
}

/** True for a letter that tags are made of, in either case. */
export function isTagLetter(code: number): boolean {
  return IS_TAG_LETTER[code] === 1;
}

const IS_TAG_LETTER = new Uint8Array(128);
for (const letter of ALPHABET + ALPHABET.toLowerCase()) IS_TAG_LETTER[letter.charCodeAt(0)] = 1;
