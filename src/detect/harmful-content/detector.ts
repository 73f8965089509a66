import type { z as Zod } from 'zod';
import type { Finding } from '../../core/finding.ts';
import { isAtLeast, SEVERITIES, type Severity } from '../../core/severity.ts';
import { loadClassifier } from '../../classify/load-classifier.ts';
import { SENSITIVITIES, type Sensitivity } from '../../classify/sensitivity.ts';
import { mask } from '../../text/mask.ts';
import { rememberLast } from '../../text/remember-last.ts';
import { defineDetector, type Inspector, type Subject } from '../detector.ts';
import { NO_RESOURCES } from '../resources.ts';
import { tierKeys, type TierOptions } from '../tier-options.ts';
import { withTiers } from '../tiered.ts';
import { assess, type Assessment, categoriesOf, kindsFor } from './assess.ts';
import { ABOUT, CATEGORIES, type Category, KINDS, type Kind } from './category.ts';

export interface HarmfulContentOptions extends TierOptions {
  readonly sensitivity: Sensitivity;
  /** `request`: somebody asks for something harmful (input only). `toxic`: hateful, insulting or obscene text. */
  readonly kinds: readonly Kind[];
  /** Categories that are reported. */
  readonly categories: readonly Category[];
  /** Milder findings are not reported. */
  readonly minSeverity: Severity;
}

const NO_FINDINGS: readonly Finding[] = Object.freeze([]);
/** Categories that a message names, and the least probability of those after the first. */
const NAMED = 3;
const LEAST = 0.2;

/** Requests for something harmful, and toxic texts. */
export const harmfulContent = defineDetector({
  meta: {
    id: 'harmful-content',
    title: 'Harmful content',
    summary: 'Finds requests for something harmful, and hateful, insulting or obscene text.',
    threats: ['prompt-injection'],
    layers: ['input-filtering', 'output-monitoring'],
    taxonomy: ['OWASP-LLM05', 'AML.T0048', 'AML.T0054'],
    stages: ['input', 'output'],
    cost: 'model',
    stability: 'experimental',
    references: [
      'https://mlcommons.org/ailuminate/',
      'https://arxiv.org/abs/2308.13387',
      'https://arxiv.org/abs/1703.04009',
      'https://arxiv.org/abs/2310.00905',
    ],
  },
  options: (z: typeof Zod) =>
    z.strictObject({
      sensitivity: z
        .enum(SENSITIVITIES)
        .default('balanced')
        .describe(
          'How readily something counts: `low` disturbs about one harmless text of real users in 1,000, `balanced` one in 200, `high` one in 50.',
        ),
      kinds: z
        .array(z.enum(KINDS))
        .min(1)
        .default([...KINDS])
        .describe(
          '`request`: somebody asks for something harmful (input only). `toxic`: hateful, insulting or obscene text.',
        ),
      categories: z
        .array(z.enum(CATEGORIES))
        .min(1)
        .default([...CATEGORIES])
        .describe('Categories that are reported.'),
      minSeverity: z.enum(SEVERITIES).default('low').describe('Milder findings are not reported.'),
      ...tierKeys(z),
    }),
  defaults: {
    sensitivity: 'balanced',
    kinds: [...KINDS],
    categories: [...CATEGORIES],
    minSeverity: 'low',
  } as HarmfulContentOptions,
  create: (options, resources = NO_RESOURCES) => {
    for (const name of ['harmful-content', 'harm-category']) loadClassifier(name); // a missing file is noticed when the rule is made
    const looks = {
      input: rememberLast((text) => assess(text, kindsFor('input', options.kinds), options.sensitivity)),
      output: rememberLast((text) => assess(text, kindsFor('output', options.kinds), options.sensitivity)),
    };
    const wanted = new Set(
      options.categories.filter((category) => isAtLeast(ABOUT[category].severity, options.minSeverity)),
    );
    const own: Inspector = {
      inspect(text, { stage }) {
        const found = looks[stage](text);
        return found === null || found.score < 0.5 ? NO_FINDINGS : findingsOf(found, wanted);
      },
      score: (text, { stage }) => {
        if (kindsFor(stage, options.kinds).length === 0) return null;
        return looks[stage](text)?.score ?? 0;
      },
    };
    const question = ({ stage }: Subject): string => questionOf(kindsFor(stage, options.kinds), wanted);
    const about = {
      id: 'harmful-content',
      question,
      what: 'harmful content',
      severity: 'high',
      label: 'HARMFUL_CONTENT',
    } as const;
    return withTiers(own, options, about, resources);
  },
});

/** What a judge is asked. */
function questionOf(kinds: readonly Kind[], wanted: ReadonlySet<Category>): string {
  const statements = kinds.map((kind) =>
    kind === 'request'
      ? 'asks for help with something that harms people, in earnest or under a pretext'
      : 'is hateful, insulting, threatening or obscene',
  );
  const subjects = [...wanted].map((category) => ABOUT[category].what).join('; ');
  return `The text ${statements.join(', or it ')}, and what it is about is one of: ${subjects}. Reports, research, fiction without detail, help against harm and harmless uses of strong words are not meant.`;
}

/** The likeliest category decides what the finding is; when it is not wanted, there is none. */
function findingsOf({ kind, score, span, plain }: Assessment, wanted: ReadonlySet<Category>): readonly Finding[] {
  const categories = categoriesOf(plain);
  const [first] = categories;
  if (first === undefined || !wanted.has(first.category)) return NO_FINDINGS;
  const named = categories
    .slice(0, NAMED)
    .filter((one, i) => i === 0 || one.score >= LEAST)
    .map((one) => `${one.category} ${one.score.toFixed(2)}`)
    .join(', ');
  const { severity, what } = ABOUT[first.category];
  return [
    {
      rule: `harmful-content/${first.category}`,
      severity,
      message: `${kind === 'request' ? 'A request that is about' : 'A toxic text with'} ${what} (${named}).`,
      span,
      mask: mask(''),
      label: 'HARMFUL_CONTENT',
      score,
    },
  ];
}
