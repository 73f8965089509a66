import { getCountries, isSupportedCountry, type CountryCode } from 'libphonenumber-js/max';
import type { z as Zod } from 'zod';
import { TAGGER_REACH } from '../../classify/tagger/tag.ts';
import { defineDetector, type Inspector } from '../detector.ts';
import { KINDS } from './catalogue.ts';
import { toFindings } from './findings.ts';
import { GROUPS, type Kind } from './kind.ts';
import { createNameFinder } from './name.ts';
import { createScanner, type Scan } from './scan.ts';

export interface PersonalDataOptions {
  /**
   * What to look for: ids of kinds and of groups. `+` before one adds it, `-` leaves it out; a list of nothing but those starts
   * from what is looked for by default.
   */
  readonly kinds: readonly string[];
  /** ISO 3166 codes: only these countries' identifiers, and phone numbers as they are dialled there. Empty: all, and `PHONE_REGIONS`. */
  readonly regions: readonly string[];
  /** Findings below this score are not reported. */
  readonly minScore: number;
  /** What is no finding: `@domain`, `sha256:<64 hex digits>` of a value without separators in lower case, or a beginning of 4 characters or more. */
  readonly allow: readonly string[];
  /** How many characters before a value a context word may begin. */
  readonly contextWindow: number;
  /** Names and addresses of which the tagger is less sure are not reported. */
  readonly minConfidence: number;
}

/** Where numbers without `+` may be from when nothing is configured. */
const PHONE_REGIONS: readonly CountryCode[] = ['US', 'GB', 'DE', 'FR', 'ES', 'IT', 'IN', 'AU'];

/** Longest value with what decides on its beginning; context comes on top. */
const LONGEST_VALUE = 192;
/** The longest e-mail address with its clause behind it. */
const MAX_HOLD = 512;

const NAMES: readonly string[] = [...GROUPS, ...KINDS.map((kind) => kind.id)].flatMap((name) => [
  name,
  `+${name}`,
  `-${name}`,
]);

/** Finds personal data by pattern, checksum and context. */
export const personalData = defineDetector({
  meta: {
    id: 'personal-data',
    title: 'Personal data',
    summary:
      'Finds card numbers, IBANs, national identifiers, contact details, postal addresses, names and other personal data.',
    threats: ['prompt-injection'],
    layers: ['input-filtering', 'output-monitoring', 'data-protection'],
    taxonomy: ['OWASP-LLM02', 'AML.T0057', 'CWE-359'],
    stages: ['input', 'output'],
    cost: 'pattern',
    stability: 'experimental',
    references: [
      'https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/',
      'https://www.hhs.gov/hipaa/for-professionals/special-topics/de-identification/index.html',
      'https://github.com/catamphetamine/libphonenumber-js',
    ],
  },
  options: (z: typeof Zod) =>
    z.strictObject({
      kinds: z
        .array(z.enum(NAMES))
        .readonly()
        .default([])
        .describe(
          'Ids of kinds and groups to look for; "+" before one adds it to the default, "-" leaves it out. Empty: all but names of people, organisations and places.',
        ),
      regions: z
        .array(z.enum(getCountries()))
        .readonly()
        .default([])
        .describe(
          "ISO 3166 codes of countries whose identifiers and phone numbers are looked for. Empty: every country's identifiers.",
        ),
      minScore: z.number().min(0).max(1).default(0.5).describe('Findings below this score are not reported.'),
      allow: z
        .array(
          z
            .string()
            .regex(
              /^(?:sha256:[0-9a-f]{64}|@[A-Za-z0-9.-]{3,}|(?!sha256:|@).{4,})$/,
              'is neither "sha256:" and 64 hex digits, nor "@" and a domain, nor a literal beginning of 4 characters or more',
            ),
        )
        .readonly()
        .default([])
        .describe(
          'What is no finding: `@domain`, `sha256:` and the hex digest of a value without separators in lower case, or a literal beginning.',
        ),
      contextWindow: z
        .int()
        .min(16)
        .max(256)
        .default(48)
        .describe('How many characters before a value a context word may begin.'),
      minConfidence: z
        .number()
        .min(0)
        .max(1)
        .default(0.8)
        .describe('How sure the tagger has to be of a name or an address.'),
    }),
  defaults: {
    kinds: [],
    regions: [],
    minScore: 0.5,
    allow: [],
    contextWindow: 48,
    minConfidence: 0.8,
  } as PersonalDataOptions,
  create: (options: PersonalDataOptions): Inspector => {
    const wanted = selection(options.kinds);
    const regions = options.regions.filter((region) => isSupportedCountry(region));
    const enabled = (kind: Kind): boolean =>
      wanted(kind) &&
      (kind.region === undefined || options.regions.length === 0 || options.regions.includes(kind.region));
    const scanPatterns = createScanner({
      enabled,
      regions: regions.length > 0 ? regions : PHONE_REGIONS,
      anyPlan: options.regions.length === 0,
      contextWindow: options.contextWindow,
    });
    const findNames = createNameFinder({ enabled, minConfidence: options.minConfidence });
    const scan = (text: string): Scan => {
      const patterns = scanPatterns(text);
      if (findNames === null) return patterns;
      const names = findNames(text);
      const live = Math.min(patterns.live, names.live);
      if (names.candidates.length === 0) return { candidates: patterns.candidates, live };
      return { candidates: [...patterns.candidates, ...names.candidates], live };
    };
    const judge = (text: string, { candidates }: Scan) =>
      candidates.length === 0 ? [] : toFindings(text, candidates, options);
    return {
      inspect: (text) => judge(text, scan(text)),
      streaming: {
        lookBehind: Math.max(options.contextWindow + LONGEST_VALUE, findNames === null ? 0 : TAGGER_REACH),
        maxHold: MAX_HOLD,
        holdFrom: (text) => settledUpTo(scan(text)),
        follow(text) {
          const found = scan(text);
          return { findings: judge(text, found), holdFrom: settledUpTo(found) };
        },
        overdue(text, from) {
          // Nothing this long is one value: what was found in it stands, and the rest goes.
          const found = judge(text, scan(text)).find(({ span }) => span.end > from);
          return found === undefined
            ? null
            : { ...found, span: { start: Math.min(from, found.span.start), end: text.length } };
        },
      },
    };
  },
});

function selection(names: readonly string[]): (kind: Kind) => boolean {
  const marked = (mark: string) => new Set(names.filter((name) => name.startsWith(mark)).map((name) => name.slice(1)));
  const without = marked('-');
  const added = marked('+');
  const only = new Set(names.filter((name) => !/^[-+]/.test(name)));
  return ({ id, group, onRequest }) => {
    if (without.has(id)) return false;
    if (only.has(id) || added.has(id)) return true;
    if (without.has(group)) return false;
    return only.has(group) || added.has(group) || (only.size === 0 && onRequest !== true);
  };
}

/**
 * Where the settled part of a text ends. A settled value that reaches into the live part may still be merged with what grows
 * there, so the line is drawn before it.
 */
function settledUpTo({ candidates, live }: Scan): number {
  let hold = live;
  const spans = candidates.filter(({ end }) => end > hold).sort((a, b) => b.start - a.start);
  for (const { start, end } of spans) if (start < hold && end > hold) hold = start;
  return hold;
}
