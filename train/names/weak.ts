import { COMMON, COMPANY, COUNTRY, FIRST_NAME, ORDINARY, PLACE, SURNAME } from '../../src/classify/tagger/lexicon.ts';
import type { Run } from '../../src/classify/tagger/features.ts';
import {
  BREAK,
  CAPS,
  CODE,
  hashOf,
  INITIAL,
  MIXED,
  NUMBER,
  SMALL,
  STOP,
  TITLE,
  type Tokens,
} from '../../src/classify/tagger/tokens.ts';
import type { Gazetteer } from './gazetteer.ts';
import { NOBODY } from './generate.ts';

/** Not said: such tokens teach nothing. */
export const UNKNOWN = -1;

const words = (list: string): ReadonlySet<number> => new Set(list.split(' ').map(hashOf));
const TITLE_WORDS = words(
  'mr mrs ms miss dr prof professor sir president senator captain judge coach reverend lady lord chancellor herr frau monsieur madame señor señora mister',
);
const ORG_ENDS = words(
  'inc ltd llc corp corporation company gmbh plc group university institute college association foundation bank council committee commission ministry department agency society union party airlines airways hospital museum orchestra league federation church times post herald universität université universidad università',
);
const ORG_HEADS = words('university bank ministry department institute museum association');
const PLACE_ENDS = words(
  'river lake mountains mountain island islands county province valley sea ocean bay desert peninsula',
);

const SHORT_PLACES = words('us usa uk uae eu nyc la dc sf u.s ussr');

export interface WeakLabeller {
  /** Tags of the tokens of a run in real text, as far as lists and cues tell them. */
  label(tokens: Tokens, classes: Uint8Array, run: Run, isCode: boolean): Int8Array;
}

/** Labels runs of real text by word lists and cues, and says nothing where they do not tell. */
export function createWeakLabeller(gazetteer: Gazetteer): WeakLabeller {
  const places = new Set<string>();
  const hashesOf = (name: string): string => name.toLowerCase().split(/[ ]+/).map(hashOf).join(' ');
  for (const { name, population } of gazetteer.cities) if (population >= 100_000) places.add(hashesOf(name));
  for (const name of [...gazetteer.countries, ...gazetteer.states]) places.add(hashesOf(name));
  const companies = new Set(gazetteer.companies.map(hashesOf));
  const nobody = new Set([...NOBODY, ...gazetteer.demonyms].map((word) => hashOf(word.toLowerCase())));

  return {
    label(tokens, classes, { first, last }, isCode) {
      const size = last - first + 1;
      const tags = new Int8Array(size).fill(UNKNOWN);
      const { kind, hash } = tokens;
      if (isCode) return tags.fill(0);
      let plain = true;
      for (let i = first; i <= last; i++) {
        const known = classes[i]!;
        const ordinary = (known & ORDINARY) !== 0 && (known & (FIRST_NAME | COUNTRY)) === 0;
        if (nobody.has(hash[i]!) || ordinary || kind[i] === NUMBER || (kind[i] === SMALL && (known & COMMON) !== 0))
          tags[i - first] = 0;
        else if (kind[i] === SMALL && (known & (FIRST_NAME | COUNTRY)) === 0) tags[i - first] = 0;
        else if (kind[i] === MIXED || kind[i] === CODE)
          tags[i - first] = (known & (FIRST_NAME | SURNAME | PLACE)) === 0 ? 0 : UNKNOWN;
        else plain = false;
      }
      if (plain) return tags.fill(0);
      const whole = Array.from({ length: size }, (_, k) => hash[first + k]!).join(' ');
      const before = first > 0 ? hash[first - 1]! : 0;
      const opens = first === 0 || kind[first - 1] === BREAK || kind[first - 1] === STOP;
      // A word that opens a sentence and is at home in lower case.
      if (opens && size === 1 && (classes[first]! & COMMON) !== 0 && kind[first] !== CAPS) return tags.fill(0);
      if (places.has(whole)) {
        const alsoName = size === 1 && (classes[first]! & FIRST_NAME) !== 0;
        if (!alsoName && kind[first] !== SMALL) return tags.fill(3);
        return tags.fill(UNKNOWN);
      }
      if (companies.has(whole) && kind[first] !== SMALL && (classes[first]! & ORDINARY) === 0) return tags.fill(2);
      if (size === 1 && kind[first] === CAPS && SHORT_PLACES.has(hash[first]!)) return tags.fill(3);
      const end = hash[last]!;
      if (size > 1 && kind[last] !== SMALL && kind[first] !== SMALL && tags[0] !== 0) {
        if (ORG_ENDS.has(end) || ORG_HEADS.has(hash[first]!)) return tags.fill(2);
        if (PLACE_ENDS.has(end)) return tags.fill(3);
      }
      let name = first;
      let titled = TITLE_WORDS.has(before);
      while (name < last && TITLE_WORDS.has(hash[name]!)) {
        tags[name - first] = 0;
        name++;
        titled = true;
      }
      const length = last - name + 1;
      const allNames = (from: number): boolean => {
        for (let i = from; i <= last; i++) {
          if (kind[i] === INITIAL) continue;
          if (
            kind[i] !== TITLE ||
            (classes[i]! & ORDINARY) !== 0 ||
            nobody.has(hash[i]!) ||
            (classes[i]! & (COUNTRY | COMPANY)) !== 0
          )
            return false;
        }
        return true;
      };
      const firstKnown = classes[name]!;
      const isFirst = (firstKnown & FIRST_NAME) !== 0 && (firstKnown & COMMON) === 0;
      if (length <= 3 && allNames(name) && (titled || (isFirst && length >= 2))) return tags.fill(1, name - first);
      if (length === 1 && isFirst && kind[name] === TITLE && (firstKnown & (PLACE | COUNTRY | COMPANY)) === 0)
        return tags.fill(1, name - first);
      // `Yesterday Maria`: an ordinary word that opens the sentence stands before the name.
      if (
        opens &&
        length === 2 &&
        tags[0] === 0 &&
        kind[last] === TITLE &&
        (classes[last]! & (FIRST_NAME | COMMON | PLACE)) === FIRST_NAME
      ) {
        tags[last - first] = 1;
        return tags;
      }
      if (kind[first] === CAPS && size > 3) return tags.fill(0);
      return tags;
    },
  };
}
