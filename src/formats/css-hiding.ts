/** Bytes of style sheets and declarations that are looked at: enough for any real one. */
const MAX_CSS = 256 * 1024;

/** What declarations do to the text below an element. */
export interface Hiding {
  readonly hides: boolean;
  /** Text colour and background as 24-bit RGB, where given. */
  readonly colour: number | null;
  readonly background: number | null;
}

const NAMED: Readonly<Record<string, number>> = {
  white: 0xffffff, snow: 0xfffafa, ivory: 0xfffff0, ghostwhite: 0xf8f8ff, whitesmoke: 0xf5f5f5, black: 0x000000, red: 0xff0000,
  green: 0x008000, blue: 0x0000ff, yellow: 0xffff00, gray: 0x808080, grey: 0x808080, silver: 0xc0c0c0, navy: 0x000080,
}; // prettier-ignore

/** `#fff`, `#ffffff`, `rgb(…)`, common names → 24-bit RGB; null for what is not known. Fully transparent is -1. */
export function parseColour(value: string): number | null {
  const text = value.trim().toLowerCase();
  if (text === 'transparent') return -1;
  if (Object.hasOwn(NAMED, text)) return NAMED[text]!;
  const hex = /^#([\da-f]{3,8})$/.exec(text)?.[1];
  if (hex !== undefined) {
    if ((hex.length === 8 && hex.endsWith('00')) || (hex.length === 4 && hex.endsWith('0'))) return -1;
    const wide = hex.length <= 4 ? hex.slice(0, 3).replace(/./g, '$&$&') : hex.slice(0, 6);
    return Number.parseInt(wide, 16);
  }
  const parts = /^rgba?\(([\d.,%\s/]{3,60})\)$/
    .exec(text)?.[1]
    ?.split(/[,/\s]+/)
    .filter((part) => part !== '');
  if (parts === undefined || parts.length < 3) return null;
  if (parts.length > 3 && Number.parseFloat(parts[3]!) === 0) return -1;
  const [r, g, b] = parts.map((part) =>
    Math.max(0, Math.min(255, Math.round(Number.parseFloat(part) * (part.endsWith('%') ? 2.55 : 1)))),
  );
  return Number.isFinite(r! + g! + b!) ? (r! << 16) | (g! << 8) | b! : null;
}

/** True for two colours that an eye does not tell apart. */
export function sameColour(a: number, b: number): boolean {
  const apart = (shift: number): number => Math.abs(((a >> shift) & 255) - ((b >> shift) & 255));
  return Math.max(apart(16), apart(8), apart(0)) <= 16;
}

/** Whether CSS declarations (`display: none; color: …`) keep text from a person's eyes. */
export function readDeclarations(css: string): Hiding {
  let hides = false;
  let colour: number | null = null;
  let background: number | null = null;
  let clipped = false;
  let tiny = false;
  for (const declaration of css.slice(0, MAX_CSS).split(';')) {
    const colon = declaration.indexOf(':');
    if (colon === -1) continue;
    const name = declaration.slice(0, colon).trim().toLowerCase();
    const value = declaration.slice(colon + 1).replace(/!\s*important/i, '').trim().toLowerCase(); // prettier-ignore
    const number = Number.parseFloat(value);
    switch (name) {
      case 'display':
        hides ||= value === 'none';
        break;
      case 'visibility':
        hides ||= value === 'hidden' || value === 'collapse';
        break;
      case 'content-visibility':
        hides ||= value === 'hidden';
        break;
      case 'opacity':
        hides ||= number < (value.endsWith('%') ? 5 : 0.05);
        break;
      case 'font-size':
        hides ||= isTiny(value, number);
        break;
      case 'font':
        hides ||= /(^|\s)(0|[01](\.\d+)?(px|pt))([\s/]|$)/.test(value);
        break;
      case 'left':
      case 'right':
      case 'top':
      case 'bottom':
      case 'text-indent':
      case 'margin-left':
      case 'margin-top':
        hides ||=
          Math.abs(number) >= 900 && (number < 0 || name === 'text-indent' || name === 'left' || name === 'top');
        break;
      case 'clip':
        hides ||= /^rect\((0|1px)[\s\S]*(0|1px)\)$/.test(value);
        break;
      case 'clip-path':
        hides ||= /^(inset\((50|100)%|circle\(0)/.test(value);
        break;
      case 'transform':
        hides ||= /scale[xy]?\(0(\.0+)?[,)]/.test(value);
        break;
      case 'width':
      case 'height':
      case 'max-height':
      case 'max-width':
        tiny ||= number <= 1 && !value.endsWith('%') && !value.endsWith('em');
        break;
      case 'overflow':
        clipped ||= value.startsWith('hidden') || value === 'clip';
        break;
      case 'color':
      case '-webkit-text-fill-color':
        colour = parseColour(value);
        break;
      case 'background':
      case 'background-color':
        background = value.split(/\s+/).map(parseColour).find((part) => part !== null) ?? background; // prettier-ignore
        break;
      default:
    }
  }
  return {
    hides: hides || (clipped && tiny) || colour === -1,
    colour,
    background: background === -1 ? null : background,
  };
}

function isTiny(value: string, number: number): boolean {
  if (value.endsWith('%')) return number < 10;
  if (value.endsWith('em')) return number < 0.1;
  return number < 2;
}

/** Declarations of a style sheet by simple selector (`p`, `.note`, `#secret`); others need the whole of CSS, and are left. */
export function simpleRules(css: string): ReadonlyMap<string, string> {
  const rules = new Map<string, string>();
  let at = 0;
  const text = css.slice(0, MAX_CSS);
  while (at < text.length) {
    const open = text.indexOf('{', at);
    if (open === -1) break;
    const head = text.slice(at, open).trim();
    // Inside `@media` the rules come one level deeper: go on right behind its brace.
    if (head.startsWith('@')) {
      at = open + 1;
      continue;
    }
    const close = text.indexOf('}', open);
    const body = text.slice(open + 1, close === -1 ? undefined : close);
    if (head.length < 4096) {
      for (const part of head.split(',')) {
        const selector = part.slice(part.lastIndexOf('}') + 1).trim();
        if (/^([.#]?[\w-]{1,100}|\*)$/.test(selector) && rules.size < 4096) {
          rules.set(selector, `${rules.get(selector) ?? ''};${body}`);
        }
      }
    }
    if (close === -1) break;
    at = close + 1;
  }
  return rules;
}
