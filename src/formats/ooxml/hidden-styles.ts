import type { Extraction } from '../extraction.ts';
import { localName, readMarkup } from '../markup.ts';
import { isOn, isWhite, valueOf } from './read-part.ts';

/** Ids of the styles of a text document that hide what has them, by themselves or through the style they are based on. */
export function hiddenStyles(source: string, out: Extraction): ReadonlySet<string> {
  const hidden = new Set<string>();
  const basedOn: [style: string, base: string][] = [];
  let style = '';
  readMarkup(source, 'xml', out, {
    open(tag, attributes) {
      const local = localName(tag);
      if (local === 'style') style = attributes['w:styleId'] ?? '';
      else if (style === '') return;
      else if (local === 'basedOn') basedOn.push([style, valueOf(attributes)]);
      else if (isOn(local, attributes) || (local === 'color' && isWhite(valueOf(attributes)))) hidden.add(style);
    },
    close: (tag) => void (localName(tag) === 'style' && (style = '')),
    text: () => {},
    comment: () => {},
  });
  // As many rounds as a chain may be long; each is linear.
  for (let round = 0; round < 8; round++) for (const [one, base] of basedOn) if (hidden.has(base)) hidden.add(one);
  return hidden;
}
