import type { z as Zod } from 'zod';
import { loadClassifier } from '../../classify/load-classifier.ts';
import { scoreText } from '../../classify/score-text.ts';
import { SENSITIVITIES, thresholdOf, type Sensitivity } from '../../classify/sensitivity.ts';
import { mask } from '../../text/mask.ts';
import { defineDetector, type Inspector } from '../detector.ts';
import { NO_RESOURCES } from '../resources.ts';
import { tierKeys, type TierOptions } from '../tier-options.ts';
import { type TierSubject, withTiers } from '../tiered.ts';

export interface UserAttackOptions extends TierOptions {
  readonly sensitivity: Sensitivity;
  /** Probability from which on a text is an attack; takes the place of the sensitivity's. */
  readonly threshold: number | null;
  /** UTF-16 units below which a text is not judged. */
  readonly minLength: number;
}

const DEFAULTS: UserAttackOptions = { sensitivity: 'balanced', threshold: null, minLength: 12 };
const ORIGINS: readonly string[] = ['user'];
const TIERS: TierSubject = {
  id: 'user-attack',
  question:
    'The text, written by a user to an AI assistant, tries to make it break its rules: it overrides or extracts its instructions, makes it take on a persona without rules, or hides such an attempt. Asking about attacks, security or prompts is not one.',
  what: 'an attack on the model',
  severity: 'high',
  label: 'USER_ATTACK',
};
/** From this probability on a finding is of high severity. */
const SURE = 0.9;

/** Jailbreaks and injections that a person writes in the user's own channel. */
export const userAttack = defineDetector({
  meta: {
    id: 'user-attack',
    title: 'Attacks by the user',
    summary: "Judges how likely a user's message is a jailbreak or tries to override or extract the system prompt.",
    threats: ['prompt-injection'],
    layers: ['input-filtering'],
    taxonomy: ['OWASP-LLM01', 'OWASP-LLM07', 'AML.T0051.000', 'AML.T0054', 'AML.T0056'],
    stages: ['input'],
    origins: ORIGINS,
    cost: 'model',
    stability: 'experimental',
    references: [
      'https://genai.owasp.org/llmrisk/llm01-prompt-injection/',
      'https://atlas.mitre.org/techniques/AML.T0051',
      'https://atlas.mitre.org/techniques/AML.T0054',
    ],
  },
  options: (z: typeof Zod) =>
    z.strictObject({
      sensitivity: z
        .enum(SENSITIVITIES)
        .default(DEFAULTS.sensitivity)
        .describe('How readily it speaks: `low` disturbs fewest people, `high` misses fewest attacks.'),
      threshold: z
        .number()
        .min(0)
        .max(1)
        .nullable()
        .default(DEFAULTS.threshold)
        .describe("Probability from which on a text is an attack; null for the sensitivity's own."),
      minLength: z.int().min(0).default(DEFAULTS.minLength).describe('Texts with fewer UTF-16 units are not judged.'),
      ...tierKeys(z),
    }),
  defaults: DEFAULTS,
  create({ sensitivity, threshold, minLength, encoder, judge: asked }, resources = NO_RESOURCES): Inspector {
    const judge = (text: string, origin: string) =>
      ORIGINS.includes(origin) && text.length >= minLength ? scoreText(loadClassifier('user-attack'), 0, text) : null;
    const leastScore = () => threshold ?? thresholdOf(loadClassifier('user-attack'), 0, sensitivity);
    const own: Inspector = {
      inspect(text, { origin }) {
        const found = judge(text, origin);
        const least = leastScore();
        if (found === null || found.score < least) return [];
        return [
          {
            rule: found.via.length === 0 ? 'user-attack/plain' : 'user-attack/disguised',
            severity: found.score >= SURE ? 'high' : 'medium',
            message:
              found.via.length === 0
                ? 'Reads like a jailbreak or an attempt to override instructions.'
                : `Reads like a jailbreak or an attempt to override instructions once undone: ${found.via.join(', ')}.`,
            span: found.span,
            mask: mask(''),
            label: 'USER_ATTACK',
            score: found.score,
          },
        ];
      },
      score: (text, { origin }) => (ORIGINS.includes(origin) ? (judge(text, origin)?.score ?? 0) : null),
      threshold: ({ origin }) => (ORIGINS.includes(origin) ? leastScore() : null),
    };
    return withTiers(own, { encoder, judge: asked }, TIERS, resources);
  },
});
