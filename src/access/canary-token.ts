import { createHmac, randomBytes } from 'node:crypto';
import type { Pepper } from './pepper.ts';

/**
 * Canary tokens: `k7qm2-xd4tw-9vh3z-nb6cp`, 20 digits and consonants in groups of five (95 bits). No vowels, so that
 * none spells a word; no 0, 1 and l; groups as in a reference or licence number, so that nobody cleans it away as noise.
 *
 * A token is derived from its public id and the installation's pepper (HMAC-SHA-256), so it need not be stored: a stolen
 * database holds no token that could be filtered out of what was stolen with it, and every gateway with the same database
 * and pepper knows the same tokens.
 */
const ALPHABET = '23456789bcdfghjkmnpqrstvwxz';
const LENGTH = 20;
const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ID = /^[a-z2-7]{8}$/;

/** A new public id, from the operating system's random source. */
export function newCanaryId(): string {
  return Array.from(randomBytes(8), (byte) => ID_ALPHABET[byte & 31]).join('');
}

export function isCanaryId(text: string): boolean {
  return ID.test(text);
}

export function canaryToken(pepper: Pepper, id: string): string {
  const ceiling = 256 - (256 % ALPHABET.length);
  let digits = '';
  for (let block = 0; digits.length < LENGTH; block++) {
    for (const byte of createHmac('sha256', pepper).update(`parapet canary token ${block} ${id}`).digest()) {
      // Uniform over the alphabet: bytes beyond its largest multiple are passed over.
      if (byte < ceiling && digits.length < LENGTH) digits += ALPHABET[byte % ALPHABET.length]!;
    }
  }
  return digits.replace(/.{5}(?=.)/g, '$&-');
}

/** What tells a gateway with another pepper that it would look for the wrong token. */
export function canaryCheck(pepper: Pepper, id: string): string {
  return createHmac('sha256', pepper).update(`parapet canary check ${id}`).digest('hex').slice(0, 32);
}
