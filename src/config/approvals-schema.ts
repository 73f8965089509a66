import { z } from 'zod';
import { duration } from './units.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

const webhook = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .refine((text) => {
      const url = URL.parse(text);
      return url?.protocol === 'https:' || LOOPBACK.has(url?.hostname ?? '');
    }, 'must be https (http is for this machine alone)')
    .describe(
      'Where a message is posted for each new request. Slack-compatible: an incoming webhook takes it as it is.',
    ),
  secret: z
    .string()
    .min(16)
    .optional()
    .describe(
      'Key of the signature in `x-parapet-signature` (HMAC-SHA-256 over time and body); write ${NAME} to take it from the environment.',
    ),
  timeout: duration.prefault('5s').describe('For one attempt.'),
  attempts: z.int().min(1).max(10).default(5).describe('Attempts, with growing pauses between them.'),
});

/** Requests for a person's consent. */
export const approvals = z.strictObject({
  expireAfter: duration
    .prefault('15m')
    .refine((millis) => millis >= 1000 && millis <= 7 * 86_400_000, 'from 1s to 7d')
    .describe('After which a request is denied when nobody has answered, and a consent is void when it was not used.'),
  waitFor: duration
    .prefault('0s')
    .refine((millis) => millis <= 600_000, 'at most 10m')
    .describe(
      'How long an answer is held for a person. Then, or at once with 0s, the caller is told that consent is pending, and the same call passes once when it comes again.',
    ),
  twoPerson: z
    .array(z.string().min(1).max(256))
    .default([])
    .describe('Tools whose calls two people have to agree to; `*` stands for any characters.'),
  approvers: z
    .array(z.string().min(1).max(256))
    .min(1)
    .optional()
    .describe('Administrators who may decide. Default: all who may sign in. Nobody decides on a request of their own.'),
  teams: z
    .record(z.string().min(1).max(256), z.array(z.string().min(1).max(256)).min(1))
    .default({})
    .describe('Administrators of each team that the rules over tool calls name as `team:<id>`.'),
  mostWaiting: z
    .int()
    .min(1)
    .max(1000)
    .default(20)
    .describe('Requests of one principal that may wait at once; more are denied.'),
  console: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of the console in links. Default: where the admin plane listens.'),
  webhook: webhook.optional().describe('Tells people that a request waits.'),
});
