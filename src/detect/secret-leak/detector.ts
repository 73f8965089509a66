import type { z as Zod } from 'zod';
import type { Finding } from '../../core/finding.ts';
import { SEVERITIES, isAtLeast, type Severity } from '../../core/severity.ts';
import { defineDetector, type Inspector } from '../detector.ts';
import { KINDS } from './catalogue.ts';
import { toFindings } from './findings.ts';
import { GENERIC_SECRET } from './patterns/generic.ts';
import { PRIVATE_KEY } from './patterns/private-keys.ts';
import { createScanner, LOOK_BEHIND, type Candidate, type Scan } from './scan.ts';
import { askSecretlint } from './second-opinion.ts';
import { labelOf } from './pattern.ts';
import { mask } from '../../text/mask.ts';

export interface SecretLeakOptions {
  /** Kinds to leave out, by id (`twilio-account-sid`). */
  readonly disable: readonly string[];
  /** Secrets that are none: `sha256:<64 hex digits>` of the exact value, or a literal beginning of at least 8 characters. */
  readonly allow: readonly string[];
  /** Milder findings are not reported. */
  readonly minSeverity: Severity;
  /** Whether values that merely look random are reported when their name says that they are secret. */
  readonly generic: boolean;
  /** Whether secretlint is asked for a second opinion where one of its vendors' marks appears. */
  readonly secretlint: boolean;
}

/** The largest private keys in use (RSA with 16,384 bits, OpenPGP with several subkeys) fit. */
const MAX_HOLD = 16_384;

/** Finds credentials in a text. */
export const secretLeak = defineDetector({
  meta: {
    id: 'secret-leak',
    title: 'Secrets',
    summary: 'Finds API keys, tokens, private keys, passwords in URLs and other credentials.',
    threats: ['prompt-injection'],
    layers: ['input-filtering', 'output-monitoring', 'data-protection'],
    taxonomy: ['OWASP-LLM02', 'AML.T0057', 'CWE-200', 'CWE-798'],
    stages: ['input', 'output'],
    cost: 'pattern',
    stability: 'stable',
    references: [
      'https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/',
      'https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/',
      'https://github.com/secretlint/secretlint',
    ],
  },
  options: (z: typeof Zod) =>
    z.strictObject({
      disable: z
        .array(z.enum(KINDS.map((kind) => kind.id)))
        .readonly()
        .default([])
        .describe('Kinds of secret to leave out, by id.'),
      allow: z
        .array(
          z
            .string()
            .regex(
              /^(?:sha256:[0-9a-f]{64}|(?!sha256:).{8,})$/,
              'is neither "sha256:" and 64 hex digits nor a literal beginning of 8 characters or more',
            ),
        )
        .readonly()
        .default([])
        .describe(
          'Values that are no secrets: `sha256:` and the hex digest of the exact value, or a literal beginning.',
        ),
      minSeverity: z.enum(SEVERITIES).default('info').describe('Milder findings are not reported.'),
      generic: z
        .boolean()
        .default(true)
        .describe('Whether a value that looks random is reported when its name says that it is secret.'),
      secretlint: z
        .boolean()
        .default(true)
        .describe(
          'Whether secretlint is asked where a mark of one of its vendors stands and our own rules are not sure.',
        ),
    }),
  defaults: { disable: [], allow: [], minSeverity: 'info', generic: true, secretlint: true } as SecretLeakOptions,
  create: (options: SecretLeakOptions): Inspector => {
    const disabled = new Set(options.disable);
    const scanner = createScanner({
      enabled: (kind) =>
        !disabled.has(kind.id) &&
        isAtLeast(kind.severity, options.minSeverity) &&
        (options.generic || kind !== GENERIC_SECRET),
      regions: options.secretlint,
    });
    const judge = (text: string, candidates: readonly Candidate[]): readonly Finding[] =>
      toFindings(text, candidates, options);

    const findingsOf = (
      text: string,
      { candidates, regions }: Scan,
    ): readonly Finding[] | Promise<readonly Finding[]> => {
      if (regions.length > 0) return askSecretlint(text, regions).then((more) => judge(text, [...candidates, ...more]));
      return candidates.length === 0 ? [] : judge(text, candidates);
    };

    return {
      inspect: (text) => findingsOf(text, scanner.scan(text)),
      streaming: {
        lookBehind: LOOK_BEHIND,
        maxHold: MAX_HOLD,
        holdFrom: (text) => settledUpTo(scanner.scan(text)),
        follow(text) {
          const scan = scanner.scan(text);
          return { findings: findingsOf(text, scan), holdFrom: settledUpTo(scan) };
        },
        overdue(text, from) {
          const { candidates } = scanner.scan(text);
          const [found] = judge(
            text,
            candidates.filter(({ end }) => end > from),
          );
          if (found !== undefined)
            return { ...found, span: { start: Math.min(from, found.span.start), end: text.length } };
          if (!text.startsWith('-----BEGIN', from)) return null;
          // An armour this long whose material could not be read as such is still not let go.
          return {
            rule: `secret-leak/${PRIVATE_KEY.id}`,
            severity: PRIVATE_KEY.severity,
            message: `Contains what began as a secret and did not end: ${PRIVATE_KEY.title}.`,
            span: { start: from, end: text.length },
            mask: mask('-----BEGIN'),
            label: labelOf(PRIVATE_KEY),
          };
        },
      },
    };
  },
});

/**
 * Where the settled part of a text ends. A settled finding that reaches into the live part may still be merged with what
 * grows there, so the line is drawn before it.
 */
function settledUpTo({ candidates, regions, live }: Scan): number {
  let hold = live;
  const spans = [...candidates, ...regions].filter(({ end }) => end > hold).sort((a, b) => b.start - a.start);
  for (const { start, end } of spans) if (start < hold && end > hold) hold = start;
  return hold;
}
