import type { Row } from '../row.ts';
import { Seeded } from '../seeded.ts';
import { ATTACK_ENGLISH } from './attack-english.ts';
import { BENIGN_ENGLISH } from './benign-english.ts';
import { DOCUMENTS } from './documents.ts';
import { write, type Grammar } from './grammar.ts';
import { INJECTIONS } from './injections.ts';
import { LANGUAGES } from './languages.ts';

/** Texts of a grammar's list, each once; fewer when the grammar does not have so many. */
function texts(grammar: Grammar, list: string, count: number, chance: Seeded): string[] {
  const made = new Set<string>();
  for (let tries = 0; made.size < count && tries < count * 4; tries++)
    made.add(style(write(grammar, `{${list}}`, chance), chance));
  return [...made];
}

/** People write in many ways: without capitals, without the last stop, all in capitals. */
function style(text: string, chance: Seeded): string {
  let styled = text.replace(/ {2,}/g, ' ').trim();
  if (chance.chance(0.12)) styled = styled.toLowerCase();
  else if (chance.chance(0.03)) styled = styled.toUpperCase();
  if (chance.chance(0.2)) styled = styled.replace(/[.!]$/, '');
  if (chance.chance(0.06)) styled = styled.replace(/[',]/g, '');
  return styled;
}

/** Attacks in the user's channel and harmless texts that share their words, both in many languages. */
export function generateUserTexts(seed: number, scale = 1): Row[] {
  const chance = new Seeded(seed);
  const rows: Row[] = [];
  const some = (n: number): number => Math.max(1, Math.round(n * scale));
  const kinds = [
    'override',
    'reveal',
    'secretAsk',
    'persona',
    'authority',
    'fakeTurn',
    'suppress',
    'encoded',
    'fiction',
    'game',
    'policy',
    'hijack',
    'gradual',
    'dual',
    'attack',
  ] as const;
  for (const kind of kinds) {
    for (const text of texts(ATTACK_ENGLISH, kind, some(kind === 'attack' ? 1500 : 300), chance))
      rows.push({ text, label: 1, source: `generated:attack-${kind}`, kind, language: 'en' });
  }
  for (const text of texts(BENIGN_ENGLISH, 'text', some(4000), chance))
    rows.push({ text, label: 0, source: 'generated:benign', kind: 'hard-negative', language: 'en' });
  for (const [language, lists] of Object.entries(LANGUAGES)) {
    const grammar: Grammar = {
      ...lists,
      name: ATTACK_ENGLISH['name']!,
      attack: [
        '{override} {payload}',
        '{override}',
        '{reveal}',
        '{persona} {payload}',
        '{persona}',
        '{benign} {override} {payload}',
        '{override} {reveal}',
        '{benign}\n{override}',
        '{override} {override} {payload}',
        '{benign} {hijack}',
        '{benign} {hijack}',
        '{benign}\n{hijack}',
        '{hijack}',
      ],
      harmless: ['{benign}', '{benign}', '{benign} {benign}'],
    };
    for (const text of texts(grammar, 'attack', some(400), chance))
      rows.push({ text, label: 1, source: `generated:attack-${language}`, kind: 'language', language });
    for (const text of texts(grammar, 'harmless', some(100), chance))
      rows.push({ text, label: 0, source: `generated:benign-${language}`, kind: 'hard-negative', language });
  }
  return rows;
}

/** Single injections and single passages of documents, for a model that asks of a window whether it instructs a model. */
export function generateDocumentTexts(seed: number, scale = 1): Row[] {
  const chance = new Seeded(seed);
  const rows: Row[] = [];
  const some = (n: number): number => Math.max(1, Math.round(n * scale));
  for (const text of texts(INJECTIONS, 'injection', some(5000), chance))
    rows.push({ text, label: 1, source: 'generated:injection', kind: 'injection', language: 'en' });
  for (const kind of [
    'mail',
    'page',
    'json',
    'howTo',
    'review',
    'ticket',
    'notes',
    'log',
    'product',
    'policyDoc',
    'calendar',
    'bank',
    'news',
    'resume',
  ] as const)
    for (const text of texts(DOCUMENTS, kind, some(400), chance))
      rows.push({ text, label: 0, source: `generated:document-${kind}`, kind: 'document', language: 'en' });
  return rows;
}
