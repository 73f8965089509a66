import { FUNCTION_WORDS } from '../../text/function-words.ts';
import { synonymsOf } from '../../text/synonyms.ts';
import { textSimilarity } from '../../text/text-similarity.ts';
import { defineAttack } from '../define-attack.ts';
import { replaceWords } from '../replace-words.ts';
import { attackTexts } from '../text-search.ts';
import { wordsByImportance } from '../word-importance.ts';

export interface TextFoolerOptions {
  /** Queries for one text. */
  readonly maxQueries: number;
  /** Synonyms of a word that are tried. */
  readonly candidates: number;
  /** What `textSimilarity` must say at least of the changed text. */
  readonly minSimilarity: number;
}

export const TEXTFOOLER_DEFAULTS: TextFoolerOptions = { maxQueries: 1000, candidates: 50, minSimilarity: 0.7 };

/** Replaces the words that matter by synonyms. */
export const textfooler = defineAttack<'textfooler', TextFoolerOptions>({
  meta: {
    id: 'textfooler',
    title: 'TextFooler, with a word list',
    summary:
      'Replaces the words that matter most by synonyms of the same part of speech, within a bound on similarity. Needs scores, and works less well on labels.',
    knowledge: 'labels',
    norms: ['edits'],
    modalities: ['text'],
    taxonomy: ['AML.T0043.001'],
    references: ['Jin et al. 2020, arXiv:1907.11932', 'Miller 1995, WordNet, 10.1145/219717.219748'],
  },
  options: (z) =>
    z.strictObject({
      maxQueries: z.int().min(1).max(1_000_000).default(TEXTFOOLER_DEFAULTS.maxQueries),
      candidates: z.int().min(1).max(1000).default(TEXTFOOLER_DEFAULTS.candidates),
      minSimilarity: z.number().min(0).max(1).default(TEXTFOOLER_DEFAULTS.minSimilarity),
    }),
  defaults: TEXTFOOLER_DEFAULTS,
  mostQueries: ({ maxQueries }) => 1 + maxQueries,
  run: (target, data, perturbation, { maxQueries, candidates, minSimilarity }, context) =>
    attackTexts('textfooler', target, data, perturbation, maxQueries, context, async (search) => {
      const before = new Map(search.words.map(({ start }, i) => [start, search.words[i - 1]?.word.toLowerCase()]));
      const synonyms = new Map(
        search.words
          .filter(({ word }) => !FUNCTION_WORDS.has(word.toLowerCase()))
          .map((word) => [word, synonymsOf(word.word, before.get(word.start)).slice(0, candidates)] as const)
          .filter(([, found]) => found.length > 0),
      );
      const order = await wordsByImportance(search, [...synonyms.keys()]);
      if (order === null) return;
      const similarity = (text: string): number => textSimilarity(search.original, text);
      // Of several that fool the model, the one that is nearest to the original (Algorithm 1, lines 18 to 21).
      await replaceWords(
        search,
        order,
        (word, put) =>
          synonyms
            .get(word)!
            .map(put)
            .filter((candidate) => similarity(candidate) >= minSimilarity),
        similarity,
      );
    }),
});
