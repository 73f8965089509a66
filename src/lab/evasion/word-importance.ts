import type { TextSearch } from './text-search.ts';
import { withWord, type WordSpan } from '../text/word-spans.ts';

/** Share of the queries that finding the important words may take. */
const SHARE = 0.5;

/**
 * Words by how much the margin falls without them, the most first (Jin et al. 2020, equation 2, with the margin for the class's score). A target that tells labels
 * only tells nothing of this: then the order is by chance. Null when the search is over.
 */
export async function wordsByImportance(
  search: TextSearch,
  words: readonly WordSpan[],
): Promise<readonly WordSpan[] | null> {
  const shuffled = words.map((word) => ({ word, at: search.random(`order/${word.start}`).uniform() }));
  shuffled.sort((a, b) => a.at - b.at);
  const all = shuffled.map(({ word }) => word);
  if (search.labelsOnly) return all;
  const asked = all.slice(0, Math.floor(search.left() * SHARE));
  const margins = await search.probe(asked.map((word) => withWord(search.original, word, '')));
  if (margins === null) return null;
  const order = asked.map((word, i) => ({ word, margin: margins[i]! })).toSorted((a, b) => a.margin - b.margin);
  return [...order.map(({ word }) => word), ...all.slice(asked.length)];
}
