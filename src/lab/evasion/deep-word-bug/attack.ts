import { FUNCTION_WORDS } from '../../text/function-words.ts';
import { misspellings } from '../../text/misspelling.ts';
import { defineAttack } from '../define-attack.ts';
import { replaceWords } from '../replace-words.ts';
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
      await replaceWords(search, order.slice(0, search.allowed), (word, put) => {
        const random = search.random(`spell/${word.start}`);
        return Array.from({ length: tries }, () => misspellings(word.word, random))
          .flat()
          .map(put);
      });
    }),
});
