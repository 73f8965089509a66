import { firstOfEach } from './first-of-each.ts';
import type { Severity } from '../../core/severity.ts';

const ESCAPED = /(?:\\x[0-9a-fA-F]{2}){40}|(?:\\u00[0-9a-fA-F]{2}){40}|(?:\\[0-3][0-7]{2}){40}/g;
const NUMBERS =
  /\b(?:string\.fromcharcode|fromcharcode\.apply|bytes|bytearray|map\(\s{0,4}chr\s{0,4},)\s{0,4}\(?\s{0,4}\[?\s{0,4}(?:(?:0x[0-9a-f]{2}|\d{1,3})\s{0,4},\s{0,4}){20}/gi;
const CHARS = /(?:\bchr\(\s{0,4}\d{1,3}\s{0,4}\)\s{0,4}\+\s{0,4}){8}/gi;
const REVERSED =
  /\b(?:exec|eval)\(\s{0,4}(?:\w{1,40}|["'][^"'\n]{1,2000}["'])\[::-1\]|\beval\([^)\n]{0,80}\.split\(["']{2}\)\.reverse\(\)\.join/g;

/** Stretches of program text in which characters are spelt as numbers, long enough to be a program. */
export function obfuscationsIn(text: string): readonly { readonly at: number; readonly says: string }[] {
  const found: { at: number; says: string }[] = [];
  for (const [pattern, says] of [
    [ESCAPED, 'spells a long text in escapes'],
    [NUMBERS, 'spells a long text in numbers'],
    [CHARS, 'spells a text in numbers'],
    [REVERSED, 'runs a text that stands there backwards'],
  ] as const) {
    const match = text.matchAll(pattern).next().value;
    if (match !== undefined) found.push({ at: match.index, says });
  }
  return found;
}

const BLANK_LINES = 60;
const BLANK_UNITS = 2000;

/** Long stretches of white space with text after them: one pass over the whole text. */
export function paddingIn(
  text: string,
): readonly { readonly at: number; readonly severity: Severity; readonly says: string }[] {
  const found: { at: number; severity: Severity; says: string }[] = [];
  let start = 0;
  let lines = 0;
  let seen = false;
  for (let at = 0; at <= text.length; at++) {
    const unit = at < text.length ? text.charCodeAt(at) : -1;
    if (unit === 0x0a) lines++;
    if (
      unit === 0x20 ||
      unit === 0x09 ||
      unit === 0x0a ||
      unit === 0x0d ||
      unit === 0xa0 ||
      unit === 0x3000 ||
      unit === 0x2800
    )
      continue;
    const length = at - start;
    // At the end nothing follows, and before the beginning nobody stops reading.
    if (unit !== -1 && (lines >= BLANK_LINES || length >= BLANK_UNITS)) {
      const severity = lines >= 200 || length >= 10_000 ? 'high' : 'medium';
      found.push({
        at,
        severity,
        says: lines >= BLANK_LINES ? `${lines - (seen ? 1 : 0)} blank lines` : `${length} characters of white space`,
      });
    }
    start = at + 1;
    lines = 0;
    seen = true;
  }
  return firstOfEach(found, 5);
}

const SELF = [
  /\b(?:tail|sed|awk|dd)\b[^\n|]{0,120}["']?\$\{?0\}?["']?[^\n|]{0,60}\|[ \t]{0,4}(?:base64|tar|gzip|gunzip|unzip|xz|bzip2|openssl|(?:ba|z)?sh)\b/g,
  /^__(?:ARCHIVE|PAYLOAD|DATA)(?:_BELOW|_START)?__$/gm,
  /\bopen\(\s{0,4}__file__\b[^\n]{0,200}\b(?:b64decode|decompress|exec|extractall)\b/g,
];

/** Places where a script unpacks its own end. */
export function selfExtracting(text: string): readonly number[] {
  for (const pattern of SELF) {
    const match = text.matchAll(pattern).next().value;
    if (match !== undefined) return [match.index];
  }
  return [];
}

const BLOB = 4000;

/** Long runs of letters of base64 or hexadecimal that are no picture or font: one pass. */
export function encodedBlobs(text: string): readonly { readonly at: number; readonly length: number }[] {
  const found: { at: number; length: number }[] = [];
  let start = 0;
  let breaks = 0;
  for (let at = 0; at <= text.length && found.length < 5; at++) {
    const unit = at < text.length ? text.charCodeAt(at) : 0;
    if (isEncodedUnit(unit)) continue;
    // Lines of encoded text, 60 letters or more each, are one block.
    if (unit === 0x0a && at - start - breaks >= 60 && isEncodedUnit(text.charCodeAt(at + 1))) {
      const next = text.indexOf('\n', at + 1);
      const line = text.slice(at + 1, next === -1 ? at + 200 : Math.min(next, at + 200));
      if (/^[A-Za-z0-9+/=_-]{20,}\r?$/.test(line)) {
        breaks++;
        continue;
      }
    }
    if (at - start >= BLOB && !isPicture(text, start) && looksEncoded(text.slice(start, start + 2000)))
      found.push({ at: start, length: at - start });
    start = at + 1;
    breaks = 0;
  }
  return found;
}

function isEncodedUnit(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a) || unit === 0x2b || unit === 0x2f || unit === 0x3d || unit === 0x5f || unit === 0x2d; // prettier-ignore
}

/** How pictures, fonts and documents begin in base64. */
const PICTURE =
  /^(?:PHN2Zy|PD94bWwg|iVBORw0KGgo|\/9j\/|R0lGOD|d09GR|d09GMg|UklGR|AAEAAAA|T1RUTw|JVBERi0|SUkqA|Qk0|AAAA[\w+/]{2}Z0eXA)/;

function isPicture(text: string, start: number): boolean {
  if (PICTURE.test(text.slice(start, start + 16))) return true;
  return /data:(?:image|font|audio|video|application\/(?:font|x-font)[\w-]{0,20})\/?[\w.+-]{0,40}(?:;[\w=-]{1,40})?;base64,$/.test(
    text.slice(Math.max(0, start - 100), start),
  );
}

function looksEncoded(part: string): boolean {
  return /[0-9]/.test(part) && (/[a-z]/.test(part) || /[A-F]/.test(part)) && new Set(part).size >= 14;
}
