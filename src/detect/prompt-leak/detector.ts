import type { z as Zod } from 'zod';
import { Fault } from '../../core/fault.ts';
import type { Finding } from '../../core/finding.ts';
import { mask } from '../../text/mask.ts';
import { defineDetector, type ExchangeContext, type Inspector } from '../detector.ts';
import { decodeRun, findEncodedRuns } from './encoded-runs.ts';
import { findPassages, type Search } from './find-passages.ts';
import { type ProtectedText, protectTexts, sharedShingles } from './protected-text.ts';

export interface PromptLeakOptions {
  /** Words of a passage that make a leak of it. */
  readonly minWords: number;
  /** Share of a passage's words that must be the protected text's. */
  readonly share: number;
  /** Whether system and developer prompts are protected. */
  readonly instructions: boolean;
  /** Further texts that must not be repeated. */
  readonly protect: readonly string[];
}

const DEFAULTS: PromptLeakOptions = { minWords: 12, share: 0.6, instructions: true, protect: [] };

/** Units of protected text; more is a failed check, not one that passes. */
const MOST = 4 << 20;
/** Prompts whose sets are kept: applications have few. */
const PROMPTS_KEPT = 64;
/** What may be held from the middle of `%20` on is an escape only with what stands before. */
const LOOK_BEHIND = 3;
/** A passage is replaced as a whole, so it has to be held as a whole. */
const MAX_HOLD = 4096;

/** Passages of the system prompt in answers. */
export const promptLeak = defineDetector({
  meta: {
    id: 'prompt-leak',
    title: 'Passages of the system prompt',
    summary: 'Finds passages of the system prompt, or of other protected texts, in answers.',
    threats: ['prompt-injection', 'model-extraction'],
    layers: ['output-monitoring', 'data-protection'],
    taxonomy: ['OWASP-LLM07', 'OWASP-LLM02', 'AML.T0056', 'AML.T0057'],
    stages: ['output'],
    cost: 'pattern',
    stability: 'stable',
    references: [
      'https://genai.owasp.org/llmrisk/llm072025-system-prompt-leakage/',
      'https://doi.org/10.1109/SEQUEN.1997.666900',
    ],
  },
  options: (z: typeof Zod) =>
    z.strictObject({
      minWords: z
        .int()
        .min(8)
        .max(200)
        .default(DEFAULTS.minWords)
        .describe('Words of a passage that make a leak of it. Texts with fewer are known by nearly all of theirs.'),
      share: z
        .number()
        .min(0.4)
        .max(1)
        .default(DEFAULTS.share)
        .describe("Share of a passage's words that must be the protected text's; the rest may have been changed."),
      instructions: z
        .boolean()
        .default(DEFAULTS.instructions)
        .describe('Protect the system and developer prompts of each request.'),
      protect: z
        .array(z.string().min(1).max(100_000))
        .max(100)
        .readonly()
        .default(DEFAULTS.protect)
        .describe('Further texts that must not be repeated.'),
    }),
  defaults: DEFAULTS,
  create: (options: PromptLeakOptions): Inspector => {
    const prompts = new Map<string, ProtectedText>();
    const protectedBy = (texts: readonly string[]): ProtectedText => {
      const key = texts.join('\0');
      if (key.length > MOST) {
        throw new Fault('ERR_CHECK_FAILED', `System prompts of ${key.length} units are too long to be protected.`);
      }
      const known = prompts.get(key);
      if (known !== undefined) return known;
      const made = protectTexts(texts, options.minWords);
      const [oldest] = prompts.keys();
      if (prompts.size >= PROMPTS_KEPT && oldest !== undefined) prompts.delete(oldest);
      prompts.set(key, made);
      return made;
    };
    return {
      ...inspectorOf(options, () => protectedBy(options.protect), []),
      forExchange: (context: ExchangeContext) => {
        const texts = [...options.protect, ...(options.instructions ? context.instructions : [])];
        return inspectorOf(options, () => protectedBy(texts), context.userTexts);
      },
    };
  },
});

function inspectorOf(
  { share }: PromptLeakOptions,
  protect: () => ProtectedText,
  userTexts: readonly string[],
): Inspector {
  let search: Search | null = null;
  const prepare = (): Search => {
    const protects = protect();
    let known: ReadonlySet<number> | null = null;
    return { protects, share, known: () => (known ??= sharedShingles(protects, userTexts)) };
  };
  const read = (text: string): { readonly findings: readonly Finding[]; readonly holdFrom: number } => {
    search ??= prepare();
    if (search.protects.shingles.size === 0) return { findings: [], holdFrom: text.length };
    const plain = findPassages(text, search);
    const findings = plain.found.map(({ start, end, covered }) => toFinding(start, end, covered, ''));
    const encoded = findEncodedRuns(text);
    for (const { start, end } of encoded.runs) {
      const [passage] = findPassages(decodeRun(text.slice(start, end)), search).found;
      if (passage !== undefined) findings.push(toFinding(start, end, passage.covered, ', encoded'));
    }
    if (encoded.runs.length > 0) findings.sort((a, b) => a.span.start - b.span.start);
    return { findings: apart(findings), holdFrom: Math.min(plain.hold, encoded.open) };
  };
  return {
    inspect: (text) => read(text).findings,
    streaming: {
      lookBehind: LOOK_BEHIND,
      maxHold: MAX_HOLD,
      holdFrom: (text) => read(text).holdFrom,
      follow: (text) => read(text),
      overdue: (text, from) => {
        const begun = read(text).findings.find(({ span }) => span.start === from);
        return begun === undefined ? null : { ...begun, span: { start: from, end: text.length } };
      },
    },
  };
}

/** Findings in the order of their beginnings; one that begins inside another begins behind it. */
function apart(findings: readonly Finding[]): readonly Finding[] {
  let last = 0;
  return findings.flatMap((finding) => {
    const { start, end } = finding.span;
    if (end <= last) return [];
    const span = { start: Math.max(start, last), end };
    last = end;
    return [{ ...finding, span }];
  });
}

function toFinding(start: number, end: number, covered: number, how: string): Finding {
  return {
    rule: 'prompt-leak/passage',
    severity: 'high',
    message: `A passage of ${Math.round(covered / 2)} words of a protected text${how}.`,
    span: { start, end },
    mask: mask(''),
    label: 'INSTRUCTIONS',
  };
}
