import { SYNONYM_GROUPS } from './synonym-list.ts';

export const PARTS_OF_SPEECH = ['n', 'v', 'a', 'r'] as const;
export type PartOfSpeech = (typeof PARTS_OF_SPEECH)[number];

type Groups = Readonly<Record<PartOfSpeech, ReadonlyMap<string, readonly string[]>>>;

let known: Groups | undefined;

/** Words that share a usual meaning with each word, by part of speech. */
function groups(): Groups {
  if (known !== undefined) return known;
  const found: Record<PartOfSpeech, Map<string, string[]>> = {
    n: new Map(),
    v: new Map(),
    a: new Map(),
    r: new Map(),
  };
  let pos: PartOfSpeech = 'n';
  for (const line of SYNONYM_GROUPS.trim().split('\n')) {
    const part = PARTS_OF_SPEECH.find((one) => one === line);
    if (part !== undefined) {
      pos = part;
      continue;
    }
    const words = line.split(' ');
    for (const word of words) {
      const list = found[pos].get(word) ?? [];
      for (const other of words) if (other !== word && !list.includes(other)) list.push(other);
      found[pos].set(word, list);
    }
  }
  known = found;
  return found;
}

const BEFORE_NOUNS: ReadonlySet<string> = new Set(
  'a an the this that these those my your his her its our their some any no every each of in'.split(' '),
);
const BEFORE_VERBS: ReadonlySet<string> = new Set(
  'to i you we they he she will would can could should must may might shall do does did not please'.split(' '),
);

/** Parts of speech that a word can have where it stands, judged by the word before it alone. */
function partsAt(before: string | undefined): readonly PartOfSpeech[] {
  if (before !== undefined && BEFORE_NOUNS.has(before)) return ['n', 'a'];
  if (before !== undefined && BEFORE_VERBS.has(before)) return ['v', 'r'];
  return PARTS_OF_SPEECH;
}

/** Regular endings, by part of speech. A form that is not regular is not found: no synonym is better than a wrong form. */
const ENDINGS: readonly {
  readonly pos: PartOfSpeech;
  readonly ending: string;
  stems(word: string): readonly string[];
  join(stem: string): string;
}[] = [
  { pos: 'n', ending: 's', stems: pluralStems, join: withS },
  { pos: 'v', ending: 's', stems: pluralStems, join: withS },
  { pos: 'v', ending: 'ed', stems: (word) => stemsBefore(word, 'ed'), join: (stem) => joined(stem, 'ed') },
  { pos: 'v', ending: 'ing', stems: (word) => stemsBefore(word, 'ing'), join: (stem) => joined(stem, 'ing') },
];

function pluralStems(word: string): readonly string[] {
  if (word.endsWith('ies')) return [`${word.slice(0, -3)}y`];
  if (word.endsWith('es')) return [word.slice(0, -1), word.slice(0, -2)];
  return word.endsWith('ss') ? [] : [word.slice(0, -1)];
}

function withS(stem: string): string {
  if (/[^aeiou]y$/.test(stem)) return `${stem.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(stem) ? `${stem}es` : `${stem}s`;
}

function stemsBefore(word: string, ending: string): readonly string[] {
  const stem = word.slice(0, -ending.length);
  const stems = [stem, `${stem}e`];
  if (/([^aeiou])\1$/.test(stem)) stems.push(stem.slice(0, -1));
  if (ending === 'ed' && stem.endsWith('i')) stems.push(`${stem.slice(0, -1)}y`);
  return stems;
}

/** Past tenses that no rule gives: left out, as a wrong form is no synonym. */
const IRREGULAR: ReadonlySet<string> = new Set(
  `be become begin bend bind bite blow break bring build buy catch choose come cost creep cut deal dig do draw drive drink eat fall feed feel fight
find fly forbid forget forgive freeze get give go grind grow hang have hear hide hit hold hurt keep know lay lead leave lend let lie light
lose make mean meet overcome pay put read ride ring rise run say see seek sell send set shake shine shoot show shut sing sink sit sleep slay
slide speak spend split spread spring stand steal stick sting strike swear sweep swim swing take teach tear tell think throw understand wake wear
weep win wind write`.split(/\s+/),
);

function joined(stem: string, ending: string): string {
  if (ending === 'ed' && /[^aeiou]y$/.test(stem)) return `${stem.slice(0, -1)}ied`;
  if (stem.endsWith('e') && !/(?:ee|oe|ye)$/.test(stem)) return `${stem.slice(0, -1)}${ending}`;
  return /^[^aeiou]*[aeiou][^aeiouwxy]$/.test(stem) ? `${stem}${stem.at(-1)!}${ending}` : `${stem}${ending}`;
}

/**
 * Words that can stand for a word where it stands, in its form and case, the likelier meanings first.
 * @param before the word before it, in lower case
 */
export function synonymsOf(word: string, before?: string): readonly string[] {
  const lower = word.toLowerCase();
  const table = groups();
  const parts = partsAt(before);
  const found = new Set<string>();
  for (const pos of parts) for (const other of table[pos].get(lower) ?? []) found.add(other);
  for (const { pos, ending, stems, join } of ENDINGS) {
    if (!parts.includes(pos) || !lower.endsWith(ending) || lower.length < ending.length + 3) continue;
    for (const stem of stems(lower)) {
      if (join(stem) !== lower) continue;
      for (const other of table[pos].get(stem) ?? []) {
        if (ending !== 'ed' || !IRREGULAR.has(other)) found.add(join(other));
      }
    }
  }
  found.delete(lower);
  return [...found].map((other) => inCaseOf(word, other));
}

/** Whether one word is listed as a synonym of the other, whatever stands before it. */
export function areSynonyms(a: string, b: string): boolean {
  return synonymsOf(a.toLowerCase()).includes(b.toLowerCase());
}

function inCaseOf(model: string, word: string): string {
  if (model.length > 1 && model === model.toUpperCase()) return word.toUpperCase();
  return model[0] === model[0]!.toUpperCase() ? word[0]!.toUpperCase() + word.slice(1) : word;
}
