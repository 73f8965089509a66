import { FUNCTION_WORDS } from './function-words.ts';
import { areSynonyms } from './synonyms.ts';
import { wordSpans } from './word-spans.ts';

/** What a listed synonym keeps of a word's meaning. */
const SYNONYM = 0.8;
/** What a function word weighs against a word with meaning. */
const FUNCTION_WEIGHT = 0.25;

/**
 * How much of a text's meaning another keeps, 0 to 1, as far as words tell: the weighted share of words that are the same (1) or listed synonyms (0.8)
 * place by place. It sees no grammar and no meaning beyond the word list: it is a gate against texts that are nothing like
 * the original, no measure of whether a person would read the same.
 */
export function textSimilarity(original: string, changed: string): number {
  const a = wordSpans(original).map(({ word }) => word.toLowerCase());
  const b = wordSpans(changed).map(({ word }) => word.toLowerCase());
  let kept = 0;
  let total = 0;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [one, other] = [a[i], b[i]];
    const weight = FUNCTION_WORDS.has(one ?? other!) ? FUNCTION_WEIGHT : 1;
    total += weight;
    if (one === undefined || other === undefined) continue;
    if (one === other) kept += weight;
    else if (areSynonyms(one, other)) kept += weight * SYNONYM;
  }
  return total === 0 ? 1 : kept / total;
}
