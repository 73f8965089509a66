import { decodeText } from '../decode-text.ts';
import { readDeclarations } from '../css-hiding.ts';
import { malformed } from '../extraction.ts';
import { type Format, latin1 } from '../format.ts';
import { localName, readMarkup } from '../markup.ts';

const UNSEEN = new Set(['title', 'desc', 'metadata', 'defs', 'symbol', 'switch']);
const TEXTUAL = /^(aria-|inkscape:label$|xlink:title$|title$|alt$|data-)/;

/** SVG: text that is drawn, and apart from it titles, descriptions, metadata, comments and scripts. */
export const svg: Format = {
  id: 'svg',
  sniff(bytes) {
    const head = latin1(bytes, 0, 4096).replaceAll('\0', '');
    return (
      /^[\s\u00ef\u00bb\u00bf\u00ff\u00fe]*</.test(head) &&
      /<(\w{1,40}:)?svg[\s>]/i.test(head) &&
      !/<html[\s>]/i.test(head)
    );
  },
  read(bytes, out) {
    const source = decodeText(bytes);
    if (source === null) throw malformed('SVG', 'not text');
    const visible: string[] = [];
    const hidden: string[] = [];
    const comments: string[] = [];
    const scripts: string[] = [];
    const levels: { readonly name: string; readonly hidden: boolean }[] = [{ name: '', hidden: false }];
    readMarkup(source, 'xml', out, {
      open(tag, attributes) {
        const name = localName(tag).toLowerCase();
        const css = ['display', 'visibility', 'opacity', 'font-size']
          .map((key) => `${key}:${attributes[key] ?? ''}`)
          .concat(attributes['style'] ?? '')
          .join(';');
        const unseen = levels.at(-1)!.hidden || UNSEEN.has(name) || readDeclarations(css).hides;
        levels.push({ name, hidden: unseen });
        for (const [key, value] of Object.entries(attributes)) {
          if (key.toLowerCase().startsWith('on')) {
            out.note('script');
            scripts.push(value);
          } else if (TEXTUAL.test(key.toLowerCase())) hidden.push(value);
          else if (localName(key) === 'href' && !value.startsWith('#') && !/^\s*data:/i.test(value)) hidden.push(value);
        }
        if (name === 'script') out.note('script');
        if (name === 'foreignobject') out.note('HTML inside');
        if (name === 'image') out.gap('pixels', 'image', 'a picture in the drawing');
        (unseen ? hidden : visible).push('\n');
      },
      close() {
        if (levels.length > 1) levels.pop();
      },
      text(text) {
        const level = levels.at(-1)!;
        if (level.name === 'script') scripts.push(text);
        else (level.hidden ? hidden : visible).push(text);
      },
      comment: (text) => void comments.push(text.trim()),
    });
    out.piece('text', folded(visible));
    out.piece('hidden', folded(hidden), true);
    out.piece('comments', comments.join('\n'), true);
    out.piece('scripts', scripts.join('\n'), true);
    out.gap('pixels', '', 'what the SVG draws');
  },
};

function folded(parts: readonly string[]): string {
  return parts
    .join('')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}
