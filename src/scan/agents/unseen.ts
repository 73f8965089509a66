import type { Severity } from '../../core/severity.ts';
import { flagEnd, invisibleKind, selectorByte, tagCharacter } from '../../text/invisible.ts';

/** Characters in a text that nobody sees and a model reads. */
export interface Unseen {
  /** Of the first one, in UTF-16 units. */
  readonly at: number;
  readonly severity: Severity;
  /** Ends a sentence that begins "has": `12 tag characters that spell "ignore"`. */
  readonly says: string;
}

const SUSPECT = /[^\t\n\r\x20-\x7e]/;
/** Zero-width characters in a row from which on they carry something, a bit each. */
const CARRIES = 8;

/** What in a text nobody sees: hidden copies of ASCII, turned directions, bytes in variation selectors, zero-width characters. */
export function unseenIn(text: string): readonly Unseen[] {
  if (!SUSPECT.test(text)) return [];
  const tags = new Stretch();
  const bidi = new Stretch();
  const zero = new Stretch();
  const bytes = new Stretch();
  let run = 0;
  let longest = 0;
  let selectors = 0;
  let before = 0;
  for (let at = 0; at < text.length;) {
    const cp = text.codePointAt(at)!;
    const size = cp > 0xffff ? 2 : 1;
    const kind = cp < 0xad ? null : invisibleKind(cp);
    if (kind === 'tag') {
      const flag = flagEnd(text, at);
      if (flag > 0) {
        at = flag;
        continue;
      }
      tags.add(at, tagCharacter(cp) ?? '');
    } else if (kind === 'bidi' && ((cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069))) bidi.add(at, '');
    else if (kind === 'variation-selector') {
      // One after a character chooses its form; the second in a row chooses nothing.
      if (invisibleKind(before) === 'variation-selector' && ++selectors >= 1) {
        const byte = selectorByte(cp);
        bytes.add(at, byte !== null && byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '');
      }
    } else if (kind === 'zero-width' && !(cp === 0xfeff && at === 0)) zero.add(at, '');
    run = kind === 'zero-width' || kind === 'joiner' ? run + 1 : 0;
    longest = Math.max(longest, run);
    before = cp;
    at += size;
  }
  const found: Unseen[] = [];
  if (tags.count > 0)
    found.push({ at: tags.first, severity: 'high', says: `${tags.count} tag characters${tags.spelt}` });
  if (bytes.count >= 4)
    found.push({
      at: bytes.first,
      severity: 'high',
      says: `${bytes.count} variation selectors that carry bytes${bytes.spelt}`,
    });
  if (bidi.count > 0)
    found.push({
      at: bidi.first,
      severity: 'high',
      says: `${bidi.count} characters that turn the direction of the text`,
    });
  if (zero.count > 0 || longest >= CARRIES) {
    const severity = longest >= CARRIES ? 'high' : zero.count > 3 ? 'medium' : 'low';
    found.push({
      at: Math.max(zero.first, 0),
      severity,
      says: `${Math.max(zero.count, longest)} zero-width characters`,
    });
  }
  return found;
}

class Stretch {
  first = -1;
  count = 0;
  #letters = '';

  add(at: number, letter: string): void {
    if (this.first === -1) this.first = at;
    this.count++;
    if (this.#letters.length < 60) this.#letters += letter;
  }

  get spelt(): string {
    return /[A-Za-z]{3}/.test(this.#letters) ? ` that spell "${this.#letters.replaceAll('"', "'")}"` : '';
  }
}

/** The text that tag characters and variation selectors spell, for reading it like any other. */
export function speltUnseen(text: string): string {
  let out = '';
  for (const character of SUSPECT.test(text) ? text : '') {
    const cp = character.codePointAt(0)!;
    const byte = selectorByte(cp);
    out += tagCharacter(cp) ?? (byte !== null && byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '');
  }
  return out;
}
