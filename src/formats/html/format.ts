import { type Hiding, readDeclarations, sameColour, simpleRules } from '../css-hiding.ts';
import { decodeText } from '../decode-text.ts';
import { type Extraction, malformed } from '../extraction.ts';
import { type Format, latin1 } from '../format.ts';
import { type Attributes, readMarkup } from '../markup.ts';

/** How far in the first tag of a page may stand: comments and blank lines come before it. */
const SNIFF = 4096;

const BLOCKS = new Set(['address', 'article', 'aside', 'blockquote', 'br', 'caption', 'dd', 'details', 'div', 'dl', 'dt', 'fieldset',
  'figcaption', 'figure', 'footer', 'form', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'legend', 'li', 'main', 'nav', 'ol',
  'option', 'p', 'pre', 'section', 'summary', 'table', 'tbody', 'tfoot', 'thead', 'title', 'tr', 'ul']); // prettier-ignore

/** Elements whose text no browser shows as text. */
const UNSEEN = new Set([
  'noscript',
  'template',
  'head',
  'datalist',
  'noembed',
  'noframes',
  'object',
  'iframe',
  'audio',
  'video',
  'canvas',
]);

const LINKS = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'cite',
  'data',
  'poster',
  'background',
  'srcset',
  'ping',
  'xlink:href',
]);
/** Attributes for layout and scripts; all others are read when they hold more than one word. */
const PLAIN = new Set(['class', 'style', 'id', 'd', 'points', 'viewbox', 'transform', 'sizes', 'rel', 'media', 'charset', 'lang', 'dir',
  'width', 'height', 'type', 'name', 'target', 'integrity', 'http-equiv', 'property']); // prettier-ignore
const TEXTUAL = new Set(['alt', 'title', 'aria-label', 'aria-description', 'placeholder', 'content', 'value', 'label', 'summary', 'srcdoc',
  'aria-roledescription', 'aria-valuetext', 'abbr']); // prettier-ignore

/** What holds for the text inside an element. */
interface Level {
  readonly name: string;
  /** For everything inside. */
  readonly hidden: boolean;
  /** Written in the colour of its ground, until something inside changes one of them. */
  readonly blended: boolean;
  readonly colour: number;
  readonly background: number;
}

/** HTML: what a person sees, and apart from it everything that only a machine reads. */
export const html: Format = {
  id: 'html',
  sniff: (bytes) => looksLikeHtml(latin1(bytes, 0, SNIFF).replaceAll('\0', '')),
  read(bytes, out) {
    const text = decodeText(bytes);
    if (text === null) throw malformed('HTML', 'not text');
    readPage(text, out);
  },
};

/** A doctype or root anywhere near the beginning, or one of the usual elements as the first thing that is no comment. */
function looksLikeHtml(head: string): boolean {
  if (/<(!doctype html|html[\s>]|body[\s>])/i.test(head)) return true;
  // Byte order marks, as Latin-1.
  let at = /^[\s\u00ef\u00bb\u00bf\u00ff\u00fe]*/.exec(head)![0].length;
  while (head.startsWith('<!--', at)) {
    const end = head.indexOf('-->', at + 4);
    if (end === -1) return true;
    at = end + 3;
    while (at < head.length && head.charCodeAt(at) <= 0x20) at += 1;
  }
  return /^<(head|title|script|meta|div|p|table|h[1-6]|span|a|style|br|iframe|ul|ol|form|img|section|article|b|i|font|center)[\s>/]/i.test(
    head.slice(at, at + 16),
  );
}

function readPage(source: string, out: Extraction): void {
  const rules = simpleRules(styleSheets(source, out));
  const visible = new TextRun(out);
  const hidden = new TextRun(out);
  const comments: string[] = [];
  const attributesRead: string[] = [];
  const links: string[] = [];
  const scripts: string[] = [];
  const styles: string[] = [];
  const levels: Level[] = [{ name: '', hidden: false, blended: false, colour: 0x000000, background: 0xffffff }];

  readMarkup(source, 'html', out, {
    open(name, attributes) {
      const above = levels.at(-1)!;
      levels.push(levelOf(name, attributes, above, rules));
      if (BLOCKS.has(name)) (isUnseen(levels.at(-1)!) ? hidden : visible).add('\n');
      else if (name === 'td' || name === 'th') (isUnseen(levels.at(-1)!) ? hidden : visible).add('\t');
      for (const [key, value] of Object.entries(attributes)) {
        const attribute = key.toLowerCase();
        if (value === '') continue;
        if (LINKS.has(attribute)) {
          if (/^\s*data:/i.test(value)) out.note('embedded data URL');
          else if (!value.startsWith('#')) links.push(value);
        } else if (attribute.startsWith('on')) scripts.push(value);
        else if (TEXTUAL.has(attribute) || (!PLAIN.has(attribute) && /\S\s+\S/.test(value))) attributesRead.push(value);
      }
      if (name === 'script') out.note('script');
      if (name === 'form') out.note('form');
    },
    close(name) {
      if (BLOCKS.has(name)) (isUnseen(levels.at(-1)!) ? hidden : visible).add('\n');
      if (levels.length > 1) levels.pop();
    },
    text(text) {
      const level = levels.at(-1)!;
      if (level.name === 'script') scripts.push(text);
      else if (level.name === 'style') styles.push(text);
      else (isUnseen(level) ? hidden : visible).add(text);
    },
    comment: (text) => void comments.push(text.trim()),
  });

  out.piece('text', visible.text);
  if (hidden.text.trim() !== '') out.note('hidden text');
  out.piece('hidden', hidden.text, true);
  out.piece('comments', comments.join('\n'), true);
  out.piece('attributes', attributesRead.join('\n'), true);
  out.piece('links', links.join('\n'), true);
  out.piece('scripts', scripts.join('\n'), true);
  out.piece('styles', styles.join('\n'), true);
}

/** Text that grows piece by piece, with white space folded, no longer than may be kept. */
class TextRun {
  readonly #room: number;
  #parts: string[] = [];
  #length = 0;

  constructor(out: Extraction) {
    this.#room = out.room + 1;
  }

  add(text: string): void {
    if (this.#length > this.#room) return;
    this.#parts.push(text);
    this.#length += text.length;
  }

  get text(): string {
    return this.#parts
      .join('')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join('\n');
  }
}

/** Style sheets stand anywhere, so that they are read before the text that they hide. */
function styleSheets(source: string, out: Extraction): string {
  if (!/<style/i.test(source)) return '';
  let css = '';
  let inside = false;
  readMarkup(source, 'html', out, {
    open: (name) => void (inside = name === 'style'),
    close: () => void (inside = false),
    text: (text) => void (css += inside ? text : ''),
    comment: () => {},
  });
  return css;
}

function isUnseen({ hidden, blended }: Level): boolean {
  return hidden || blended;
}

function levelOf(name: string, attributes: Attributes, above: Level, rules: ReadonlyMap<string, string>): Level {
  let css = rules.get(name) ?? '';
  if (rules.size > 0) {
    for (const word of (attributes['class'] ?? '').split(/\s+/, 32)) css += `;${rules.get(`.${word}`) ?? ''}`;
    css += `;${rules.get(`#${attributes['id'] ?? ''}`) ?? ''}`;
  }
  css += `;${attributes['style'] ?? ''}`;
  if (attributes['bgcolor'] !== undefined) css = `background:${attributes['bgcolor']};${css}`;
  if (name === 'font' && attributes['color'] !== undefined) css += `;color:${attributes['color']}`;
  const style: Hiding = readDeclarations(css);
  const colour = style.colour ?? above.colour;
  const background = style.background ?? above.background;
  const hidden =
    above.hidden ||
    style.hides ||
    'hidden' in attributes ||
    UNSEEN.has(name) ||
    (name === 'input' && attributes['type']?.toLowerCase() === 'hidden');
  return {
    name,
    hidden: name === 'title' ? false : hidden,
    blended: sameColour(colour, background),
    colour,
    background,
  };
}
