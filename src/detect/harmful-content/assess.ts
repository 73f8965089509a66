import type { Span } from '../../core/span.ts';
import { loadClassifier } from '../../classify/load-classifier.ts';
import type { Classifier, HeadScore } from '../../classify/classifier.ts';
import type { Sensitivity } from '../../classify/sensitivity.ts';
import { tokensOf } from '../../classify/tokens.ts';
import { viewsOf } from '../../text/decode-layers.ts';
import { CATEGORIES, type Category, KINDS, type Kind } from './category.ts';

/** What the model says of a text, in the form in which it was clearest. */
export interface Assessment {
  readonly kind: Kind;
  /** 0 to 1; 0.5 where the chosen sensitivity has its threshold. */
  readonly score: number;
  /** In the text as it was given. */
  readonly span: Span;
  /** The text in the form in which it was clearest. */
  readonly plain: string;
}

export interface CategoryScore {
  readonly category: Category;
  /** Probability, 0 to 1. */
  readonly score: number;
}

/** Ways of reading a disguised text that are looked at; an ordinary text has one. */
const VIEWS = 4;

/** Looks at a text in each form that undoing finds, for the kinds that are asked for. Null for a text without words. */
export function assess(text: string, kinds: readonly Kind[], sensitivity: Sensitivity): Assessment | null {
  const classifier = loadClassifier('harmful-content');
  let best: Assessment | null = null;
  for (const view of viewsOf(text).slice(0, VIEWS)) {
    const tokens = tokensOf(view.text);
    if (tokens.count === 0) continue;
    const scores = classifier.score(tokens);
    for (const kind of kinds) {
      const { score: probability, span } = headOf(classifier, scores, kind);
      const score = onScale(probability, thresholdOf(classifier, kind, sensitivity));
      if (best !== null && score <= best.score) continue;
      best = { kind, score, span: view.map.span(span.start, span.end), plain: view.text };
    }
  }
  return best;
}

function headOf(classifier: Classifier, scores: readonly HeadScore[], label: string): HeadScore {
  return scores[classifier.header.heads.findIndex((head) => head.label === label)]!;
}

function thresholdOf({ header }: Classifier, kind: Kind, sensitivity: Sensitivity): number {
  return header.heads.find(({ label }) => label === kind)!.thresholds[sensitivity]!;
}

/** Probability of each category, likeliest first. */
export function categoriesOf(plain: string): readonly CategoryScore[] {
  const classifier = loadClassifier('harm-category');
  const scores = classifier.score(tokensOf(plain));
  if (scores.length === 0) return [];
  return CATEGORIES.map((category) => ({ category, score: headOf(classifier, scores, category).score })).toSorted(
    (a, b) => b.score - a.score,
  );
}

/** A probability on a scale on which the threshold is 0.5. */
function onScale(probability: number, threshold: number): number {
  return probability < threshold
    ? (0.5 * probability) / threshold
    : 0.5 + (0.5 * (probability - threshold)) / Math.max(1e-9, 1 - threshold);
}

/** Kinds that concern a text: what a model says is no request. */
export function kindsFor(stage: 'input' | 'output', wanted: readonly Kind[]): readonly Kind[] {
  return stage === 'input' ? wanted : wanted.filter((kind) => kind !== KINDS[0]);
}
