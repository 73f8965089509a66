import type { ExchangeVault, VaultEntry } from './exchange-vault.ts';
import { isTagLetter, LONGEST_PLACEHOLDER, TAG_LENGTH } from './placeholder.ts';

/** A placeholder in a text, with its brackets where it has both. */
export interface FoundPlaceholder {
  readonly start: number;
  readonly end: number;
  readonly entry: VaultEntry;
}

const NONE: readonly FoundPlaceholder[] = Object.freeze([]);

const UNDERSCORE = 0x5f;
const BACKSLASH = 0x5c;

/**
 * Every placeholder of `vault` in `text`, as models write them: `[EMAIL_BKQTZWRN]`, in any case of its letters, with the
 * backslashes that Markdown puts before brackets and underscores, with brackets in percent-encoding, and in capitals
 * without brackets. Time linear in the text.
 */
export function findPlaceholders(text: string, vault: ExchangeVault): readonly FoundPlaceholder[] {
  if (vault.size === 0) return NONE;
  let found: FoundPlaceholder[] | null = null;
  let from = 0;
  for (let at = text.indexOf('_'); at !== -1; at = text.indexOf('_', at + 1)) {
    if (at < from || !hasTag(text, at + 1)) continue;
    const end = at + 1 + TAG_LENGTH;
    for (const entry of vault.withTag(text.slice(at + 1, end).toUpperCase())) {
      const start = labelStart(text, at, entry.core.length - TAG_LENGTH - 1, entry.core);
      if (start < from) continue;
      const bracketed = withBrackets(text, start, end);
      const plain = bracketed === null;
      if (plain && text.slice(start, end).replaceAll('\\', '') !== entry.core) continue;
      const place = bracketed ?? { start, end };
      if (place.start < from) continue;
      (found ??= []).push({ ...place, entry });
      from = place.end;
      break;
    }
  }
  return found ?? NONE;
}

/** Index from which `text` may still become a placeholder when more comes, or its length. */
export function placeholderHold(text: string, vault: ExchangeVault): number {
  if (vault.size === 0) return text.length;
  for (let at = Math.max(0, text.length - LONGEST_PLACEHOLDER); at < text.length; at++) {
    const code = text.charCodeAt(at);
    // A letter of a label, an opening bracket, or what can stand for one.
    if ((code >= 0x41 && code <= 0x5b) || code === BACKSLASH || code === 0x25) {
      if (mayGrow(text.slice(at), vault)) return at;
    }
  }
  return text.length;
}

const OPENINGS = ['[', '\\[', '%5B'];

function mayGrow(rest: string, vault: ExchangeVault): boolean {
  const upper = rest.toUpperCase();
  if (OPENINGS.some((opening) => opening.startsWith(upper))) return true;
  const opening = OPENINGS.find((one) => upper.startsWith(one));
  const body = (opening === undefined ? rest : upper.slice(opening.length)).replaceAll('\\_', '_');
  // What may be the beginning of an escape, or of the closing bracket.
  const core = body.replace(/(?:\\|%5?)$/, '');
  if (opening === undefined) return core !== '' && vault.begins(core);
  return vault.begins(core) || (core.length > TAG_LENGTH && isWhole(core, vault));
}

function isWhole(core: string, vault: ExchangeVault): boolean {
  return vault.withTag(core.slice(-TAG_LENGTH)).some((entry) => entry.core === core);
}

function hasTag(text: string, from: number): boolean {
  if (from + TAG_LENGTH > text.length) return false;
  for (let at = from; at < from + TAG_LENGTH; at++) if (!isTagLetter(text.charCodeAt(at))) return false;
  return true;
}

/** Where the label of `core`, `length` units long, begins when it ends before the underscore at `end`; -1 when it does not. */
function labelStart(text: string, end: number, length: number, core: string): number {
  let at = end;
  if (text.charCodeAt(at - 1) === BACKSLASH) at--;
  for (let index = length - 1; index >= 0; index--) {
    at--;
    const code = text.charCodeAt(at);
    const wanted = core.charCodeAt(index);
    if (code !== wanted && (wanted < 0x41 || wanted > 0x5a || code !== wanted + 32)) return -1;
    if (wanted === UNDERSCORE && text.charCodeAt(at - 1) === BACKSLASH) at--;
  }
  return at;
}

function withBrackets(
  text: string,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } | null {
  if (text[start - 1] === '[') {
    if (text[end] === ']') return { start: start - 1, end: end + 1 };
    if (text[start - 2] === '\\' && text.startsWith('\\]', end)) return { start: start - 2, end: end + 2 };
  }
  if (/^%5b$/i.test(text.slice(Math.max(0, start - 3), start)) && /^%5d$/i.test(text.slice(end, end + 3))) {
    return { start: start - 3, end: end + 3 };
  }
  return null;
}
