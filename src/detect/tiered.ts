import { isPromise } from '../core/drive.ts';
import { Fault } from '../core/fault.ts';
import type { Finding } from '../core/finding.ts';
import type { Severity } from '../core/severity.ts';
import type { Inspector, Subject } from './detector.ts';
import type { Resources, TextClassifier } from './resources.ts';
import type { Band, EncoderTier, JudgeTier, TierOptions } from './tier-options.ts';

/** How a detector speaks of what its tiers find. */
export interface TierSubject {
  /** The detector's id: findings are `<id>/encoder` and `<id>/judge`. */
  readonly id: string;
  /** What the judge is asked, as a statement about a text that is true or not; another one for other texts, if need be. */
  readonly question: string | ((subject: Subject) => string);
  /** What a text is that they find: `an attack on the model`. */
  readonly what: string;
  readonly severity: Severity;
  /** What stands in for the text after redaction, in capitals. */
  readonly label: string;
}

type Tier = 'encoder' | 'judge';

interface Decision {
  /** Null: the detector itself decided. */
  readonly tier: Tier | null;
  readonly score: number | null;
  readonly match: boolean;
}

/** What the inspector itself says. */
interface First {
  readonly findings: readonly Finding[];
  /** Null: it cannot say. */
  readonly own: number | null;
  /** False: the text is none of its business. */
  readonly applies: boolean;
}

/**
 * Puts an encoder, a judge or both on top of a cheap inspector. They are asked in this order, and the last one that was
 * asked decides:
 *
 * 1. the inspector itself, by its `score` (without one: 1 where it found something, uncertain otherwise);
 * 2. the encoder, where that score lies in `encoder.band`;
 * 3. the judge, where the score of the tier before it lies in `judge.band`, or always.
 *
 * Scores are not mixed: they are on different scales. Where the inspector has nothing to do with a text (`score` is null)
 * nobody is asked. A tier that fails makes the check fail. What tiers find is the whole text, or what the inspector found in
 * it. Without tiers the inspector is given back as it is.
 * @throws Fault `ERR_CONFIG` when a tier cannot be set up.
 */
export function withTiers(base: Inspector, tiers: TierOptions, about: TierSubject, resources: Resources): Inspector {
  const { encoder, judge } = tiers;
  if (encoder === undefined && judge === undefined) return base;
  const classify = encoder === undefined ? null : openEncoder(encoder, resources);
  const ask = judge === undefined ? null : openJudge(judge, about.question, resources);
  return tiered(base, tiers, about, classify, ask);
}

type Score = (text: string, subject: Subject, signal: AbortSignal | undefined) => Promise<number>;

function openEncoder(encoder: EncoderTier, resources: Resources): Score {
  const classifier = resources.encoder(encoder);
  requireLabels(classifier, encoder.labels, encoder.folder);
  return (text, _subject, signal) => classifier.probability(encoder.labels, text, signal);
}

function openJudge(settings: JudgeTier, question: TierSubject['question'], resources: Resources): Score {
  const judge = resources.judge(judgeSettings(settings));
  const own = typeof question === 'string' ? () => question : question;
  return async (text, subject, signal) => (await judge.ask(settings.question ?? own(subject), text, signal)).score;
}

/** @throws Fault `ERR_CONFIG` when a model is known to have no such label. */
export function requireLabels({ labels }: TextClassifier, wanted: readonly string[], where: string): void {
  const missing = labels === null ? undefined : wanted.find((label) => !labels.includes(label));
  if (missing === undefined) return;
  throw new Fault('ERR_CONFIG', `The model has no label "${missing}".`, {
    where,
    hint: `It has ${labels!.join(', ')}.`,
  });
}

/** Only what says which judge it is, so that detectors with other thresholds share one. */
export function judgeSettings({ url, model, key, timeout, concurrent, queue }: JudgeTier) {
  return { url, model, key, timeout, concurrent, queue };
}

function tiered(
  base: Inspector,
  tiers: TierOptions,
  about: TierSubject,
  classify: Score | null,
  ask: Score | null,
): Inspector {
  const { encoder, judge } = tiers;

  async function climb(text: string, subject: Subject, first: First, signal?: AbortSignal): Promise<Decision> {
    const { own, findings } = first;
    let decision: Decision = { tier: null, score: own, match: findings.length > 0 };
    if (classify !== null && isUncertain(own, encoder!.band)) {
      const score = await classify(text, subject, signal);
      decision = { tier: 'encoder', score, match: score >= encoder!.threshold };
    }
    if (ask !== null && (judge!.when === 'always' || isUncertain(decision.score, judge!.band))) {
      const score = await ask(text, subject, signal);
      decision = { tier: 'judge', score, match: score >= judge!.threshold };
    }
    return decision;
  }

  /** True when no tier has anything to say: what the inspector says stands. */
  function isSettled(text: string, own: number | null, applies: boolean): boolean {
    if (!applies || text.trim() === '') return true;
    const encoderAsked = classify !== null && isUncertain(own, encoder!.band);
    const judgeAsked = ask !== null && (judge!.when === 'always' || isUncertain(own, judge!.band));
    return !encoderAsked && !judgeAsked;
  }

  function inspectFirst(text: string, subject: Subject, signal: AbortSignal | undefined): First | Promise<First> {
    const findings = base.inspect(text, subject, signal);
    const score = base.score === undefined ? undefined : base.score(text, subject, signal);
    if (!isPromise(findings) && (score === undefined || score === null || typeof score === 'number')) {
      return toFirst(findings, score);
    }
    return Promise.all([findings, score]).then(([all, value]) => toFirst(all, value));
  }

  const inspector: Inspector = {
    slow: true,
    ...(base.alone === undefined ? {} : { alone: base.alone }),
    inspect(text, subject, signal) {
      const finish = (first: First): readonly Finding[] | Promise<readonly Finding[]> => {
        if (isSettled(text, first.own, first.applies)) return first.findings;
        return climb(text, subject, first, signal).then((decision) =>
          toFindings(decision, first.findings, text, about),
        );
      };
      const first = inspectFirst(text, subject, signal);
      return isPromise(first) ? first.then(finish) : finish(first);
    },
    score(text, subject, signal) {
      const finish = (first: First): number | null | Promise<number | null> => {
        if (!first.applies) return null;
        if (isSettled(text, first.own, first.applies)) return first.own ?? 0;
        return climb(text, subject, first, signal).then(({ score }) => score ?? 0);
      };
      const first = inspectFirst(text, subject, signal);
      return isPromise(first) ? first.then(finish) : finish(first);
    },
  };
  if (base.forExchange === undefined) return inspector;
  return {
    ...inspector,
    forExchange: (context) => tiered(base.forExchange!(context), tiers, about, classify, ask),
  };
}

/** An inspector that measures nothing is sure of what it finds, and of nothing else. */
function toFirst(findings: readonly Finding[], score: number | null | undefined): First {
  const own = score === undefined ? (findings.length > 0 ? 1 : null) : score;
  return { findings, own, applies: score !== null };
}

function isUncertain(score: number | null, [low, high]: Band): boolean {
  return score === null || (score >= low && score <= high);
}

function toFindings(
  { tier, score, match }: Decision,
  found: readonly Finding[],
  text: string,
  about: TierSubject,
): readonly Finding[] {
  if (tier === null) return found;
  if (!match) return [];
  const more = score === null ? {} : { score };
  const message = `The ${tier} takes this for ${about.what}.`;
  // Where the detector itself saw something, that is what is meant.
  if (found.length > 0) return found.map((finding) => ({ ...finding, ...more, message, rule: `${about.id}/${tier}` }));
  return [
    { ...wholeText(text), rule: `${about.id}/${tier}`, severity: about.severity, message, label: about.label, ...more },
  ];
}

/** Where a finding about a whole text is, and what evidence shows of it: how long it is. */
export function wholeText(text: string): Pick<Finding, 'span' | 'mask'> {
  const start = text.length - text.trimStart().length;
  const end = text.trimEnd().length;
  return { span: { start, end }, mask: `${end - start} characters` };
}
