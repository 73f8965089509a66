import type { z as Zod } from 'zod';
import type { Finding } from '../../core/finding.ts';
import { isAtLeast, SEVERITIES, type Severity } from '../../core/severity.ts';
import { mask } from '../../text/mask.ts';
import { rememberLast } from '../../text/remember-last.ts';
import { defineDetector } from '../detector.ts';
import { findTricks, type FoundTrick } from './find-tricks.ts';
import { ABOUT, TRICKS, type Trick } from './trick.ts';

export interface ObfuscationOptions {
  /** Tricks that are of no interest here. */
  readonly ignore: readonly Trick[];
  /** Milder findings are not reported. */
  readonly minSeverity: Severity;
}

/** Findings that say something more about how sure we are; the rest repeat it. */
const COUNTED = 4;

/** Text that was disguised: what normalising and decoding had to undo. */
export const obfuscation = defineDetector({
  meta: {
    id: 'obfuscation',
    title: 'Obfuscated text',
    summary: 'Finds text that was hidden, disguised or encoded so that filters do not read it and a model does.',
    threats: ['prompt-injection', 'adversarial-input'],
    layers: ['input-filtering', 'output-monitoring'],
    taxonomy: ['OWASP-LLM01', 'AML.T0051', 'AML.T0068', 'CWE-116', 'CWE-1007'],
    stages: ['input', 'output'],
    cost: 'pattern',
    stability: 'stable',
    references: [
      'https://www.unicode.org/reports/tr39/',
      'https://www.unicode.org/reports/tr15/',
      'https://embracethered.com/blog/posts/2024/hiding-and-finding-text-with-unicode-tags/',
      'https://paulbutler.org/2025/smuggling-arbitrary-data-through-an-emoji/',
      'https://arxiv.org/abs/2412.03556',
      'https://trojansource.codes',
    ],
  },
  options: (z: typeof Zod) =>
    z.strictObject({
      ignore: z.array(z.enum(TRICKS)).default([]).describe('Tricks that are of no interest here.'),
      minSeverity: z.enum(SEVERITIES).default('medium').describe('Milder findings are not reported.'),
    }),
  defaults: { ignore: [], minSeverity: 'medium' } as ObfuscationOptions,
  create: (options) => {
    const ignored = new Set(options.ignore);
    const tricks = rememberLast((text) => apart(findTricks(text).filter(({ trick }) => !ignored.has(trick))));
    return {
      inspect: (text) =>
        tricks(text)
          .filter(({ trick }) => isAtLeast(ABOUT[trick].severity, options.minSeverity))
          .map(findingOf),
      score(text) {
        const weights = tricks(text).map(({ trick }) => ABOUT[trick].weight);
        weights.sort((a, b) => b - a);
        return 1 - weights.slice(0, COUNTED).reduce((doubt, weight) => doubt * (1 - weight), 1);
      },
    };
  },
});

function findingOf({ trick, start, end, hides }: FoundTrick): Finding {
  const { severity, weight, message } = ABOUT[trick];
  return {
    rule: `obfuscation/${trick}`,
    severity,
    message: hides > 0 ? `${message} It has ${hides} characters.` : message,
    span: { start, end },
    mask: mask(''),
    label: 'OBFUSCATED',
    score: weight,
  };
}

/** Of findings that overlap the weightiest stays, over all that they cover. */
function apart(found: readonly FoundTrick[]): readonly FoundTrick[] {
  const kept: FoundTrick[] = [];
  for (const one of found) {
    const last = kept.at(-1);
    if (last === undefined || last.end <= one.start) kept.push(one);
    else {
      const main = ABOUT[one.trick].weight > ABOUT[last.trick].weight ? one : last;
      kept[kept.length - 1] = { ...main, start: last.start, end: Math.max(last.end, one.end) };
    }
  }
  return kept;
}
