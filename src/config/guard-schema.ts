import { z } from 'zod';
import { troubleWithHost } from '../detect/exfil-link/allow-list.ts';
import { duration, size } from './units.ts';

/** As `guard/files/file-settings.ts` has them; config does not import the guard. */
const UNINSPECTABLE_CHOICES = ['allow', 'review', 'block'] as const;

/** How requests and answers are inspected, held back and stopped. */
export const guardSchema = z.strictObject({
  blockAs: z
    .enum(['error', 'refusal'])
    .default('refusal')
    .describe("How a stream that a rule blocks ends: as an error that SDKs throw, or as the provider's own refusal."),
  unknownEvents: z
    .enum(['inspect', 'block'])
    .default('inspect')
    .describe('Stream frames of a kind that Parapet does not know: inspect their raw text, or end the stream.'),
  maxHeld: size.prefault('1MiB').describe('Bytes of one answer that may be held back.'),
  previous: z
    .enum(['owned', 'known', 'any'])
    .default('owned')
    .describe(
      'Responses API: which `previous_response_id` or `conversation` a principal may name. `owned`: its own. `known`: its own whose earlier turns this gateway can still read with the new one. `any`: also others, whose earlier turns no rule has seen.',
    ),
  blockedHistory: z
    .enum(['redact', 'drop', 'block'])
    .default('redact')
    .describe(
      'A message that a rule stopped and that comes again under later ones: put a notice in its place, leave it out (as far as the request stays valid), or stop the request again.',
    ),
  verdicts: z
    .strictObject({
      texts: z
        .int()
        .min(0)
        .max(10_000_000)
        .default(50_000)
        .describe('Texts whose verdicts are remembered, by keyed hash and in memory only; about 1 KiB each. 0: none.'),
      keepFor: duration.prefault('1h').describe('How long a verdict is remembered.'),
    })
    .prefault({})
    .describe('Verdicts on texts that come again, so that a history costs nothing.'),
  memory: z
    .strictObject({
      messages: z
        .int()
        .min(0)
        .max(10_000_000)
        .default(100_000)
        .describe(
          'Messages that are remembered as passed or stopped, of all principals, by keyed hash and in memory only; about 250 bytes each. 0: every message is always new.',
        ),
      keepFor: duration.prefault('24h').describe('How long a message is remembered after it was last seen.'),
    })
    .prefault({})
    .describe('Which messages of a history are new to the rules.'),
  vault: z
    .strictObject({
      keepFor: duration
        .prefault('31d')
        .describe(
          'How long values are kept for a conversation that the provider keeps, since it last went on. Providers keep responses for 30 days.',
        ),
      maxEntries: z
        .int()
        .min(1)
        .default(100_000)
        .describe('Values kept per principal; the conversations that rested longest make room.'),
      linkHosts: z
        .array(
          z.string().superRefine((entry, context) => {
            const message = troubleWithHost(entry);
            if (message !== null) context.addIssue({ code: 'custom', message });
          }),
        )
        .default([])
        .describe(
          'Hosts that values may be sent to as part of a URL: `crm.example.com`, or `*.example.com` for everything below it.',
        ),
    })
    .prefault({})
    .describe('Reversible redaction: what rules with `restore: true` put into the vault.'),
  uninspectable: z
    .enum(UNINSPECTABLE_CHOICES)
    .optional()
    .describe(
      'What happens to a request with something in it that no rule can look at. Always recorded as not run. Default: `block` for ' +
        'documents that should be readable and are not (password, damage, limits, unknown format), `allow` for sound, ' +
        'URLs and file ids.',
    ),
  files: z
    .strictObject({
      images: z
        .enum(UNINSPECTABLE_CHOICES)
        .default('allow')
        .describe('Pictures: their metadata are inspected, what they show is not.'),
      audio: z
        .enum(UNINSPECTABLE_CHOICES)
        .optional()
        .describe('Sound and film. Default: as `uninspectable`, else allow.'),
      references: z
        .enum(UNINSPECTABLE_CHOICES)
        .optional()
        .describe(
          'What is not in the request: URLs, which are not fetched, file ids, stored items, token ids. Default: as `uninspectable`, ' +
            'else allow.',
        ),
      maxBytes: size.prefault('24MiB').describe('A file that is read; a larger one cannot be inspected.'),
      maxText: size
        .prefault('1MiB')
        .describe(
          'Text (UTF-16 units) taken out of all files of one request together; beyond it they cannot be inspected.',
        ),
      maxPages: z.int().min(1).max(100_000).default(1000).describe('Pages of a PDF that are read.'),
      timeout: duration.prefault('10s').describe('For reading all files of one request together.'),
    })
    .prefault({})
    .describe('Images and files in messages.'),
});
