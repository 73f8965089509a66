import { z } from 'zod';
import { callTokens } from './call-token-schema.ts';

/** As `src/flow/sink-table.ts` has them; config does not import flow. */
const PROFILES = ['strict', 'default'] as const;

const marker = z.string().min(1).max(256);

/** What the configuration says of tool calls. */
export const flowSchema = z.strictObject({
  mode: z
    .enum(['off', 'shadow', 'enforce'])
    .default('shadow')
    .describe(
      '`enforce`: a call that may not pass does not reach the caller. `shadow`: it does, and the record says what would have been ' +
        'done. The default is `shadow`, because a gateway that is put in front of a running agent must not change what it does before ' +
        'somebody has seen what would change; nothing is stopped until `enforce` is set.',
    ),
  rules: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Path of the operator's rules over tool calls, relative to this file; `parapet flow init` writes one, `parapet flow check` reads it.",
    ),
  profile: z
    .enum(PROFILES)
    .default('strict')
    .describe(
      "`strict`: a field of a tool's result names no recipient or address outside; a person has to. `default`: a field of a record " +
        "that the user's words point to does, so that whoever fills such a field chooses as well.",
    ),
  onDeny: z
    .enum(['continue', 'answer'])
    .default('continue')
    .describe(
      '`continue`: when all calls of an answer are stopped, the model is told so as the result of its calls and asked again, twice at ' +
        'most, and the caller gets what it says then. `answer`: the stopped call is taken out, and a text says what was stopped. ' +
        'Answers of which other calls pass, answers with several choices, and streamed responses that the provider keeps are always ' +
        'treated as with `answer`.',
    ),
  budgets: z
    .strictObject({
      sideEffects: z
        .int()
        .min(0)
        .max(1000)
        .default(5)
        .describe("Calls that change something in one turn of the user's."),
      recipients: z
        .int()
        .min(0)
        .max(1000)
        .default(1)
        .describe('Different recipients in one turn that the user did not name.'),
    })
    .prefault({})
    .describe('What may happen in one turn before somebody has to look.'),
  history: z
    .enum(['any', 'signed'])
    .default('any')
    .describe(
      "`signed`: a turn or call of the model's that this process did not send to this principal counts as somebody else's text. " +
        '`any`: it is taken as it comes, which callers need that talk to several gateways; neither lends a value anything.',
    ),
  firstParty: z
    .array(z.string().min(1).max(128))
    .max(1000)
    .default([])
    .describe(
      'Tools whose results nobody but the user or you writes: a directory, a price list. Their fields may name recipients.',
    ),
  outputs: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe('JSON Schema of the results of a tool, by its name. Only a result that fits it is read as fields.'),
  callTokens: callTokens
    .optional()
    .describe(
      'Tokens for single calls: whoever carries out a call that was let through asks `POST /v1/call-tokens` for one, and the tool server ' +
        'needs no other credential.',
    ),
  documents: z
    .array(z.strictObject({ open: marker.describe('Before it.'), close: marker.describe('Behind it.') }))
    .max(64)
    .default([])
    .describe(
      "Markers that the application puts around texts in a user's message that are not the user's own words, beside the usual tags.",
    ),
});
