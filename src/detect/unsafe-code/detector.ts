import type { z as Zod } from 'zod';
import type { Finding } from '../../core/finding.ts';
import { isAtLeast, SEVERITIES, type Severity } from '../../core/severity.ts';
import { mask } from '../../text/mask.ts';
import { defineDetector, type Inspector, type Subject } from '../detector.ts';
import { CATEGORIES, type Category } from './rule.ts';
import { DESTRUCTIVE } from './rules/destructive.ts';
import { INJECTION } from './rules/injection.ts';
import { MARKUP } from './rules/markup.ts';
import { REMOTE_EXECUTION } from './rules/remote-execution.ts';
import { WEAK_SECURITY } from './rules/weak-security.ts';
import { type CodeMatch, createScan } from './scan.ts';
import { isWarnedOf, WARNING_REACH } from './warning.ts';

export interface UnsafeCodeOptions {
  readonly categories: readonly Category[];
  /** Milder findings are not reported. */
  readonly minSeverity: Severity;
  /** What a sentence warns of, on the same line, is `info`. */
  readonly warnings: 'lower' | 'keep';
}

const DEFAULTS: UnsafeCodeOptions = { categories: [...CATEGORIES], minSeverity: 'medium', warnings: 'lower' };
const RULES = [...DESTRUCTIVE, ...REMOTE_EXECUTION, ...INJECTION, ...MARKUP, ...WEAK_SECURITY];

/** Commands, statements and markup that do damage where somebody runs what a model wrote. */
export const unsafeCode = defineDetector({
  meta: {
    id: 'unsafe-code',
    title: 'Dangerous code',
    summary: 'Finds destructive commands, remote execution, injection and script markup in answers and tool calls.',
    threats: ['prompt-injection'],
    layers: ['output-monitoring'],
    taxonomy: ['OWASP-LLM05', 'OWASP-LLM06', 'CWE-78', 'CWE-79', 'CWE-89', 'CWE-94', 'CWE-502'],
    stages: ['output', 'input'],
    cost: 'pattern',
    stability: 'experimental',
    references: [
      'https://genai.owasp.org/llmrisk/llm052025-improper-output-handling/',
      'https://cwe.mitre.org/top25/',
      'https://lolbas-project.github.io/',
    ],
  },
  options: (z: typeof Zod) =>
    z.strictObject({
      categories: z
        .array(z.enum(CATEGORIES))
        .min(1)
        .readonly()
        .default(DEFAULTS.categories)
        .describe('What is looked for.'),
      minSeverity: z
        .enum(SEVERITIES)
        .default(DEFAULTS.minSeverity)
        .describe('Milder findings are not reported. `low` reports every script element and every forced push.'),
      warnings: z
        .enum(['lower', 'keep'])
        .default(DEFAULTS.warnings)
        .describe('`lower`: what a sentence on the same line warns of is `info`. Never in tool arguments.'),
    }),
  defaults: DEFAULTS,
  create: ({ categories, minSeverity, warnings }: UnsafeCodeOptions): Inspector => {
    const floor = (severity: Severity): boolean => isAtLeast(severity, minSeverity);
    const scan = createScan(RULES.filter(({ category, severity }) => categories.includes(category) && floor(severity)));
    const toFindings = (text: string, matches: readonly CodeMatch[], kind: string): Finding[] =>
      matches.flatMap(({ start, end, rule }) => {
        const mentioned = warnings === 'lower' && kind !== 'tool-arguments' && isWarnedOf(text, start);
        const severity = mentioned ? 'info' : rule.severity;
        if (!floor(severity)) return [];
        const { id, message } = rule;
        return [
          { rule: `unsafe-code/${id}`, severity, message, span: { start, end }, mask: mask(''), label: 'UNSAFE_CODE' },
        ];
      });
    return {
      inspect: (text, { kind }: Subject) => toFindings(text, scan(text).matches, kind),
      streaming: {
        lookBehind: WARNING_REACH + 1,
        maxHold: 1024,
        holdFrom: (text) => scan(text).hold,
        follow: (text, { kind }) => {
          const { matches, hold } = scan(text);
          return { findings: toFindings(text, matches, kind), holdFrom: hold };
        },
        overdue: () => null,
      },
    };
  },
});
