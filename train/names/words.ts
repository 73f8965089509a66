import {
  COMMON,
  COMPANY,
  COUNTRY,
  FIRST_NAME,
  FREQUENT,
  ORDINARY,
  PLACE,
  SURNAME,
} from '../../src/classify/tagger/lexicon.ts';
import { BREAK, CAPS, createTokens, hashOf, SMALL, STOP, TITLE, tokenize } from '../../src/classify/tagger/tokens.ts';
import type { CorpusText } from './corpus.ts';
import type { Gazetteer } from './gazetteer.ts';

/** How often a word is written small, and with a capital where nothing else demands one. */
export interface Usage {
  small: number;
  capital: number;
}

export function countUsage(corpus: readonly CorpusText[]): ReadonlyMap<number, Usage> {
  const usage = new Map<number, Usage>();
  const tokens = createTokens();
  for (const { text } of corpus) {
    tokenize(text, tokens);
    for (let i = 0; i < tokens.count; i++) {
      const kind = tokens.kind[i]!;
      if (kind !== SMALL && kind !== TITLE && kind !== CAPS) continue;
      const word = tokens.hash[i]!;
      let entry = usage.get(word);
      if (entry === undefined) usage.set(word, (entry = { small: 0, capital: 0 }));
      if (kind === SMALL) entry.small++;
      else if (
        kind === TITLE &&
        i > 0 &&
        tokens.kind[i - 1] !== BREAK &&
        tokens.kind[i - 1] !== STOP &&
        tokens.kind[i - 1] === SMALL
      )
        entry.capital++;
    }
  }
  return usage;
}

/** What each word of the gazetteers is, and which words are ordinary ones; by hash. */
export function classifyWords(gazetteer: Gazetteer, usage: ReadonlyMap<number, Usage>): ReadonlyMap<number, number> {
  const classes = new Map<number, number>();
  const mark = (name: string, bits: number): void => {
    for (const word of name.split(/[ .]+/)) {
      if (word.length < 2 || !/^\p{Lu}/u.test(word)) continue;
      const hash = hashOf(word.toLowerCase());
      classes.set(hash, (classes.get(hash) ?? 0) | bits);
    }
  };
  for (const list of gazetteer.firstNames.values()) for (const name of list) mark(name, FIRST_NAME);
  for (const list of gazetteer.surnames.values()) for (const name of list) mark(name, SURNAME);
  // The largest cities are as well known as countries.
  for (const { name, population } of gazetteer.cities) mark(name, population >= 300_000 ? PLACE | COUNTRY : PLACE);
  for (const name of gazetteer.countries) mark(name, COUNTRY);
  for (const name of gazetteer.states) mark(name, COUNTRY);
  for (const name of gazetteer.companies) mark(name, COMPANY);
  for (const name of gazetteer.frequent) mark(name[0]!.toUpperCase() + name.slice(1), FREQUENT);
  for (const [word, { small, capital }] of usage) {
    const known = classes.get(word) ?? 0;
    const isName = (known & (FIRST_NAME | COUNTRY)) !== 0;
    if (small < (isName ? 4 : 2) || (isName && small < capital * 0.5)) continue;
    classes.set(word, known | COMMON | (small >= 5 && capital <= small * 0.08 ? ORDINARY : 0));
  }
  return classes;
}
