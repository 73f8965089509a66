import { trimEndOf } from '../text/trim-end-of.ts';

/** What kind of thing a value is, by its form. */
export type ValueKind = 'email' | 'url' | 'iban' | 'phone' | 'number' | 'date' | 'text';

const EMAIL = /^[^\s@<>"']{1,64}@[^\s@<>"']{1,253}$/;
const URL_LIKE = /^(?:https?:\/\/|www\.)\S+$|^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}(?:\/\S*)$/;
const HOST_LIKE =
  /^(?:[a-z0-9-]+\.)+(?:com|org|net|io|ai|dev|app|edu|gov|info|biz|co|me|eu|uk|de|fr|ch|us|xyz|site|online|shop|cloud)$/;
const IBAN = /^[a-z]{2}\d{2}[a-z0-9]{8,30}$/;
const PHONE = /^\+?[\d\s()./-]{7,24}$/;
const NUMBER = /^[-+]?\d+(?:\.\d+)?$/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2})?)?/;

/** NFKC, lower case, blanks as one space. Never folds look-alikes: what only looks the same is not the same. */
export function canonicalText(text: string): string {
  // ASCII needs no normalising, and most texts are.
  const plain = /^[\0-\x7f]*$/.test(text) ? text : text.normalize('NFKC');
  const lower = plain.toLowerCase();
  // To replace each single blank by itself would cost more than all the rest.
  return (/[^\S ]| {2}/.test(lower) ? lower.replace(/\s+/g, ' ') : lower).trim();
}

/** `canonicalText` without what people put around addresses: brackets, quotes, `mailto:`, a trailing stop. */
export function canonicalValue(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return '';
  return bareValue(canonicalText(value));
}

/** `canonicalValue` of a text that is canonical already. */
export function bareValue(canonical: string): string {
  const bare = canonical.replace(/^(?:mailto:|tel:)/, '').replace(/^[<("'«„“]+/u, '');
  return trimEndOf(bare, '>)"\'»“”.,;!?');
}

/** The kind of a canonical value. */
export function kindOf(value: string): ValueKind {
  if (EMAIL.test(value)) return 'email';
  if (URL_LIKE.test(value) || HOST_LIKE.test(value)) return 'url';
  if (NUMBER.test(value)) return 'number';
  if (DATE.test(value)) return 'date';
  if (IBAN.test(value.replaceAll(' ', ''))) return 'iban';
  if (PHONE.test(value) && value.replace(/\D/g, '').length >= 7) return 'phone';
  return 'text';
}

/** True for what reaches somebody outside: an address, a number, an account, a site. */
export function isExternal(kind: ValueKind): boolean {
  return kind === 'email' || kind === 'url' || kind === 'iban' || kind === 'phone';
}

/** The form in which two values of one kind are the same. */
export function comparable(value: string, kind: ValueKind): string {
  switch (kind) {
    case 'url':
      return value
        .replace(/^https?:\/\//, '')
        .replace(/^www\./, '')
        .replace(/\/+$/, '');
    case 'iban':
      return value.replaceAll(' ', '');
    case 'phone': {
      const digits = value.replace(/\D/g, '');
      return value.startsWith('+') || value.startsWith('00') ? digits.replace(/^00/, '') : digits;
    }
    case 'number':
      return String(Number(value));
    case 'date':
      return value.replace('t', ' ').replace(/:00(?:\.0+)?(?:z|[+-]\d{2}:?\d{2})?$/, '');
    default:
      return value;
  }
}

const LETTER = /[\p{L}\p{N}]/u;
/** What belongs to an address when it stands next to it. */
const JOINER = /[\p{L}\p{N}@_+%~-]/u;

/**
 * True when `value` stands in `text` as a token of its own, both canonical. For addresses and ids a neighbour such as
 * `x.` before or `-y` behind makes it another one.
 */
export function standsIn(text: string, value: string, strictly: boolean): boolean {
  if (value === '') return false;
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1)) {
    if (isBounded(text, at, at + value.length, strictly)) return true;
  }
  return false;
}

function isBounded(text: string, start: number, end: number, strictly: boolean): boolean {
  const before = text[start - 1] ?? ' ';
  const after = text[end] ?? ' ';
  if (!strictly) return !LETTER.test(before) && !LETTER.test(after);
  if (JOINER.test(before) || JOINER.test(after)) return false;
  // A full stop ends a sentence unless a letter or digit follows.
  if ((after === '.' || after === '/' || after === ':') && LETTER.test(text[end + 1] ?? ' ')) return false;
  return !((before === '.' || before === '/' || before === ':') && LETTER.test(text[start - 2] ?? ' '));
}
