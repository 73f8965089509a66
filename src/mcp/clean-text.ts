import { flagEnd, invisibleKind } from '../text/invisible.ts';
import { isObject } from './rpc-message.ts';

/** Kinds of characters that are for machines and not for readers. */
export type Unseen = 'terminal-control' | 'control' | 'bidi' | 'tag' | 'zero-width' | 'variation-selector';

const SUSPECT = /[^\t\n\r\x20-\x7e]/;
const ESC = 0x1b;
const CSI = 0x9b;

/**
 * A text without terminal sequences (ECMA-48), control characters, bidirectional controls, tag characters and other
 * characters that a reader does not see. What writing systems and emoji need stays: joiners, one selector, flags.
 */
export function cleanText(text: string): { readonly text: string; readonly removed: ReadonlySet<Unseen> } {
  if (!SUSPECT.test(text)) return { text, removed: new Set() };
  const removed = new Set<Unseen>();
  let out = '';
  let plain = 0;
  let before = 0;
  let i = 0;
  const cut = (kind: Unseen, end: number): void => {
    removed.add(kind);
    out += text.slice(plain, i);
    plain = i = end;
  };
  while (i < text.length) {
    const cp = text.codePointAt(i)!;
    const size = cp > 0xffff ? 2 : 1;
    if (cp === ESC || cp === CSI) {
      cut('terminal-control', sequenceEnd(text, i));
      continue;
    }
    if ((cp < 0x20 && cp !== 9 && cp !== 10 && cp !== 13) || (cp >= 0x7f && cp < 0xa0)) {
      cut('control', i + 1);
      continue;
    }
    const kind = invisibleKind(cp);
    if (kind === 'tag') {
      const flag = flagEnd(text, i);
      if (flag > 0) i = flag;
      else cut('tag', i + size);
      continue;
    }
    if (kind === 'bidi') cut('bidi', i + size);
    else if (kind === 'zero-width') cut('zero-width', i + size);
    else if (kind === 'joiner' && before < 0x590) cut('zero-width', i + size);
    else if (kind === 'variation-selector' && (before < 0x80 || invisibleKind(before) === 'variation-selector'))
      cut('variation-selector', i + size);
    else i += size;
    before = cp;
  }
  return removed.size === 0 ? { text, removed } : { text: out + text.slice(plain), removed };
}

/** End of the terminal sequence at `at`; a sequence that does not end is its introducer alone. */
function sequenceEnd(text: string, at: number): number {
  let i = at + 1;
  if (text.charCodeAt(at) === ESC) {
    const next = text[i];
    if (next === ']' || next === 'P' || next === '_' || next === '^' || next === 'X') {
      // A string: up to BEL or ST. Any other sequence ends it, so that no unit is looked at for two of them.
      const most = Math.min(text.length, i + 4096);
      for (let end = i + 1; end < most; end++) {
        if (text.charCodeAt(end) === 7) return end + 1;
        if (text.charCodeAt(end) === ESC) {
          if (text[end + 1] === '\\') return end + 2;
          break;
        }
      }
      return i + 1;
    }
    if (next !== '[') return Math.min(text.length, i + (next === undefined ? 0 : 1));
    i++;
  }
  const most = Math.min(text.length, i + 256);
  for (let end = i; end < most; end++) {
    const unit = text.charCodeAt(end);
    if (unit >= 0x40 && unit <= 0x7e) return end + 1;
    if (unit < 0x20 || unit > 0x3f) return end;
  }
  return most;
}

/** A value with all its strings cleaned; the same value when nothing was to be removed. */
export function cleanValue(value: unknown, removed: Set<Unseen>): unknown {
  if (typeof value === 'string') {
    const cleaned = cleanText(value);
    for (const kind of cleaned.removed) removed.add(kind);
    return cleaned.text;
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => cleanValue(item, removed));
    return items.every((item, at) => item === value[at]) ? value : items;
  }
  if (!isObject(value)) return value;
  let changed = false;
  const members: [string, unknown][] = Object.entries(value).map(([key, member]) => {
    const cleaned = cleanValue(member, removed);
    const name = cleanText(key);
    for (const kind of name.removed) removed.add(kind);
    changed ||= cleaned !== member || name.text !== key;
    return [name.text, cleaned];
  });
  return changed ? Object.fromEntries(members) : value;
}
