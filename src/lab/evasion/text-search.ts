import { Fault } from '../../core/fault.ts';
import type { Random } from '../../math/random.ts';
import type { LabelledData } from '../labelled-data.ts';
import { runnerUp } from '../loss-of-scores.ts';
import type { Target } from '../target.ts';
import { decodeText, encodeText } from '../text-codec.ts';
import { isTextTarget } from '../text/text-target.ts';
import { type WordSpan, wordsAllowed, wordsChanged, wordSpans } from '../text/word-spans.ts';
import type { AttackContext, AttackResult, Perturbation } from './attack.ts';
import { type AttackState, beginAttack, isWrong, scoresOf, succeed, survivors } from './attack-state.ts';
import { row } from './rows.ts';

/** One text under attack. */
export interface TextSearch {
  readonly original: string;
  readonly words: readonly WordSpan[];
  /** Words that may be changed. */
  readonly allowed: number;
  /** Of the original: score of the true class less the best other's (probabilities and logits alike), above 0. */
  readonly margin: number;
  readonly labelsOnly: boolean;
  /** A stream for one purpose. */
  random(purpose: string): Random;
  /** Queries that are left. */
  left(): number;
  /** Whether a text is within what may be changed and what the target takes. */
  fits(text: string): boolean;
  /**
   * Margins of texts, below or at 0 where the model errs; null when the search is over: one of them fooled the model (the first is kept), no query is left, or
   * the run was stopped. Texts that do not fit are not asked and count as unchanged. `prefer` decides between several that fool it: the largest is kept.
   */
  ask(texts: readonly string[], prefer?: (text: string) => number): Promise<readonly number[] | null>;
  /** The same for texts that are no candidates: none of them is taken for a success. */
  probe(texts: readonly string[]): Promise<readonly number[] | null>;
}

/**
 * Attacks texts one after the other, within the words that may be changed and the queries that a text may cost.
 * @throws Fault `ERR_USAGE` where the target reads no texts, or the perturbation is none of words
 */
export async function attackTexts(
  attack: string,
  target: Target,
  data: LabelledData,
  { norm, eps }: Perturbation,
  maxQueries: number,
  context: AttackContext,
  attackOne: (search: TextSearch) => Promise<void>,
): Promise<AttackResult> {
  if (norm !== 'edits') {
    throw new Fault('ERR_USAGE', `${attack} has no ${norm} version`, { where: 'norm', hint: 'Use edits.' });
  }
  if (!(eps > 0 && eps <= 1)) {
    throw new Fault('ERR_USAGE', `eps is ${eps}`, {
      where: 'eps',
      hint: 'For texts it is the share of the words that may be changed, above 0 and at most 1.',
    });
  }
  if (!isTextTarget(target)) {
    throw new Fault('ERR_USAGE', `${attack} changes texts, and the target "${target.name}" reads none`);
  }
  const state = await beginAttack(target, data, context);
  const open = survivors(state);
  for (const [done, sample] of open.entries()) {
    if (context.signal?.aborted === true) break;
    await attackOne(searchOf(target, state, sample, eps, maxQueries, context));
    context.progress?.((done + 1) / open.length);
  }
  return state.result;
}

function searchOf(
  target: Target,
  state: AttackState,
  sample: number,
  eps: number,
  maxQueries: number,
  context: AttackContext,
): TextSearch {
  const { size, classes } = state;
  const label = state.labels[sample]!;
  const original = decodeText(row(state.inputs, size, sample));
  const allowed = wordsAllowed(wordsChanged(original, original).of, eps);
  const clean = row(state.cleanScores, classes, sample);
  const marginOf = (scores: Float32Array): number => scores[label]! - scores[runnerUp(scores, label)]!;
  let spent = 0;
  const encoded = (text: string): Float32Array | null => {
    if (text === original || wordsChanged(original, text).changed > allowed) return null;
    try {
      const x = encodeText(text, size);
      // What cannot be told from its encoding (a lone NUL) would not be the text that was asked about.
      return decodeText(x) === text ? x : null;
    } catch {
      return null;
    }
  };
  const margin = marginOf(clean);
  return {
    original,
    words: wordSpans(original),
    allowed,
    margin,
    labelsOnly: target.scoreType === 'label',
    random: (purpose) => state.random(sample, purpose),
    left: () => maxQueries - spent,
    fits: (text) => encoded(text) !== null,
    ask: (texts, prefer) => ask(texts, (text) => prefer?.(text) ?? 0),
    probe: (texts) => ask(texts, null),
  };

  async function ask(
    texts: readonly string[],
    prefer: ((text: string) => number) | null,
  ): Promise<readonly number[] | null> {
    if (state.result.success[sample] === 1 || context.signal?.aborted === true) return null;
    const rows = texts.map(encoded);
    const fitting = [...rows.keys()].filter((i) => rows[i] !== null);
    const asked = fitting.slice(0, maxQueries - spent);
    const margins = texts.map(() => margin);
    if (asked.length === 0) return maxQueries > spent ? margins : null;
    const points = new Float32Array(asked.length * size);
    asked.forEach((i, at) => points.set(rows[i]!, at * size));
    spent += asked.length;
    const samples = asked.map(() => sample);
    const scores = await scoresOf(target, state, points, samples);
    let best: { readonly at: number; readonly value: number } | undefined;
    for (const [at, i] of asked.entries()) {
      const own = row(scores, classes, at);
      margins[i] = marginOf(own);
      if (prefer === null || !isWrong(own, label, target.answersAbove)) continue;
      const value = prefer(texts[i]!);
      if (best === undefined || value > best.value) best = { at, value };
    }
    if (best !== undefined) {
      succeed(state, sample, row(points, size, best.at));
      return null;
    }
    return asked.length < fitting.length ? null : margins;
  }
}
