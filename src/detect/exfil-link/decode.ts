/** How a destination is written down, which says what a renderer undoes before it asks for it. */
export type Writing = 'markdown' | 'html' | 'css' | 'plain';

/**
 * Named references of HTML that stand for characters which matter in a URL
 * (https://html.spec.whatwg.org/multipage/named-characters.html); others are left as they are, and a host that
 * contains one is no host on a list.
 */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  bsol: '\\',
  colon: ':',
  comma: ',',
  commat: '@',
  dollar: '$',
  equals: '=',
  excl: '!',
  fjlig: 'fj',
  gt: '>',
  hyphen: '‐',
  lowbar: '_',
  lpar: '(',
  lt: '<',
  nbsp: ' ',
  newline: '\n',
  num: '#',
  percnt: '%',
  period: '.',
  plus: '+',
  quest: '?',
  quot: '"',
  rpar: ')',
  semi: ';',
  shy: '\u00ad',
  sol: '/',
  tab: '\t',
  zerowidthspace: '\u200b',
};

const REFERENCE = /&(?:#x0*([0-9a-f]{1,8})|#0*([0-9]{1,10})|([a-z]{2,16}));?/gi;
const ESCAPED_PUNCTUATION = /\\([!-/:-@[-`{-~])/g;
const CSS_ESCAPE = /\\(?:([0-9a-f]{1,6})[ \t\n\f]?|\n|([^\n]))/gi;

/** Character references of HTML undone. */
export function decodeReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(REFERENCE, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
    return character(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)) ?? whole;
  });
}

/** Escapes of CSS undone (https://drafts.csswg.org/css-syntax/#consume-escaped-code-point). */
function decodeCss(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(CSS_ESCAPE, (_, hex?: string, unit?: string) =>
    hex === undefined ? (unit ?? '') : (character(Number.parseInt(hex, 16)) ?? '\ufffd'),
  );
}

function character(code: number): string | undefined {
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : undefined;
}

/**
 * Every reading of a destination that a renderer may come to. Renderers differ (a backslash is an escape to one and a
 * slash to the next), so all are judged.
 */
export function readings(text: string, writing: Writing): readonly string[] {
  const plain = decodeReferences(text);
  const all = new Set([plain]);
  if (writing === 'markdown') all.add(decodeReferences(text.replace(ESCAPED_PUNCTUATION, '$1')));
  else if (writing === 'css') all.add(decodeCss(plain));
  return [...all];
}

/** `text` without an end that more text could turn into another character. */
export function withoutOpenEscape(text: string): string {
  for (let i = text.length - 1; i >= 0; i--) {
    const unit = text[i]!;
    if (unit === '\\' || unit === '&') return text.slice(0, i);
    if (!/[0-9a-z#;\s]/i.test(unit)) break;
  }
  return text;
}
