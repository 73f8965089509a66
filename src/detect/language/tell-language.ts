import type { eld as Eld } from 'eld/extrasmall';
import { commonWords } from '../../text/language-likeness.ts';

let eld: typeof Eld | null = null;
let loading: Promise<void> | null = null;

/** Loads what tells languages apart (about a megabyte), once. Null when that has been done. */
export function loadLanguages(): Promise<void> | null {
  if (eld !== null) return null;
  loading ??= import('eld/extrasmall').then((module) => {
    eld = module.eld;
  });
  return loading;
}

/** Letters among what is neither white space; text with fewer is code, a table, a list of numbers. */
const LETTERS = 0.65;
/** Share of common English words that English has at least, whatever else it looks like. */
const ENGLISH = 0.25;

/**
 * The language that a passage is certainly in, or null: too few letters, too many signs, or not certain. `fewest` is the number of
 * letters; an ideograph or a syllable counts as three.
 */
export function tellLanguage(passage: string, fewest: number): string | null {
  const words = passage.replace(NO_LANGUAGE, ' ');
  let letters = 0;
  let signs = 0;
  for (let i = 0; i < words.length; i++) {
    const unit = words.charCodeAt(i);
    if (unit < 0x80) {
      if ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a) letters++;
      else if (unit > 0x20) signs++;
    } else if (unit === 0xa0 || (unit & 0xfc00) === 0xdc00) continue;
    else if (IDEOGRAPH.test(words[i]!)) letters += 3;
    else if ((unit & 0xfc00) === 0xd800 ? LETTER.test(words.slice(i, i + 2)) : LETTER.test(words[i]!)) letters++;
    else signs++;
  }
  if (letters < fewest || letters < LETTERS * (letters + signs)) return null;
  if (eld === null) throw new Error('languages are told before they are loaded');
  const told = eld.detect(words);
  if (told.language === '') return null;
  if (told.language !== 'en') {
    const { known, words: all } = commonWords(words);
    if (all >= 8 && known >= ENGLISH * all) return 'en';
  }
  return told.isReliable() ? told.language : null;
}

/** Addresses and inline code: at most 512 units each, none of which says anything about a language. */
const NO_LANGUAGE = /(?:https?:\/\/|www\.)\S{1,512}|`[^`\n]{1,512}`|\S{1,64}@\S{1,128}/g;
const LETTER = /[\p{L}\p{M}]/u;
const IDEOGRAPH = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e00-\u0eff]/;
