import type { z as Zod } from 'zod';
import { Fault } from '../../core/fault.ts';
import type { Finding } from '../../core/finding.ts';
import { SEVERITIES, type Severity } from '../../core/severity.ts';
import type { Span } from '../../core/span.ts';
import { tokensOf } from '../../classify/tokens.ts';
import { keywordKey } from './keyword-key.ts';
import { mask } from '../../text/mask.ts';
import { rememberLast } from '../../text/remember-last.ts';
import { defineDetector, type Inspector } from '../detector.ts';
import { NO_RESOURCES } from '../resources.ts';
import { tierKeys, type TierOptions } from '../tier-options.ts';
import { withTiers } from '../tiered.ts';
import { TopicModel, type TopicScore, type TopicSettings } from './topic-model.ts';

export interface TopicOptions extends TierOptions {
  /** Topics that texts must be about; empty for any. */
  readonly allow: readonly TopicSettings[];
  /** Topics that texts must not be about. */
  readonly deny: readonly TopicSettings[];
  /** Score from which on a text is about a topic. */
  readonly threshold: number;
  /** Words that a text must have before it must be about an allowed topic. */
  readonly minWords: number;
  readonly severity: Severity;
}

const NO_FINDINGS: readonly Finding[] = Object.freeze([]);
const UNCONCERNED: Inspector = { inspect: () => NO_FINDINGS, score: () => null };

/** Texts about what they should not be about. */
export const topic = defineDetector({
  meta: {
    id: 'topic',
    title: 'Topic',
    summary: 'Finds texts about topics that are denied, or about none of those that are allowed.',
    threats: ['prompt-injection'],
    layers: ['input-filtering', 'output-monitoring'],
    taxonomy: ['OWASP-LLM09', 'OWASP-LLM01'],
    stages: ['input', 'output'],
    cost: 'model',
    stability: 'experimental',
    references: [
      'https://doi.org/10.1016/0306-4573(88)90021-0',
      'https://genai.owasp.org/llmrisk/llm092025-misinformation/',
    ],
  },
  options: (z: typeof Zod) => {
    const settings = z.strictObject({
      name: z
        .string()
        .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
        .max(40)
        .describe('Name of the topic, in small letters with hyphens.'),
      keywords: z
        .array(
          z
            .string()
            .max(100)
            .refine(isKeyword, 'A keyword is a word, a beginning of three letters or more with *, or up to six words.'),
        )
        .max(500)
        .default([])
        .describe('Words, beginnings of words (`refund*`) and phrases that stand for the topic.'),
      examples: z
        .array(z.string().min(3).max(1000))
        .max(100)
        .default([])
        .describe(
          'Sentences as somebody would write them about the topic; five to twenty, in every language that comes.',
        ),
    });
    const topics = z
      .array(
        settings.refine(
          ({ keywords, examples }) => keywords.length + examples.length > 0,
          'A topic needs keywords or examples.',
        ),
      )
      .max(40);
    return z.strictObject({
      allow: topics.default([]).describe('Topics that texts must be about. Empty: any.'),
      deny: topics.default([]).describe('Topics that texts must not be about.'),
      threshold: z.number().min(0.05).max(1).default(0.5).describe('Score from which on a text is about a topic.'),
      minWords: z
        .int()
        .min(1)
        .max(1000)
        .default(8)
        .describe('Words that a text must have before it must be about an allowed topic.'),
      severity: z.enum(SEVERITIES).default('low').describe('Severity of a finding.'),
      ...tierKeys(z),
    });
  },
  defaults: { allow: [], deny: [], threshold: 0.5, minWords: 8, severity: 'low' } as TopicOptions,
  create: (options, resources = NO_RESOURCES) => {
    const { allow, deny, threshold, minWords, severity } = options;
    if (allow.length === 0 && deny.length === 0) {
      if (options.encoder === undefined && options.judge === undefined) return UNCONCERNED;
      throw new Fault('ERR_CONFIG', 'There are tiers and no topics.', {
        where: 'topic',
        hint: 'Name topics, or use the detector encoder or judge.',
      });
    }
    const names = [...allow, ...deny].map(({ name }) => name);
    if (new Set(names).size < names.length)
      throw new Fault('ERR_CONFIG', 'Two topics have the same name.', { hint: `Names: ${names.join(', ')}.` });
    const model = new TopicModel([...allow, ...deny]);
    const scoresOf = rememberLast((text) => model.scores(text));
    const isStray = (text: string, scores: readonly TopicScore[]): boolean =>
      allow.length > 0 &&
      tokensOf(text).count >= minWords &&
      scores.slice(0, allow.length).every(({ score }) => score < threshold);
    const own: Inspector = {
      inspect(text) {
        const scores = scoresOf(text);
        if (scores.length === 0) return NO_FINDINGS;
        const findings = scores
          .slice(allow.length)
          .filter(({ score }) => score >= threshold)
          .map((found) =>
            findingOf(
              `topic/${found.topic}`,
              `A passage is about a topic that is denied: ${found.topic}.`,
              found.span,
              severity,
              found.score,
            ),
          );
        if (isStray(text, scores)) {
          const tokens = tokensOf(text);
          const whole = { start: tokens.starts[0]!, end: tokens.ends[tokens.count - 1]! };
          const most = Math.max(...scores.slice(0, allow.length).map(({ score }) => score));
          return [
            findingOf(
              'topic/none-allowed',
              'The text is about none of the topics that are allowed.',
              whole,
              severity,
              1 - most,
            ),
          ];
        }
        return apart(findings);
      },
      score(text) {
        const scores = scoresOf(text);
        if (scores.length === 0) return null;
        const denied = Math.max(0, ...scores.slice(allow.length).map(({ score }) => score));
        if (allow.length === 0) return denied;
        return Math.max(denied, 1 - Math.max(...scores.slice(0, allow.length).map(({ score }) => score)));
      },
    };
    const question = questionOf(allow, deny);
    const about = { id: 'topic', question, what: 'off topic', severity, label: 'OFF_TOPIC' } as const;
    return withTiers(own, options, about, resources);
  },
});

/** Words of a topic that a judge is told, besides its name. */
const TOLD = 12;

/** What a judge is asked. */
function questionOf(allow: readonly TopicSettings[], deny: readonly TopicSettings[]): string {
  const list = (topics: readonly TopicSettings[]): string =>
    topics
      .map(({ name, keywords, examples }) => {
        const told = [...keywords, ...examples.map((example) => JSON.stringify(example))].slice(0, TOLD);
        return `${name} (${told.join(', ')})`;
      })
      .join('; ');
  const statements = [
    ...(deny.length === 0 ? [] : [`A passage of the text is about one of these topics: ${list(deny)}.`]),
    ...(allow.length === 0 ? [] : [`The text as a whole is about none of these topics: ${list(allow)}.`]),
  ];
  return statements.join(' Or: ');
}

function isKeyword(word: string): boolean {
  try {
    keywordKey(word);
    return true;
  } catch {
    return false;
  }
}

function findingOf(rule: string, message: string, span: Span, severity: Severity, score: number): Finding {
  return { rule, severity, message, span, mask: mask(''), label: 'OFF_TOPIC', score };
}

/** In order; of two topics in one passage the likelier stays. */
function apart(findings: readonly Finding[]): readonly Finding[] {
  const kept: Finding[] = [];
  for (const one of findings.toSorted((a, b) => a.span.start - b.span.start || b.score! - a.score!)) {
    const last = kept.at(-1);
    if (last === undefined || last.span.end <= one.span.start) kept.push(one);
    else if (one.score! > last.score!) kept[kept.length - 1] = one;
  }
  return kept;
}
