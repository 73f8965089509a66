import { z } from 'zod';
import { ARGUMENT_ROLES } from '../argument-role.ts';
import { LEVELS } from '../confidentiality.ts';
import { PROFILES } from '../sink-table.ts';
import { TIERS } from '../tier.ts';
import { ACTS } from '../verbs.ts';

/** Rules of the built-in decision, by the names that decisions carry. `arguments` cannot be set aside. */
export const BUILT_IN_RULES = [
  'external-recipient',
  'internal-recipient',
  'pay-recipient',
  'secure-recipient',
  'borrowed-recipient',
  'pay-amount',
  'fetch-url',
  'post-url',
  'write-url',
  'destroy-id',
  'share-id',
  ...ACTS.filter((act) => act !== 'read' && act !== 'destroy' && act !== 'share').map((act) => `${act}-id` as const),
  'destroy-name',
  'book-target',
  'book-date',
  'secret',
  'code',
  'licence',
  'licence-delegated',
  'licence-unread',
  'own-record',
  'content-address',
  'content-sensitive',
  'content-quoted',
  'trifecta',
  'readers',
  'secret-read',
  'query-carries',
  'budget-side-effects',
  'budget-destroy',
  'budget-repeated',
  'budget-recipients',
  'budget-payments',
] as const;

/** What no rule of the operator's sets aside, and none may be called. */
export const FIXED_RULES = [
  'allowed',
  'arguments',
  'scope',
  'scope-rows',
  'unknown-tool',
  'too-many-calls',
  'turn-over',
  'failed',
] as const;

const toolPattern = z
  .string()
  .min(1)
  .max(256)
  .describe('Name of a tool; `*` stands for any characters: `send_*`, `mail.*`.');
const argumentName = z.string().min(1).max(256);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const claimName = z
  .string()
  .min(1)
  .max(256)
  .describe(
    'Name of a verified claim of the principal, dotted where it is nested; `sub` is its id where it has no such claim.',
  );

const argumentCondition = z
  .strictObject({
    prov: z
      .array(z.enum(TIERS))
      .min(1)
      .optional()
      .describe('Tiers of provenance that are good enough, for every value in the argument: [U, T].'),
    present: z
      .boolean()
      .optional()
      .describe(
        'false: the argument must not be given. An argument that is spoken of must be given unless it is `optional`.',
      ),
    optional: z.boolean().default(false).describe('What is said of the argument holds when it is not given.'),
    schema: z.record(z.string(), z.unknown()).optional().describe('JSON Schema that the argument has to fit.'),
    min: z.number().optional().describe('Least number; text that is a number counts as one.'),
    max: z.number().optional().describe('Greatest number; text that is a number counts as one.'),
    enum: z.array(scalar).min(1).optional().describe('The only values.'),
    pattern: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe('Expression in RE2 syntax that the whole of a value matches.'),
    subject: claimName.optional().describe('The value is that of this claim of the principal.'),
  })
  .describe('What is asked of one argument; of a list, of every entry.');

const conditions = z
  .strictObject({
    args: z
      .record(argumentName, argumentCondition)
      .optional()
      .describe('By the name of an argument, or its dotted path: `message.to`.'),
    expression: z
      .string()
      .min(1)
      .max(2000)
      .optional()
      .describe(
        'CEL over `tool`, `args`, `tiers` (by path), `calls` (tools called in this turn), `principal` (id, team, claims).',
      ),
    after: z
      .union([toolPattern, z.array(toolPattern).min(1)])
      .optional()
      .describe('A tool that has answered in this conversation before; of several, each of them.'),
    count: z
      .strictObject({
        tool: toolPattern.optional().describe('Whose calls are counted; default: calls of the tool itself.'),
        below: z.int().min(1).max(1_000_000).describe('There were fewer calls before this one.'),
        within: z.enum(['turn', 'conversation']).default('turn'),
      })
      .optional(),
  })
  .describe('All of them together.');

const rule = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, { error: 'lower-case letters, digits and hyphens, 64 at most' })
    .describe('Names the rule in decisions.'),
  tool: toolPattern,
  priority: z
    .int()
    .min(-1000)
    .max(1000)
    .default(0)
    .describe('Of the rules that speak, those of the highest priority count; of these the strictest.'),
  if: conditions.optional().describe('The rule speaks when all of this holds; absent: always.'),
  effect: z
    .enum(['allow', 'approve', 'deny'])
    .optional()
    .describe(
      'What is decided when it speaks. `approve` and `deny` make a decision stricter; `allow` sets aside what `overrides` names.',
    ),
  overrides: z
    .array(z.enum(BUILT_IN_RULES))
    .min(1)
    .optional()
    .describe(
      'With `effect: allow`: rules of the built-in decision that do not count. Those about a value only for arguments that `if.args` names.',
    ),
  must: conditions.optional().describe('Instead of `effect`: what has to hold of every such call.'),
  otherwise: z
    .enum(['approve', 'deny'])
    .default('deny')
    .describe('With `must`: what is decided when it does not hold.'),
  reason: z.string().min(1).max(500).optional().describe('For the person who reads the decision.'),
});

const scope = z.strictObject({
  tool: toolPattern,
  bind: z
    .record(argumentName, claimName)
    .optional()
    .describe('Arguments that are overwritten with a claim of the principal.'),
  require: z
    .record(argumentName, claimName)
    .optional()
    .describe('Arguments that have to be given and be the value of a claim; the call is denied otherwise.'),
  inject: z
    .record(argumentName, claimName)
    .optional()
    .describe(
      'Arguments that are added with the value of a claim; the model does not see them, and a call that gives another value is denied.',
    ),
  rows: z
    .strictObject({
      owner: argumentName.describe('Field of a row that says whose it is.'),
      claim: claimName.describe('Claim of the principal that it has to equal.'),
      at: argumentName
        .optional()
        .describe('Dotted path of the list of rows; default: the result itself, or the only list in it.'),
      unreadable: z
        .enum(['refuse', 'pass'])
        .default('refuse')
        .describe('What becomes of a result that is no data. `pass` lets through what was not looked at.'),
    })
    .optional()
    .describe('Rows of results that belong to others are dropped.'),
});

/** What an operator says about flows. The file is `flow.yaml` by habit. */
export const ruleFileSchema = z.strictObject({
  profile: z
    .enum(PROFILES)
    .default('strict')
    .describe('strict: fields of results name nobody outside. default: those of records that the user points to do.'),
  tools: z
    .record(
      z.string().min(1).max(256),
      z.strictObject({
        act: z
          .enum(ACTS)
          .optional()
          .describe(
            'What the tool does, where its name does not say it. Only a person who knows the tool may say `read`.',
          ),
        args: z
          .record(argumentName, z.enum(ARGUMENT_ROLES))
          .optional()
          .describe('What arguments are for, by name or dotted path.'),
        returns: z
          .enum(['text', 'data'])
          .optional()
          .describe('Whether its results are texts that somebody wrote, or fields.'),
        data: z
          .enum(LEVELS)
          .optional()
          .describe(
            'How far what it returns may go. `public`: anywhere. `internal` (the default): to whom the user or the record names. ' +
              '`confidential`: to others only with consent, and to whom the user did not name not even so. `secret`: the same, and once it ' +
              'was read nothing at all goes out without consent.',
          ),
        outside: z
          .boolean()
          .optional()
          .describe(
            "What it is asked goes to somebody else's service: a query that carries private data needs consent. Default: by its name.",
          ),
        output: z
          .record(z.string(), z.unknown())
          .optional()
          .describe('JSON Schema of its results; what does not fit is taken for a text.'),
      }),
    )
    .default({})
    .describe('What names and schemas of tools do not say, by the exact name.'),
  firstParty: z
    .array(
      z.strictObject({
        tool: toolPattern,
        fields: z
          .array(argumentName)
          .min(1)
          .optional()
          .describe('Keys of its results that nobody else writes; absent: all of them.'),
      }),
    )
    .default([])
    .describe('Tools whose results others cannot write: your directory, your own database of accounts.'),
  licences: z
    .array(
      z.strictObject({
        tool: toolPattern,
        phrases: z
          .array(z.string().min(3).max(200))
          .min(1)
          .describe('Words of the user, in this order, that ask for the tool.'),
      }),
    )
    .default([])
    .describe('What your users say when they ask for a tool.'),
  approvals: z
    .array(
      z.strictObject({
        tool: toolPattern,
        by: z
          .array(z.string().min(1).max(256))
          .min(1)
          .optional()
          .describe('Who may approve: ids, or `team:<id>`; default: any approver.'),
        people: z.int().min(1).max(2).default(1).describe('2: two different people.'),
        expiresIn: z
          .int()
          .min(10)
          .max(86_400)
          .default(900)
          .describe('Seconds until a call that nobody approved is denied.'),
      }),
    )
    .default([]),
  budgets: z
    .strictObject({
      sideEffects: z.int().min(0).max(10_000).default(5).describe('Calls in one turn that change something.'),
      recipients: z.int().min(0).max(10_000).default(1).describe('Recipients in one turn that the user did not name.'),
      payments: z.number().min(0).optional().describe('Sum of all payments in one turn; absent: no bound of its own.'),
    })
    .prefault({}),
  scope: z.array(scope).default([]).describe('Arguments and rows that belong to the principal.'),
  rules: z.array(rule).default([]),
});

export type RuleFile = z.infer<typeof ruleFileSchema>;
export type RuleFileInput = z.input<typeof ruleFileSchema>;
export type RuleSource = RuleFile['rules'][number];
export type ConditionsSource = z.infer<typeof conditions>;
export type ArgumentConditionSource = z.infer<typeof argumentCondition>;
export type ScopeSource = RuleFile['scope'][number];
