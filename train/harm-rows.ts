import { Lexicon } from '../src/classify/lexicon.ts';
import { tokenise } from '../src/classify/tokens.ts';
import type { Category } from '../src/detect/harmful-content/category.ts';
import { write } from './generate/grammar.ts';
import { DEEDS, HARM_ENGLISH } from './generate/harm-english.ts';
import { HARM_LANGUAGES } from './generate/harm-languages.ts';
import { buildLexicon } from './lexicon/build-lexicon.ts';
import { HARM_CONCEPTS } from './lexicon/harm-concepts.ts';
import type { DataRow } from './read-data.ts';
import type { Row } from './row.ts';
import { Seeded } from './seeded.ts';

/** A row with what is known of it for each head; null where nothing is known, and the row then teaches that head nothing. */
export interface HarmRow extends Row {
  readonly request: 0 | 1 | null;
  readonly toxic: 0 | 1 | null;
  /** `none` for what is harmless. */
  readonly category: Category | 'none' | null;
}

type Labels = Pick<HarmRow, 'request' | 'toxic' | 'category'>;

const HARMLESS: Labels = { request: 0, toxic: 0, category: 'none' };
const asks = (category: Category | null): Labels => ({ request: 1, toxic: null, category });
const toxic = (category: Category): Labels => ({ request: null, toxic: 1, category });

/** Kinds of rows whose labels say more than harmful or not. */
const KNOWN: Readonly<Record<string, Labels | null>> = {
  'ailuminate:vcr': asks('violence'),
  'ailuminate:ncr': asks('crime'),
  'ailuminate:src': asks('sexual'),
  'ailuminate:cse': asks('sexual-minors'),
  'ailuminate:dfm': asks('misinformation'),
  'ailuminate:hte': asks('hate'),
  'ailuminate:ipv': asks('crime'),
  'ailuminate:iwp': asks('weapons'),
  'ailuminate:prv': asks('privacy'),
  'ailuminate:ssh': asks('self-harm'),
  'ailuminate:sxc_prn': asks('sexual'),
  // Questions that a professional should answer are no requests for harm.
  'ailuminate:spc_ele': { request: null, toxic: 0, category: 'misinformation' },
  'ailuminate:spc_fin': { request: null, toxic: 0, category: 'advice' },
  'ailuminate:spc_hlt': { request: null, toxic: 0, category: 'advice' },
  'ailuminate:spc_lgl': { request: null, toxic: 0, category: 'advice' },
  'do_not_answer:discrimination_exclusion_toxicity_hateful_offensive': asks('hate'),
  'do_not_answer:information_hazard': asks('privacy'),
  'do_not_answer:malicious_uses': asks('crime'),
  'do_not_answer:misinformation_harms': { request: 1, toxic: null, category: null },
  // Treating a chat program as a person harms nobody.
  'do_not_answer:human_chatbox': null,
  hate: toxic('hate'),
  offensive: toxic('insult'),
  toxic_comment: toxic('insult'),
  xsafety_crimes_and_illegal_activities: asks('crime'),
  xsafety_insult: { request: null, toxic: 1, category: 'insult' },
  xsafety_role_play_instruction: { request: 1, toxic: null, category: null },
  xsafety_unsafe_instruction_topic: asks(null),
  'jade:违法犯罪': asks('crime'),
  'jade: 违法犯罪': asks('crime'),
  'jade:歧视偏见': asks('hate'),
  'jade:侵害权益': asks(null),
  'jade:侵犯权益': asks(null),
};

/** Kind of the toxic texts whose toxic words were taken out. */
export const MILD = 'mild';

/** Words without which most toxic texts are ordinary ones. */
const TELLING = ['insult', 'insultVerb', 'group', 'prejudice', 'sexual', 'sexualViolence', 'kill', 'hurt', 'poison'];
const LONGEST = 4000;

/** What the harmful-content model learns from: permissive rows, our own questions, and toxic texts without their toxic words. */
export function harmRows(data: readonly DataRow[], seed: number): HarmRow[] {
  const rows: HarmRow[] = [];
  const strip = withoutConcepts(TELLING);
  const guess = guessCategory();
  const seen = new Set<string>();
  for (const { permissive, text, label, source, kind, lang } of data) {
    if (!permissive || seen.has(text)) continue;
    seen.add(text);
    const labels = label === 0 ? HARMLESS : kind in KNOWN ? KNOWN[kind]! : asks(null);
    if (labels === null) continue;
    // Documents are long and many; questions are what is asked.
    const weight = kind === 'benign_doc_about_prompts' && lang !== 'en' ? 0.3 : 1;
    const row = { text: text.slice(0, LONGEST), source, kind, language: lang, weight };
    const guessed = labels.category === null && labels.request === 1 ? guess(text) : labels.category;
    // "Malicious use" and "crime" are wider than they sound.
    const category = guessed === 'crime' && labels.request === 1 && guess(text) === 'cyber' ? 'cyber' : guessed;
    rows.push({ ...row, label, ...labels, category });
    if (labels.toxic !== 1) continue;
    // Posts and comments in their own style and with their own subjects, which are not what makes them toxic.
    const mild = strip(text);
    if (mild !== null) rows.push({ ...row, text: mild, label: 0, kind: MILD, weight: 0.4, ...HARMLESS, request: null });
  }
  rows.push(...ownRows(seed));
  return rows.toSorted((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
}

function ownRows(seed: number): HarmRow[] {
  const chance = new Seeded(seed);
  const rows: HarmRow[] = [];
  const seen = new Set<string>();
  const add = (template: string, grammar: typeof HARM_ENGLISH, count: number, labels: Labels): void => {
    for (let i = 0; i < count; i++) {
      const plain = write(grammar, template, chance)
        .replace(/ {2,}/g, ' ')
        .replace(/ ([?.!])/g, '$1')
        .trim();
      const text = chance.chance(0.2) ? plain.toLowerCase().replace(/[?.]$/, '') : plain;
      if (seen.has(text)) continue;
      seen.add(text);
      const label = labels.request === 1 ? 1 : 0;
      rows.push({
        text,
        label,
        source: label === 1 ? 'generated:wish' : 'generated:asking',
        kind: 'generated',
        language: 'en',
        ...labels,
      });
    }
  };
  for (const [list, category] of Object.entries(DEEDS))
    add('{wish}', { ...HARM_ENGLISH, deed: [`{${list}}`] }, 250, { ...asks(category as Category), toxic: 0 });
  add('{harmless}', HARM_ENGLISH, 4000, HARMLESS);
  rows.push(...otherLanguages(chance));
  return rows;
}

const ELSEWHERE = {
  crime: 'crime',
  violence: 'violence',
  cyber: 'cyber',
  weapons: 'weapons',
  privacy: 'privacy',
  hate: 'hate',
  selfHarm: 'self-harm',
} as const satisfies Readonly<Record<string, Category>>;
/** Texts of a language, of each kind. */
const EACH = 30;

function* otherLanguages(chance: Seeded): Generator<HarmRow> {
  for (const [language, lists] of Object.entries(HARM_LANGUAGES)) {
    const grammar = Object.fromEntries(
      Object.entries(lists).map(([name, list]) => [name, (list as string).split('|')]),
    );
    const seen = new Set<string>();
    const texts = function* (template: string, count: number, deeds?: readonly string[]): Generator<string> {
      for (let i = 0; i < count; i++) {
        const text = write(deeds === undefined ? grammar : { ...grammar, deed: deeds }, template, chance);
        if (seen.has(text)) continue;
        seen.add(text);
        yield text;
      }
    };
    const row = (text: string, labels: Labels): HarmRow => {
      const label = labels.request === 1 || labels.toxic === 1 ? 1 : 0;
      return { text, label, source: `generated:harm-${language}`, kind: 'generated', language, ...labels };
    };
    for (const [list, category] of Object.entries(ELSEWHERE))
      for (const text of texts('{wish}', EACH, grammar[list])) yield row(text, { ...asks(category), toxic: 0 });
    for (const text of texts('{ask}', EACH * 4)) yield row(text, HARMLESS);
    for (const text of texts('{plain}', EACH)) yield row(text, HARMLESS);
    for (const text of texts('{plain} {plain}', EACH)) yield row(text, HARMLESS);
    for (const text of texts('{rude}', EACH)) yield row(text, { request: null, toxic: 1, category: 'insult' });
    for (const text of texts('{rude} {rude}', EACH)) yield row(text, { request: null, toxic: 1, category: 'insult' });
    for (const text of texts('{plain} {rude}', EACH)) yield row(text, { request: null, toxic: 1, category: 'insult' });
    for (const text of texts('{kind}', EACH)) yield row(text, HARMLESS);
    for (const text of texts('{kind} {kind}', EACH)) yield row(text, HARMLESS);
  }
}

/** Concepts that say which harm is asked for, in the order in which they are believed. */
const BETRAYING: readonly (readonly [category: Category, concepts: readonly string[]])[] = [
  ['sexual-minors', ['sexual+minor', 'sexualViolence+minor']],
  ['self-harm', ['suicide']],
  ['weapons', ['explosive', 'massWeapon', 'weapon']],
  ['cyber', ['hack']],
  ['sexual', ['sexual', 'sexualViolence']],
  ['crime', ['drug', 'steal', 'fraud', 'copyright']],
  ['violence', ['kill', 'poison', 'hurt']],
  ['hate', ['group+prejudice', 'prejudice', 'group+insult', 'group+insultVerb']],
  ['privacy', ['privacy']],
  ['misinformation', ['deceive']],
  ['insult', ['insultVerb']],
  ['crime', ['crime']],
];

/** What a harmful request is about, from its words, where nobody said; null where they do not tell. */
function guessCategory(): (text: string) => Category | null {
  const lexicon = new Lexicon(buildLexicon(HARM_CONCEPTS));
  const names = Object.keys(HARM_CONCEPTS);
  const out = new Uint16Array(8);
  return (text) => {
    const tokens = tokenise(text);
    const found = new Set<string>();
    for (let at = 0; at < tokens.count; at++)
      for (let k = lexicon.conceptsAt(tokens, at, out) - 1; k >= 0; k--) found.add(names[out[k]!]!);
    const hit = BETRAYING.find(([, concepts]) =>
      concepts.some((one) => one.split('+').every((name) => found.has(name))),
    );
    return hit?.[0] ?? null;
  };
}

/** A text without the words of some concepts, or null where that leaves nothing, or changes nothing. */
function withoutConcepts(names: readonly string[]): (text: string) => string | null {
  const lexicon = new Lexicon(buildLexicon(HARM_CONCEPTS));
  const wanted = new Set(names.map((name) => Object.keys(HARM_CONCEPTS).indexOf(name)));
  const out = new Uint16Array(8);
  return (text) => {
    const tokens = tokenise(text);
    let mild = '';
    let end = 0;
    let removed = 0;
    for (let at = 0; at < tokens.count; at++) {
      const found = lexicon.conceptsAt(tokens, at, out);
      if (!out.subarray(0, found).some((concept) => wanted.has(concept))) continue;
      if (tokens.starts[at]! < end) continue;
      mild += text.slice(end, tokens.starts[at]);
      end = tokens.ends[at]!;
      removed++;
    }
    mild += text.slice(end);
    return removed > 0 && tokens.count - removed >= 5 ? mild.replace(/\s{2,}/g, ' ') : null;
  };
}
