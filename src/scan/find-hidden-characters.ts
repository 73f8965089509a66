import type { Observer } from './reader.ts';

const KINDS: readonly { readonly what: string; readonly pattern: RegExp; readonly least: number }[] = [
  { what: 'tag characters, which spell text that nobody sees', pattern: /[\u{e0020}-\u{e007e}]/gu, least: 4 },
  { what: 'characters that turn the direction of writing', pattern: /[\u202a-\u202e\u2066-\u2069]/g, least: 1 },
  { what: 'characters without width', pattern: /[\u200b\u2060\u2061-\u2064]/g, least: 8 },
  { what: 'variation selectors in a row', pattern: /[\u{e0100}-\u{e01ef}]/gu, least: 8 },
];

/** Tells of characters in a text that are there and are not shown: of one fact each kind, with where the first stands. */
export function tellHiddenCharacters(text: string, observer: Observer, firstLine = 1): void {
  for (const { what, pattern, least } of KINDS) {
    let count = 0;
    let first = -1;
    for (const match of text.matchAll(pattern)) {
      if (first < 0) first = match.index;
      count++;
    }
    if (count < least) continue;
    const before = text.slice(0, first);
    const line = firstLine + (before.match(/\n/g)?.length ?? 0);
    observer.fact({ kind: 'hidden-characters', offset: Buffer.byteLength(before), line, what, count });
  }
}
