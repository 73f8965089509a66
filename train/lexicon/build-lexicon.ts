import { lexiconKey, type LexiconRow } from '../../src/classify/lexicon.ts';
import { CONCEPTS } from './concepts.ts';

/** The rows of the lexicon, each once. @throws RangeError that quotes an entry that is not possible. */
export function buildLexicon(concepts: Readonly<Record<string, string>> = CONCEPTS): readonly LexiconRow[] {
  const rows = new Map<string, LexiconRow>();
  for (const [concept, [, entries]] of Object.entries(concepts).entries()) {
    for (const written of entries.split(',')) {
      const entry = written.trim().replace(/\s+/g, ' ');
      if (entry === '') continue;
      const key = lexiconKey(entry);
      rows.set(`${key} ${concept}`, { key, concept });
    }
  }
  return [...rows.values()];
}
