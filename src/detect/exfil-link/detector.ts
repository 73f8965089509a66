import type { z as Zod } from 'zod';
import { SEVERITIES, type Severity } from '../../core/severity.ts';
import { defineDetector, type Inspector } from '../detector.ts';
import { createAllowList, troubleWithHost } from './allow-list.ts';
import { LONGEST } from './destination.ts';
import { REACH } from './find-destinations.ts';
import { readLinks, readOverdue } from './findings.ts';
import { createJudge } from './judge.ts';

export interface ExfilLinkOptions {
  /** Hosts that may be asked: exact, or `*.` and a registrable domain for everything below it. */
  readonly allow: readonly string[];
  /** Schemes that may be used, without the colon. Scripts are never allowed. */
  readonly schemes: readonly string[];
  /** Markdown images. */
  readonly images: Severity | 'off';
  /** Links that wait for a click: Markdown, `<a href>`, addresses in the text. */
  readonly links: Severity | 'off';
  /** Markdown reference definitions. */
  readonly references: Severity | 'off';
  /** HTML attributes that are fetched or sent to, and CSS. */
  readonly html: Severity | 'off';
  /** Milder findings are not reported. */
  readonly minSeverity: Severity;
}

const DEFAULTS: ExfilLinkOptions = {
  allow: [],
  schemes: ['https', 'http', 'mailto', 'tel'],
  images: 'high',
  links: 'low',
  references: 'medium',
  html: 'high',
  minSeverity: 'medium',
};

/** A label and its bracket, or a tag and its attribute, and the words directly before a destination. */
const LOOK_BEHIND = REACH + 64;

/** Data sent out through links that a client renders or fetches by itself. */
export const exfilLink = defineDetector({
  meta: {
    id: 'exfil-link',
    title: 'Links that send data out',
    summary: 'Finds images, links, HTML and styles that would carry data to hosts outside an allow-list.',
    threats: ['prompt-injection'],
    layers: ['output-monitoring', 'data-protection'],
    taxonomy: ['OWASP-LLM02', 'OWASP-LLM05', 'AML.T0077', 'CWE-79', 'CWE-201'],
    stages: ['output', 'input'],
    cost: 'pattern',
    stability: 'stable',
    references: [
      'https://genai.owasp.org/llmrisk/llm052025-improper-output-handling/',
      'https://nvd.nist.gov/vuln/detail/CVE-2025-32711',
      'https://url.spec.whatwg.org/',
      'https://spec.commonmark.org/0.31.2/',
    ],
  },
  options: (z: typeof Zod) => {
    const severity = z.enum([...SEVERITIES, 'off']);
    return z.strictObject({
      allow: z
        .array(
          z.string().superRefine((entry, context) => {
            const message = troubleWithHost(entry);
            if (message !== null) context.addIssue({ code: 'custom', message });
          }),
        )
        .readonly()
        .default(DEFAULTS.allow)
        .describe('Hosts that may be asked: `docs.example.com`, or `*.example.com` for everything below that domain.'),
      schemes: z
        .array(z.string().regex(/^[a-z][a-z0-9+.-]*$/, 'is no scheme: write it in lower case, without the colon'))
        .readonly()
        .default(DEFAULTS.schemes)
        .describe('URL schemes that may be used. `javascript` and documents in `data` are findings in any case.'),
      images: severity.default(DEFAULTS.images).describe('Markdown images, which a client fetches by itself.'),
      links: severity.default(DEFAULTS.links).describe('Links that wait for a click.'),
      references: severity.default(DEFAULTS.references).describe('Markdown reference definitions.'),
      html: severity.default(DEFAULTS.html).describe('HTML attributes that are fetched or sent to, and CSS.'),
      minSeverity: z.enum(SEVERITIES).default(DEFAULTS.minSeverity).describe('Milder findings are not reported.'),
    });
  },
  defaults: DEFAULTS,
  create: (options: ExfilLinkOptions): Inspector => {
    const judge = createJudge({ allows: createAllowList(options.allow), schemes: options.schemes });
    return {
      inspect: (text) => readLinks(text, judge, options).findings,
      streaming: {
        lookBehind: LOOK_BEHIND,
        maxHold: LONGEST,
        holdFrom: (text) => readLinks(text, judge, options).hold,
        overdue: (text, from) => readOverdue(text, from, judge, options),
      },
    };
  },
});
