import type { z as Zod } from 'zod';
import type { Finding } from '../../core/finding.ts';
import { mask } from '../../text/mask.ts';
import { defineDetector, type Inspector } from '../detector.ts';
import { NO_RESOURCES, type Resources } from '../resources.ts';
import { type Canary, type CanaryMatch, type CanaryReading, createCanaryIndex } from './canary-index.ts';
import { foldedLetters } from './forms.ts';

export interface CanaryOptions {
  /** Letters and digits of a token in a row that are enough to know it by. */
  readonly least: number;
  /** Tokens that something else planted. */
  readonly tokens: readonly { readonly id: string; readonly token: string }[];
}

const DEFAULTS: CanaryOptions = { least: 12, tokens: [] };

/** An unfinished match that is not one yet is shorter: 60 letters of the longest form with 16 units before each. */
const MAX_HOLD = 2048;

/** Tokens that were planted in prompts, data sets and documents, and that nobody has reason to say. */
export const canary = defineDetector({
  meta: {
    id: 'canary',
    title: 'Planted tokens',
    summary: 'Finds tokens that were planted in prompts, data sets and documents, also in parts and encoded.',
    threats: ['prompt-injection', 'membership-inference'],
    layers: ['output-monitoring', 'data-protection'],
    taxonomy: ['OWASP-LLM02', 'OWASP-LLM07', 'AML.T0057', 'AML.T0056'],
    stages: ['output', 'input'],
    cost: 'pattern',
    stability: 'stable',
    references: [
      'https://genai.owasp.org/llmrisk/llm072025-system-prompt-leakage/',
      'https://github.com/google/BIG-bench/blob/main/bigbench/benchmark_tasks/training_on_test_set/README.md',
    ],
  },
  options: (z: typeof Zod) =>
    z.strictObject({
      least: z
        .int()
        .min(12)
        .max(20)
        .default(DEFAULTS.least)
        .describe('Letters and digits of a token in a row that are enough to know it by.'),
      tokens: z
        .array(
          z.strictObject({
            id: z
              .string()
              .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'lower-case letters, digits and hyphens; at most 32')
              .describe('Name of it in findings.'),
            token: z
              .string()
              .max(128)
              .refine((token) => foldedLetters(token).length >= 20, 'needs 20 letters and digits, or it may be a word')
              .describe('The token.'),
          }),
        )
        .max(256)
        .readonly()
        .default(DEFAULTS.tokens)
        .describe('Tokens that something else planted. Those of `parapet canary plant` are known without it.'),
    }),
  defaults: DEFAULTS,
  create: (options: CanaryOptions, resources: Resources = NO_RESOURCES): Inspector => {
    let planted: readonly Canary[] | null = null;
    let search: (text: string) => CanaryReading = () => ({ matches: [], hold: 0 });
    /** The index of what is planted at this moment; made anew only when that has changed. */
    const read = (text: string): CanaryReading => {
      const now = resources.canaries();
      if (now !== planted) {
        search = createCanaryIndex([...now, ...options.tokens], options.least);
        planted = now;
      }
      return search(text);
    };
    return {
      version: () => versionOf(resources.canaries()),
      // A system prompt on its way to the model is where its canary belongs.
      inspect: (text, { stage, origin }) =>
        stage === 'input' && origin === 'operator' ? [] : read(text).matches.map(toFinding),
      streaming: {
        lookBehind: 0,
        maxHold: MAX_HOLD,
        holdFrom: (text) => read(text).hold,
        follow: (text) => {
          const { matches, hold } = read(text);
          return { findings: matches.map(toFinding), holdFrom: hold };
        },
        overdue: (text, from) => {
          const begun = read(text).matches.find(({ start }) => start === from);
          return begun === undefined ? null : { ...toFinding(begun), span: { start: from, end: text.length } };
        },
      },
    };
  },
});

/** A list that has changed is another list: each has a number of its own in this process. */
const versions = new WeakMap<readonly object[], string>();
let lists = 0;

function versionOf(planted: readonly object[]): string {
  let version = versions.get(planted);
  if (version === undefined) versions.set(planted, (version = String((lists += 1))));
  return version;
}

function toFinding({ start, end, canary: found, form }: CanaryMatch): Finding {
  const note = found.note === undefined || found.note === null || found.note === '' ? '' : ` (${found.note})`;
  const how = form === 'plain' ? '' : `, ${form}`;
  return {
    rule: 'canary/token',
    severity: 'high',
    message: `The canary ${found.id}${note}${how}.`,
    span: { start, end },
    mask: mask(''),
    label: 'CANARY',
  };
}
