import type { z as Zod } from 'zod';
import type { Finding } from '../../core/finding.ts';
import type { Severity } from '../../core/severity.ts';
import { SEVERITIES } from '../../core/severity.ts';
import { mask } from '../../text/mask.ts';
import { defineDetector, type Inspector } from '../detector.ts';
import { LANGUAGE_CODES, type LanguageCode } from './language-codes.ts';
import { LONGEST, passagesOf } from './passages.ts';
import { loadLanguages, tellLanguage } from './tell-language.ts';

export interface LanguageOptions {
  /** Languages that texts may be in; empty for any. */
  readonly allow: readonly LanguageCode[];
  /** Languages that texts must not be in. */
  readonly deny: readonly LanguageCode[];
  /** Letters that a passage must have before its language counts. */
  readonly minLetters: number;
  readonly severity: Severity;
}

const NO_FINDINGS: readonly Finding[] = Object.freeze([]);

/** Passages in a language that is not wanted. */
export const language = defineDetector({
  meta: {
    id: 'language',
    title: 'Language',
    summary: 'Finds passages in other languages than those that are allowed.',
    threats: ['prompt-injection'],
    layers: ['input-filtering', 'output-monitoring'],
    taxonomy: ['OWASP-LLM01', 'AML.T0054'],
    stages: ['input', 'output'],
    cost: 'model',
    stability: 'stable',
    references: ['https://github.com/nitotm/efficient-language-detector-js', 'https://arxiv.org/abs/2310.02446'],
  },
  options: (z: typeof Zod) =>
    z
      .strictObject({
        allow: z
          .array(z.enum(LANGUAGE_CODES))
          .default([])
          .describe('Languages (ISO 639-1) that texts may be in. Empty: any.'),
        deny: z.array(z.enum(LANGUAGE_CODES)).default([]).describe('Languages (ISO 639-1) that texts must not be in.'),
        minLetters: z
          .int()
          .min(10)
          .max(320)
          .default(60)
          .describe('Letters that a passage must have before its language counts; an ideograph counts as three.'),
        severity: z.enum(SEVERITIES).default('low').describe('Severity of a finding.'),
      })
      .refine(({ allow, deny }) => !allow.some((code) => deny.includes(code)), {
        message: 'A language cannot be allowed and denied.',
        path: ['deny'],
      }),
  defaults: { allow: [], deny: [], minLetters: 60, severity: 'low' } as LanguageOptions,
  create: ({ allow, deny, minLetters, severity }) => {
    if (allow.length === 0 && deny.length === 0) return UNCONCERNED;
    const allowed = new Set<string>(allow);
    const denied = new Set<string>(deny);
    const isWrong = (code: string): boolean => denied.has(code) || (allowed.size > 0 && !allowed.has(code));
    loadLanguages()?.catch(() => {}); // whoever needs it waits for it, and hears of a failure
    const look = (text: string): readonly Finding[] => {
      let findings: Finding[] | undefined;
      for (const { start, end } of passagesOf(text)) {
        const code = tellLanguage(text.slice(start, end), minLetters);
        if (code !== null && isWrong(code)) (findings ??= []).push(findingOf(code, severity, start, end));
      }
      return findings ?? NO_FINDINGS;
    };
    return {
      inspect: (text) => loadLanguages()?.then(() => look(text)) ?? look(text),
      score: async (text) => {
        await loadLanguages();
        let wrong = 0;
        let told = 0;
        for (const { start, end } of passagesOf(text)) {
          const code = tellLanguage(text.slice(start, end), minLetters);
          if (code === null) continue;
          told += end - start;
          if (isWrong(code)) wrong += end - start;
        }
        return told === 0 ? null : wrong / told;
      },
      streaming: {
        // A passage ends where the next begins, and what is released ends with a passage.
        lookBehind: 0,
        maxHold: LONGEST,
        holdFrom: (text) => {
          let from = 0;
          for (const { start, end, closed } of passagesOf(text)) from = closed ? end : start;
          return from;
        },
        overdue: () => null,
      },
    };
  },
});

/** Nothing was asked for. */
const UNCONCERNED: Inspector = {
  inspect: () => NO_FINDINGS,
  score: () => null,
  streaming: { lookBehind: 0, maxHold: 0, holdFrom: (text) => text.length, overdue: () => null },
};

function findingOf(code: string, severity: Severity, start: number, end: number): Finding {
  return {
    rule: `language/${code}`,
    severity,
    message: `A passage is in a language that is not allowed here (${code}).`,
    span: { start, end },
    mask: mask(''),
    label: 'OTHER_LANGUAGE',
  };
}
