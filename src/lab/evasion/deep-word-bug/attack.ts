import { FUNCTION_WORDS } from '../../text/function-words.ts';
import { misspellings } from '../../text/misspelling.ts';
import { movedBy, withWord } from '../../text/word-spans.ts';
import { defineAttack } from '../define-attack.ts';
import { attackTexts } from '../text-search.ts';
import { wordsByImportance } from '../word-importance.ts';

export interface DeepWordBugOptions {
  /** Queries for one text. */
  readonly maxQueries: number;
  /** Spellings of a word that are tried, of each kind. */
  readonly tries: number;
  /** Shortest word that is misspelt. */
  readonly minLength: number;
}

export const DEEP_WORD_BUG_DEFAULTS: DeepWordBugOptions = { maxQueries: 500, tries: 2, minLength: 3 };

/** Misspells the words that matter, as people do. */
export const deepWordBug = defineAttack<'deep-word-bug', DeepWordBugOptions>({
  meta: {
    id: 'deep-word-bug',
    title: 'DeepWordBug',
    summary:
      'Misspells the words that matter most: two letters swapped, one replaced, left out or put in. Needs scores, and works less well on labels.',
    knowledge: 'labels',
    norms: ['edits'],
    modalities: ['text'],
    taxonomy: ['AML.T0043.001'],
    references: ['Gao et al. 2018, arXiv:1801.04354'],
  },
  options: (z) =>
    z.strictObject({
      maxQueries: z.int().min(1).max(1_000_000).default(DEEP_WORD_BUG_DEFAULTS.maxQueries),
      tries: z.int().min(1).max(100).default(DEEP_WORD_BUG_DEFAULTS.tries),
      minLength: z.int().min(2).max(20).default(DEEP_WORD_BUG_DEFAULTS.minLength),
    }),
  defaults: DEEP_WORD_BUG_DEFAULTS,
  mostQueries: ({ maxQueries }) => 1 + maxQueries,
  run: (target, data, perturbation, { maxQueries, tries, minLength }, context) =>
    attackTexts('deep-word-bug', target, data, perturbation, maxQueries, context, async (search) => {
      const words = search.words.filter(
        ({ word }) => [...word].length >= minLength && !FUNCTION_WORDS.has(word.toLowerCase()),
      );
      const order = await wordsByImportance(search, words);
      if (order === null) return;
      let text = search.original;
      let margin = search.margin;
      const changed: { start: number; grown: number }[] = [];
      for (const word of order.slice(0, search.allowed)) {
        const here = movedBy(word, changed);
        const random = search.random(`spell/${word.start}`);
        const candidates = Array.from({ length: tries }, () => misspellings(word.word, random))
          .flat()
          .map((spelling) => withWord(text, here, spelling))
          .filter((candidate) => candidate !== text);
        const margins = await search.ask(candidates);
        if (margins === null) return;
        // Labels only: every misspelling is as good as the next, and is kept.
        let best = search.labelsOnly && candidates.length > 0 ? 0 : -1;
        margins.forEach((value, i) => {
          if (value < margin) [margin, best] = [value, i];
        });
        if (best < 0) continue;
        changed.push({ start: word.start, grown: candidates[best]!.length - text.length });
        text = candidates[best]!;
      }
    }),
});
