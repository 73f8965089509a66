import { charEntropy } from '../../text/char-entropy.ts';
import { registrable } from './allow-list.ts';

/** Looked at of one part of a URL; a longer one counts as data anyway. */
const LONGEST_PART = 512;

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const ADDRESS = /[\w.+-]@[\w-]+\.[a-z]/i;
const BASE64 = /^[A-Za-z0-9+/_-]{20,}={0,2}$/;
const HEX = /^(?:[0-9a-f]{2}){10,}$/i;

/**
 * Whether a URL looks as if it took something along: words, an address, a long or random-looking value in its query,
 * fragment, user name or labels below the registrable domain, or text in base64 or hex anywhere, its path included.
 */
export function carriesData(url: URL): boolean {
  const { hostname } = url;
  const labels = hostname.slice(0, Math.max(0, hostname.length - registrable(hostname).length)).split('.');
  if (labels.some((label) => label.length > 30 || isData(label, true))) return true;
  if (url.username.length + url.password.length > 24) return true;
  const values = url.search.slice(1).split(/[&;]/);
  if (values.some((pair) => isLoud(valueOf(pair)))) return true;
  if (isLoud(url.hash.slice(1).replace(/^:~:text=.*/s, ''))) return true;
  return url.pathname.split('/').some((part) => isData(decoded(part), false) || part.length > 200);
}

function valueOf(pair: string): string {
  const at = pair.indexOf('=');
  // A name without a value, and a name that is longer than any value, are values.
  return at === -1 ? pair : at > pair.length / 2 ? pair.slice(0, at) : pair.slice(at + 1);
}

/** What a query or fragment holds, where names of pages seldom stand. */
function isLoud(raw: string): boolean {
  const text = decoded(raw.replaceAll('+', ' '));
  return text.length > 100 || ADDRESS.test(text) || countWords(text) >= 8 || isData(text, true);
}

/** `random`: whether a value that only looks random counts; in a path it is somebody's number for a document. */
function isData(text: string, random: boolean): boolean {
  if (text.length < 16 || UUID.test(text)) return false;
  if (text.length > LONGEST_PART) return true;
  if (HEX.test(text)) return isText(Buffer.from(text, 'hex')) || (random && text.length > 64);
  const compact = text.replaceAll(' ', '+');
  if (BASE64.test(compact)) {
    if (isText(Buffer.from(compact, 'base64'))) return true;
    return random && /[a-z]/.test(text) && /[A-Z]/.test(text) && /[0-9]/.test(text) && charEntropy(text) > 4;
  }
  return false;
}

/** True for bytes that read as a text of words. */
function isText(bytes: Buffer): boolean {
  if (bytes.length < 8) return false;
  let printable = 0;
  for (const byte of bytes) if ((byte >= 0x20 && byte < 0x7f) || byte === 10) printable++;
  return printable / bytes.length > 0.95;
}

function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => /^\p{L}{2,}/u.test(word)).length;
}

/** Percent-encoding undone as far as it can be. */
function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/%[0-9a-f]{2}/gi, '?');
  }
}
