import { z } from 'zod';
import { DETECTORS } from '../detect/registry.ts';
import { forWhom, names, SCOPE } from './rule-schema.ts';
import { id } from './units.ts';

/** Longest time for which something may be allowed, in days. */
export const MOST_ALLOWED_DAYS = 366;

/** A finding that is no concern, with an owner and an end. */
export const allowEntry = z
  .strictObject({
    id: id.describe('Name of the entry in records and the console.'),
    rules: z.array(id).min(1).optional().describe('Rules whose findings it covers.'),
    detectors: z
      .array(z.enum(DETECTORS.map(({ meta }) => meta.id)))
      .min(1)
      .optional()
      .describe('Detectors whose findings it covers.'),
    findings: names
      .optional()
      .describe('What was found, such as `personal-data/email`; `*` stands for any characters.'),
    labels: names.optional().describe('Labels of findings, such as `EMAIL`; `*` stands for any characters.'),
    hash: z
      .string()
      .regex(/^hmac-sha256:[0-9a-f]{64}$/, 'hmac-sha256: and 64 hexadecimal digits, from `parapet policy hash`')
      .optional()
      .describe(
        'The value that was found, as its hash under the key of this installation: `parapet policy hash` prints it.',
      ),
    text: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .describe('A passage: what was found must lie inside it, word for word.'),
    pattern: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .describe('A regular expression in RE2 syntax that what was found must match as a whole.'),
    origins: SCOPE.origins.optional(),
    ...forWhom,
    owner: z.string().min(1).max(128).describe('Who answers for it.'),
    reason: z.string().min(1).max(512).describe('Why it is no concern.'),
    expires: z.iso
      .date('a date such as 2027-01-31')
      .transform((date) => Date.parse(`${date}T23:59:59.999Z`))
      .describe(`Last day on which it holds (UTC), at most ${MOST_ALLOWED_DAYS} days from today.`),
  })
  .refine((entry) => entry.rules !== undefined || entry.detectors !== undefined, 'name rules or detectors')
  .refine(
    ({ findings, labels, hash, text, pattern, origins }) =>
      [findings, labels, hash, text, pattern, origins].some((value) => value !== undefined),
    'say what is allowed: findings, labels, hash, text, pattern or origins; to turn a rule off use overrides or mode',
  );
