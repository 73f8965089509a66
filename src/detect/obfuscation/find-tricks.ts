import type { Span } from '../../core/span.ts';
import { viewsOf } from '../../text/decode-layers.ts';
import { commonWords, instructionWords } from '../../text/language-likeness.ts';
import type { UndoneStretch } from '../../text/mapped-text.ts';
import { flippedPassages } from './flipped-case.ts';
import type { Trick } from './trick.ts';
import { wordClusters } from './word-clusters.ts';

export interface FoundTrick extends Span {
  readonly trick: Trick;
  /** Units of a text that is hidden, where it could be read. */
  readonly hides: number;
}

const TURNED = new Set(['rot13', 'caesar', 'atbash', 'reversed']);
const CODES = new Set(['morse', 'braille', 'nato', 'uuencode']);
const BLOCKS = new Set(['binary', 'hex', 'decimal', 'base32', 'base64', 'ascii85', 'base85']);
const ESCAPES = new Set(['percent', 'html-entity', 'unicode-escape', 'hex-escape', 'quoted-printable']);

/** Letters in a row that are written as escapes and need not be. */
const ESCAPED_LETTERS = 4;
/** Units that a decoded passage has at least before it is more than an identifier. */
const ENCODED_UNITS = 12;
const EAST_ASIAN = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]/;
/** Letters in the style of a font; a name or a heading has fewer. */
const STYLED_LETTERS = 24;
/** Three letters with the fewest marks that make a stack. */
const STACKED_UNITS = 12;
/** Letters of words that are spelt out; fewer are emphasis. */
const SPELT_LETTERS = 8;

/** Every trick that was undone in a text and is not an ordinary way of writing, in the order of their beginnings. */
export function findTricks(text: string): FoundTrick[] {
  const seen = viewsOf(text);
  if (seen.length === 1 && seen[0]!.undone.length === 0) return [];
  const by = new Map<string, UndoneStretch[]>();
  const found: FoundTrick[] = [];
  const put = (trick: Trick, { start, end }: Span, hides = 0): void => void found.push({ trick, start, end, hides });
  let depth = 0;
  for (const view of seen) {
    let encodedHere = false;
    for (const stretch of view.undone) {
      const { via } = stretch;
      if (BLOCKS.has(via) || CODES.has(via) || TURNED.has(via)) {
        encodedHere = true;
        if (depth > 0) put('nested', stretch);
        else if (TURNED.has(via)) put('turned', stretch);
        else if (isSaying(stretch)) put('encoded', stretch);
      } else {
        const list = by.get(via);
        if (list === undefined) by.set(via, [stretch]);
        else list.push(stretch);
      }
    }
    if (encodedHere) depth++;
  }
  for (const [via, stretches] of by) {
    stretches.sort((a, b) => a.start - b.start || a.end - b.end);
    if (ESCAPES.has(via)) for (const one of stretches) escaped(one, put);
    else RULES[via]?.(text, stretches, put);
  }
  return found.sort((a, b) => a.start - b.start || b.end - a.end);
}

type Put = (trick: Trick, span: Span, hides?: number) => void;
type Rule = (text: string, stretches: readonly UndoneStretch[], put: Put) => void;

/** A passage, not a word or two of an identifier or an icon's title. */
function isSaying({ plain = '' }: UndoneStretch): boolean {
  if (plain.length < ENCODED_UNITS) return instructionWords(plain) > 0;
  // Markup and JSON in base64 are how programs write (tokens, SVG images, source maps).
  return !/^\s*(?:[{[<]|%PDF|data:|https?:)/.test(plain) || instructionWords(plain) > 1;
}

function escaped({ start, end, plain = '' }: UndoneStretch, put: Put): void {
  let letters = 0;
  let most = 0;
  for (let i = 0; i < plain.length; i++) {
    const unit = plain.charCodeAt(i) | 0x20;
    letters = unit >= 0x61 && unit <= 0x7a ? letters + 1 : 0;
    if (letters > most) most = letters;
  }
  if (most >= ESCAPED_LETTERS) put('escapes', { start, end });
}

const hidden: Rule = (text, stretches, put) => {
  for (const one of stretches) {
    const hides = one.plain?.length ?? 0;
    // Selectors that spell nothing are a slip of an input method, unless they are many and different.
    if (hides > 0 || isManifold(text.slice(one.start, one.end))) put('hidden-text', one, hides);
  }
};

function isManifold(run: string): boolean {
  return run.length >= 6 && new Set(run).size >= 4;
}

const clustered =
  (trick: Trick, gap: number, fewest: number, density: number): Rule =>
  (text, stretches, put) => {
    for (const span of wordClusters(text, stretches, { gap, fewest, density })) put(trick, span);
  };

const RULES: Readonly<Record<string, Rule>> = {
  'tag-characters': hidden,
  'variation-selectors': hidden,
  'invisible-bits': hidden,
  invisible(text, stretches, put) {
    const inWords = stretches.filter(({ start, end }) => isLatin(text, start - 1) && isLatin(text, end));
    // Soft hyphens and break opportunities stand in long words here and there.
    for (const span of wordClusters(text, inWords, { gap: 4, fewest: 3, density: 0 })) put('invisible', span);
  },
  bidi(text, stretches, put) {
    for (const one of stretches) {
      let i = one.start;
      while (i < one.end && text[i] !== '\u202e' && text[i] !== '\u202d') i++;
      if (i < one.end) put('bidi-override', one);
    }
  },
  'stacked-marks'(text, stretches, put) {
    // Letters side by side are one stretch already.
    for (const span of wordClusters(text, stretches, { gap: 8, fewest: 1, density: 0 }))
      if (span.end - span.start >= STACKED_UNITS) put('stacked-marks', span);
  },
  'terminal-escapes'(text, stretches, put) {
    for (const one of stretches) {
      const sequence = text.slice(one.start, one.end);
      const conceals = /\[(?:[\d;]*;)?0?8(?:;[\d;]*)?m/.test(sequence);
      const splits = isLatin(text, one.start - 1) && isLatin(text, one.end);
      // Colours are ordinary in logs; what moves the cursor, erases or talks to the terminal is not.
      if (conceals || splits || /\[[\d;?]*[A-HJKSTfsu]|\][\d;]/.test(sequence)) put('terminal-escapes', one);
    }
  },
  confusables(text, stretches, put) {
    // Signs of currency are no letters, and broken encodings are full of them.
    const words = stretches.filter(
      ({ start, end, plain = '' }) => /^[A-Za-z]{3,}$/.test(plain) && /^[\p{L}\p{So}]+$/u.test(text.slice(start, end)),
    );
    for (const one of words) if (isTelling(one)) put('look-alikes', one);
    for (const span of wordClusters(text, words, { gap: 48, fewest: 3, density: 0.3 })) put('look-alikes', span);
  },
  'styled-letters'(text, stretches, put) {
    // Fullwidth letters are ordinary where the other letters are as wide.
    const own = EAST_ASIAN.test(text) ? stretches.filter(({ start }) => text.charCodeAt(start) < 0xff00) : stretches;
    const passages = wordClusters(text, own, { gap: 4, fewest: 1, density: 0 });
    for (const { start, end } of passages) if (end - start >= STYLED_LETTERS) put('styled-letters', { start, end });
  },
  'case-flips'(text, stretches, put) {
    for (const span of flippedPassages(text, stretches)) put('case-flips', span);
  },
  leet(text, stretches, put) {
    for (const one of stretches) if (instructionWords(one.plain ?? '') > 0) put('leet', one);
    for (const span of wordClusters(text, stretches, { gap: 32, fewest: 3, density: 0.3 })) put('leet', span);
  },
  stretched: clustered('stretched', 48, 5, 0.4),
  'spaced-letters'(_text, stretches, put) {
    // One short word is emphasis.
    for (const one of stretches)
      if ((one.plain ?? '').replaceAll(' ', '').length >= SPELT_LETTERS || instructionWords(one.plain ?? '') > 0)
        put('spaced-letters', one);
  },
  'pig-latin': clustered('pig-latin', 48, 3, 0.3),
};

/** Whether a word with look-alikes in it reads as a common English word: a Greek letter in a formula does not. */
function isTelling({ plain = '' }: UndoneStretch): boolean {
  const { known } = commonWords(plain);
  return known > 0 && plain.length >= 4;
}

function isLatin(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a) || (unit >= 0xc0 && unit <= 0x24f);
}
