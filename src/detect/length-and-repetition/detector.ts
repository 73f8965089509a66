import type { z as Zod } from 'zod';
import type { Finding } from '../../core/finding.ts';
import { mask } from '../../text/mask.ts';
import { defineDetector } from '../detector.ts';
import { LATE, longestShare, repeatedRuns, RULE, type RepeatedRun } from './repeated-runs.ts';

export interface LengthAndRepetitionOptions {
  /** UTF-16 units that a text may have; 0 for any number. */
  readonly maxLength: number;
  /** Units that repetition may fill before it is a finding; also the longest passage whose repetition is noticed. */
  readonly window: number;
  /** How often a passage may follow itself. */
  readonly threshold: number;
}

/** The rest of a text that goes on repeating is not worth waiting for. */
const MAX_HOLD = 512;

const NO_FINDINGS: readonly Finding[] = Object.freeze([]);

/** Texts without end and the same again and again. */
export const lengthAndRepetition = defineDetector({
  meta: {
    id: 'length-and-repetition',
    title: 'Length and repetition',
    summary: 'Finds texts that repeat themselves without end, and texts that are too long.',
    threats: ['denial-of-service', 'membership-inference', 'prompt-injection'],
    layers: ['input-filtering', 'output-monitoring'],
    taxonomy: ['OWASP-LLM10', 'OWASP-LLM02', 'AML.T0034', 'AML.T0057', 'CWE-400'],
    stages: ['output', 'input'],
    cost: 'pattern',
    stability: 'stable',
    references: [
      'https://arxiv.org/abs/2311.17035',
      'https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/',
    ],
  },
  options: (z: typeof Zod) =>
    z.strictObject({
      maxLength: z
        .int()
        .min(0)
        .default(400_000)
        .describe('Characters (UTF-16 units) that a text may have; 0 for any number. Streams are not counted.'),
      window: z
        .int()
        .min(64)
        .max(4096)
        .default(512)
        .describe('Characters that repetition may fill; also the longest passage whose repetition is noticed.'),
      threshold: z.int().min(2).max(64).default(4).describe('How often a passage may follow itself.'),
    }),
  defaults: { maxLength: 400_000, window: 512, threshold: 4 } as LengthAndRepetitionOptions,
  create: (options) => {
    const { maxLength, window, threshold } = options;
    const tooLong = (text: string): boolean => maxLength > 0 && text.length > maxLength;
    const limit = (text: string): number => (tooLong(text) ? maxLength : text.length);
    const findingsOf = (text: string, runs: readonly RepeatedRun[]): readonly Finding[] => {
      if (runs.length === 0 && !tooLong(text)) return NO_FINDINGS;
      const end = limit(text);
      const findings = runs.filter(({ excess }) => excess < end).map((run) => repetition(run, end));
      if (tooLong(text)) findings.push(excessLength(maxLength, text.length));
      return findings;
    };
    const holdFrom = (text: string, runs: readonly RepeatedRun[]): number => {
      const last = runs.at(-1);
      const running = last !== undefined && last.end === text.length ? last.excess : text.length;
      return Math.min(running, limit(text));
    };
    return {
      inspect: (text) => findingsOf(text, repeatedRuns(text, options)),
      score: (text) => Math.min(1, Math.max(tooLong(text) ? 1 : 0, longestShare(text, options) / 2)),
      streaming: {
        // What a run needs to be noticed, wherever in it the view begins.
        lookBehind: Math.max(threshold, RULE) * window + LATE,
        maxHold: MAX_HOLD,
        holdFrom: (text) => holdFrom(text, repeatedRuns(text, options)),
        follow(text) {
          const runs = repeatedRuns(text, options);
          return { findings: findingsOf(text, runs), holdFrom: holdFrom(text, runs) };
        },
        overdue: (text, from) =>
          from === maxLength && tooLong(text)
            ? excessLength(from, text.length)
            : repetition({ start: from, end: text.length, period: 1, excess: from }, text.length),
      },
    };
  },
});

function repetition({ excess, end }: RepeatedRun, limit: number): Finding {
  return {
    rule: 'length-and-repetition/repeated',
    severity: 'medium',
    message: 'The same passage follows itself again and again.',
    span: { start: excess, end: Math.min(end, limit) },
    mask: mask(''),
    label: 'REPETITION',
  };
}

function excessLength(start: number, end: number): Finding {
  return {
    rule: 'length-and-repetition/too-long',
    severity: 'low',
    message: `The text has ${end} characters; ${start} are allowed.`,
    span: { start, end },
    mask: mask(''),
    label: 'REST_OF_TEXT',
  };
}
