import { z } from 'zod';
import { ACTIONS, MODES, STAGES } from '../core/verdict.ts';
import { SURFACE_IDS } from '../conversation/surface.ts';
import { ORIGINS, ROLES, SEGMENT_KINDS } from '../conversation/segment.ts';
import { DETECTORS } from '../detect/registry.ts';
import { duration, id, size } from './units.ts';

/** Which messages of a request a rule reads; the same list as in `guard/rule.ts`, which this room cannot see. */
const MESSAGE_CHOICES = ['new', 'all'] as const;
/** Which texts a rule reads. */
export const SCOPE = {
  on: z.array(z.enum(STAGES)).min(1),
  roles: z.array(z.enum(ROLES)).min(1).describe('Only texts of these roles. Default: all.'),
  origins: z
    .array(z.enum(ORIGINS))
    .min(1)
    .describe(
      'Only texts that come from there; what trust hangs on, where roles are what the request says. Default: all.',
    ),
  kinds: z.array(z.enum(SEGMENT_KINDS)).min(1).describe('Only texts of these kinds. Default: all.'),
  tools: z
    .array(z.string().min(1).max(128))
    .min(1)
    .describe(
      'Only what tools of these names are called with, what they answer and how they are described; `*` stands for any characters. Default: all texts.',
    ),
  messages: z
    .enum(MESSAGE_CHOICES)
    .describe(
      'Messages of a request: `new` ones, that these rules have not let pass for this principal before, or `all` in every request. Default: all where the action is redact, new otherwise.',
    ),
};

const ruleBase = {
  id: id.describe('Name of this rule in records and the console.'),
  on: z
    .array(z.enum(STAGES))
    .min(1)
    .default(['input', 'output'])
    .describe('Requests (`input`), answers (`output`), or both. Default: all that the detector works on.'),
  roles: SCOPE.roles.optional(),
  origins: SCOPE.origins.optional(),
  kinds: SCOPE.kinds.optional(),
  tools: SCOPE.tools.optional(),
  messages: SCOPE.messages.optional(),
  action: z.enum(ACTIONS).describe('What happens when it finds something. Of several rules the strictest wins.'),
  mode: z.enum(MODES).default('enforce').describe('`shadow` records what would have happened and changes nothing.'),
  restore: z
    .boolean()
    .default(false)
    .describe(
      'With `action: redact` and `on: [input]`: the model sees placeholders, and in the answer they are the values again.',
    ),
  onFailure: z.enum(['block', 'flag', 'allow']).default('block').describe('When the check itself fails or times out.'),
  timeout: duration.prefault('2s').describe('For one text; then the check counts as failed.'),
  maxText: size.prefault('4MiB').describe('Texts longer than this are not inspected and count as failed.'),
  release: z
    .enum(['full', 'lag', 'immediate'])
    .optional()
    .describe(
      'When text of a stream leaves whose detector asks a model: `full` once the whole was checked, `lag` about 800 to 1,500 characters behind, after its window was, `immediate` at once, so that a late finding can only end the stream. Default: `full`.',
    ),
};

/** One rule variant per registered detector, so that options are checked by the detector's own schema. */
export const ruleSchema = z.discriminatedUnion(
  'detector',
  DETECTORS.map((detector) =>
    z.strictObject({
      ...ruleBase,
      on: ruleBase.on
        .unwrap()
        .default(STAGES.filter((stage) => (detector.meta.stages as readonly string[]).includes(stage)))
        .describe(ruleBase.on.description!),
      detector: z.literal(detector.meta.id).describe(detector.meta.summary),
      options: (detector.options(z) as z.ZodType)
        .prefault(detector.defaults as never)
        .describe('Options of the detector.'),
    }),
  ) as unknown as [z.ZodObject<typeof ruleBase & { detector: z.ZodLiteral<string>; options: z.ZodType }>],
);

export const names = z.array(z.string().min(1).max(256)).min(1);

/** For whom something holds. Every list that is given must have a match. */
export const forWhom = {
  principals: names.optional().describe('Principals; `*` stands for any characters.'),
  teams: names.optional().describe('Teams; `*` stands for any characters. Callers without a team match none.'),
  models: names.optional().describe('Models as callers name them; `*` stands for any characters.'),
  surfaces: z.array(z.enum(SURFACE_IDS)).min(1).optional().describe('Surfaces: kinds of endpoints.'),
};

export const override = z.strictObject({
  match: z
    .strictObject(forWhom)
    .refine(
      (match) => Object.values(match).some((list) => list !== undefined),
      'name principals, teams, models or surfaces',
    )
    .describe('Exchanges that it holds for. Of several keys all have to match, of the values of one key any.'),
  rules: z
    .record(
      z.string(),
      z.strictObject({
        enabled: z.boolean().optional().describe('False: the rule does not run in these exchanges.'),
        mode: z.enum(MODES).optional().describe('Instead of the mode of the rule.'),
        action: z.enum(ACTIONS).optional().describe('Instead of the action of the rule.'),
        onFailure: z.enum(['block', 'flag', 'allow']).optional().describe('Instead of what the rule says.'),
        timeout: duration.optional().describe('Instead of the timeout of the rule.'),
        maxText: size.optional().describe('Instead of the longest text of the rule.'),
        on: SCOPE.on.optional().describe('Instead of the stages of the rule.'),
        roles: SCOPE.roles.optional(),
        origins: SCOPE.origins.optional(),
        kinds: SCOPE.kinds.optional(),
        tools: SCOPE.tools.optional(),
        messages: SCOPE.messages.optional(),
        options: z
          .record(z.string(), z.unknown())
          .optional()
          .describe("Options of the rule's detector that change; the others stay as the rule has them."),
      }),
    )
    .describe('What changes, by the id of the rule.'),
});
