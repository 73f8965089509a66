import { createRequire } from 'node:module';
import type { CorpusText } from './corpus.ts';

const require = createRequire(new URL('../package.json', import.meta.url));

export interface Opinion {
  readonly start: number;
  readonly end: number;
  readonly tag: number;
}

interface View {
  json(options: { offset: true }): readonly { readonly offset: { readonly start: number; readonly length: number } }[];
}

type Nlp = (text: string) => { people(): View; places(): View; organizations(): View };

/** English running text, where compromise knows something; its rules are slow, so long texts are cut. */
const LONGEST = 1200;
const IS_ENGLISH = /^[\p{ASCII}’‘“”–—…]*$/u;

/** What compromise (MIT), a rule-based tagger of English, says of real texts: a second opinion where word lists say nothing. */
export async function secondOpinions(
  corpus: readonly CorpusText[],
  wants: (text: CorpusText) => boolean,
): Promise<ReadonlyMap<string, readonly Opinion[]>> {
  const { default: nlp } = (await import(require.resolve('compromise/three'))) as { readonly default: Nlp };
  const opinions = new Map<string, readonly Opinion[]>();
  for (const each of corpus) {
    const text = each.text.slice(0, LONGEST);
    if (!wants(each) || !IS_ENGLISH.test(text)) continue;
    const doc = nlp(text);
    const of = (view: View, tag: number): Opinion[] =>
      view.json({ offset: true }).map(({ offset: { start, length } }) => ({ start, end: start + length, tag }));
    opinions.set(each.text, [...of(doc.people(), 1), ...of(doc.organizations(), 2), ...of(doc.places(), 3)]);
  }
  return opinions;
}

/** How far into a text opinions go. */
export const OPINION_REACH = LONGEST;
