import { z } from 'zod';
import { ACTIONS, MODES, STAGES } from '../core/verdict.ts';
import { DIALECTS, SURFACE_IDS } from '../conversation/surface.ts';
import { ORIGINS, ROLES, SEGMENT_KINDS } from '../conversation/segment.ts';
import { troubleWithHost } from '../detect/exfil-link/allow-list.ts';
import { DETECTORS } from '../detect/registry.ts';
import { flowSchema } from './flow-schema.ts';
import { jwt } from './jwt-schema.ts';
import { mcp } from './mcp-schema.ts';
import { approvals } from './approvals-schema.ts';
import { duration, id, size } from './units.ts';

/** Which messages of a request a rule reads; the same list as in `guard/rule.ts`, which this room cannot see. */
const MESSAGE_CHOICES = ['new', 'all'] as const;
/** As `guard/files/file-settings.ts` has them; config does not import the guard. */
const UNINSPECTABLE_CHOICES = ['allow', 'review', 'block'] as const;

/**
 * The configuration file. Every object is strict: an unknown key is an error. Every default stands here,
 * with its reason in `describe`, and `parapet config schema` publishes it as JSON Schema.
 */

const port = z.int().min(0).max(65_535);
const modelPattern = z.string().min(1).max(256).describe('A model name; `*` stands for any characters.');

const tls = z.strictObject({
  cert: z.string().describe('Path of the PEM certificate chain.'),
  key: z.string().describe('Path of the PEM private key.'),
  clientCa: z
    .string()
    .optional()
    .describe('Path of the PEM certificates that client certificates must chain to; turns mutual TLS on.'),
  requireClient: z.boolean().default(false).describe('Refuse connections without a trusted client certificate.'),
});

const upstream = z.strictObject({
  id: id.describe('Name of this upstream in records and metrics.'),
  dialect: z.enum(DIALECTS).describe('Wire format that it speaks.'),
  url: z.url({ protocol: /^https?$/ }).describe('Base URL without the version: https://api.openai.com'),
  key: z.string().optional().describe('Provider key; write ${NAME} to take it from the environment.'),
  headers: z.record(z.string(), z.string()).default({}).describe('Headers added to every request to this upstream.'),
  models: z
    .array(modelPattern)
    .min(1)
    .describe('Models that this upstream serves. Order of upstreams is order of failover.'),
  aliases: z
    .record(z.string(), z.string())
    .default({})
    .describe('Model name that callers use: name sent to the upstream.'),
  connections: z.int().min(1).max(4096).default(256).describe('Open connections to it, at most.'),
  connectTimeout: duration.prefault('5s').describe('To connect; then the next upstream is tried.'),
  firstByteTimeout: duration.prefault('120s').describe('Until the first byte of the answer.'),
  idleTimeout: duration.prefault('120s').describe('Between two chunks of the answer.'),
});

const access = z.strictObject({
  anonymous: z
    .strictObject({
      principal: id.default('anonymous').describe('Principal that such requests count as.'),
      team: id.optional().describe('Its team.'),
    })
    .optional()
    .describe('Serve requests without a credential as this principal. Absent: they are refused.'),
  keys: z.boolean().default(true).describe('Accept virtual keys.'),
  jwt: z.array(jwt).default([]).describe('Issuers whose bearer tokens are accepted.'),
  mtls: z
    .array(
      z.strictObject({
        match: z.string().describe('Subject alternative name (`URI:spiffe://…`, `DNS:…`, `email:…`) or `CN=…`.'),
        principal: id.describe('Principal that such a certificate stands for.'),
        team: id.optional().describe('Its team.'),
      }),
    )
    .default([])
    .describe('Client certificates that are accepted; needs `listen.tls.clientCa`.'),
  policy: z
    .strictObject({
      file: z.string().optional().describe('Path of a Cedar policy file.'),
      text: z.string().optional().describe('Cedar policies in place.'),
    })
    .prefault({ text: 'permit(principal, action, resource);' })
    .describe('Who may do what. Default: every authenticated principal may use every configured model.'),
  throttle: z
    .strictObject({
      failures: z
        .int()
        .min(1)
        .default(10)
        .describe('Failed authentications from one address within `window` before it has to wait.'),
      window: duration.prefault('1m').describe('Over which failures are counted.'),
      block: duration.prefault('1m').describe('How long it then has to wait.'),
    })
    .prefault({})
    .describe('Slows down guessing.'),
});

const budget = z
  .strictObject({
    id: id.describe('Name of this budget in records, headers and the console.'),
    per: z.enum(['principal', 'team']).describe('Each principal, or each team, has its own.'),
    match: z.string().default('*').describe('Principals or teams that it applies to; `*` stands for any characters.'),
    window: z.enum(['minute', 'hour', 'day', 'month']).describe('Fixed windows in UTC.'),
    requests: z.int().min(1).optional().describe('Requests in one window.'),
    tokens: z.int().min(1).optional().describe('Input and output tokens in one window.'),
    usd: z.number().positive().optional().describe('US dollars in one window, by the price table.'),
  })
  .refine(
    (b) => b.requests !== undefined || b.tokens !== undefined || b.usd !== undefined,
    'set requests, tokens or usd',
  );

const SCOPE = {
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

const names = z.array(z.string().min(1).max(256)).min(1);

/** For whom something holds. Every list that is given must have a match. */
const forWhom = {
  principals: names.optional().describe('Principals; `*` stands for any characters.'),
  teams: names.optional().describe('Teams; `*` stands for any characters. Callers without a team match none.'),
  models: names.optional().describe('Models as callers name them; `*` stands for any characters.'),
  surfaces: z.array(z.enum(SURFACE_IDS)).min(1).optional().describe('Surfaces: kinds of endpoints.'),
};

const override = z.strictObject({
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

/** Longest time for which something may be allowed, in days. */
export const MOST_ALLOWED_DAYS = 366;

const allowEntry = z
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

export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('Path or URL of the JSON Schema, for editors; not used.'),
  listen: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('Address to bind; loopback until you say otherwise.'),
      port: port.default(8787).describe('0 takes a free port.'),
      tls: tls.optional().describe('Serve HTTPS. Absent: HTTP.'),
    })
    .prefault({})
    .describe('The data plane: where callers send their requests.'),
  admin: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('Address to bind. The admin plane has no TLS of its own.'),
      port: port.default(8788).describe('0 takes a free port.'),
      names: z
        .array(z.string().regex(/^[a-z0-9._-]{1,253}$/, 'a host name in lower case, without scheme and port'))
        .default([])
        .describe('Host names that the console is reached under, besides addresses, `localhost` and `host`.'),
      console: z.boolean().default(true).describe('Serve the console and its API.'),
      sessionFor: duration.prefault('12h').describe('How long a sign-in to the console holds.'),
      oidc: z
        .strictObject({
          issuer: z.url().describe('The provider; its configuration is found below it.'),
          clientId: z.string().describe('Client id that the provider gave this console.'),
          clientSecret: z.string().optional().describe('Client secret; absent for a public client (PKCE alone).'),
          redirectUrl: z
            .url()
            .refine((url) => URL.parse(url)?.pathname === '/api/oidc/callback', 'must have the path /api/oidc/callback')
            .describe(
              "The console's own callback URL, as registered with the provider: https://HOST/api/oidc/callback",
            ),
          allow: z.array(z.string()).min(1).describe('E-mail addresses or `sub` values that may sign in.'),
        })
        .optional()
        .describe('Sign-in to the console through an OpenID provider, beside the local admin.'),
    })
    .prefault({})
    .describe('The admin plane: console, health, metrics, on a port of its own.'),
  state: z.string().default('.parapet').describe('Directory for ledger, embedded database and keys.'),
  store: z
    .strictObject({
      url: z
        .string()
        .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'sqlite:PATH or postgres://…')
        .optional()
        .describe('`sqlite:PATH` or `postgres://…`. Default: sqlite in the state directory.'),
    })
    .prefault({})
    .describe('Where exchanges, keys and sessions are kept.'),
  counters: z
    .strictObject({
      url: z
        .string()
        .regex(/^(memory:|rediss?:\/\/.+)$/, 'memory: or redis://…')
        .default('memory:')
        .describe('`memory:` for one gateway; `redis://…` or `rediss://…` where several share budgets.'),
    })
    .prefault({})
    .describe('Where budgets are counted.'),
  upstreams: z.array(upstream).min(1).describe('Providers, in order of failover.'),
  prices: z
    .record(
      z.string(),
      z.strictObject({
        input: z.number().min(0).describe('Input tokens.'),
        output: z.number().min(0).describe('Output tokens.'),
        cachedInput: z.number().min(0).optional().describe('Input tokens read from the cache. Default: as input.'),
        cacheWrite: z.number().min(0).optional().describe('Input tokens written to the cache. Default: as input.'),
      }),
    )
    .default({})
    .describe('US dollars per million tokens by model pattern; comes before the shipped table.'),
  access: access.prefault({}).describe('Who may come in, and what they may do.'),
  budgets: z.array(budget).default([]).describe('Reserved before a request, settled after it.'),
  rules: z.array(ruleSchema).default([]).describe('What is looked for in texts, and what happens then.'),
  overrides: z
    .array(override)
    .max(256)
    .default([])
    .describe(
      'Rules that are different for some callers, models or surfaces. All that match hold, in this order: the last wins.',
    ),
  allow: z
    .array(allowEntry)
    .max(4096)
    .default([])
    .describe('Findings that are no concern, with an owner and an end. They are still recorded.'),
  guard: z
    .strictObject({
      blockAs: z
        .enum(['error', 'refusal'])
        .default('refusal')
        .describe(
          "How a stream that a rule blocks ends: as an error that SDKs throw, or as the provider's own refusal.",
        ),
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
            .describe(
              'Texts whose verdicts are remembered, by keyed hash and in memory only; about 1 KiB each. 0: none.',
            ),
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
    })
    .prefault({})
    .describe('How requests and answers are inspected, held back and stopped.'),
  flow: flowSchema.prefault({}).describe('Which tool calls of a model pass, by where their values come from.'),
  limits: z
    .strictObject({
      body: size.prefault('32MiB').describe('A request body.'),
      response: size.prefault('64MiB').describe('A whole (non-stream) answer.'),
      headers: size.prefault('32KiB').describe('All headers of a request together.'),
      depth: z.int().min(1).max(512).default(64).describe('Levels of JSON nesting.'),
      items: z.int().min(1).default(1_000_000).describe('JSON values in one body.'),
      bodyTimeout: duration.prefault('30s').describe('For the whole request to arrive.'),
      minRate: size
        .prefault('1KiB')
        .describe(
          'Bytes per second below which a client that reads its answer too slowly is dropped, once `slowAfter` has passed.',
        ),
      slowAfter: duration.prefault('30s').describe('How long a client may be slower than `minRate`.'),
      maxBuffered: size
        .prefault('1MiB')
        .describe('Bytes of an answer that wait for one slow client before the upstream is paused.'),
      concurrent: z.int().min(1).default(64).describe('Requests in flight per principal.'),
      connections: z.int().min(1).default(4096).describe('Open client connections in all.'),
      inFlight: z
        .int()
        .min(1)
        .default(1024)
        .describe('Requests in flight in all; beyond it requests are shed with 503.'),
      defaultMaxTokens: z.int().min(1).default(4096).describe('Output tokens reserved when a request sets no maximum.'),
      streamFor: duration.prefault('15m').describe('Longest stream.'),
      pingEvery: duration.prefault('15s').describe('Silence after which a stream gets a keep-alive.'),
      drainFor: duration.prefault('30s').describe('After SIGTERM, how long running answers may take.'),
    })
    .prefault({})
    .describe('Bounds on everything that comes from outside.'),
  ledger: z
    .strictObject({
      origin: z
        .string()
        .regex(/^[^\s+]{1,255}$/, 'no spaces, no plus sign')
        .default('parapet.local/ledger')
        .describe('Name of the log in its checkpoints.'),
      sync: z
        .enum(['batch', 'always'])
        .default('batch')
        .describe(
          '`batch`: an answer leaves after its record was written, fsync follows within `syncEvery`. `always`: after fsync.',
        ),
      syncEvery: duration.prefault('100ms').describe('How long a written record may wait for fsync.'),
    })
    .prefault({})
    .describe('The tamper-evident log of exchanges.'),
  evidence: z
    .strictObject({
      content: z.enum(['none', 'redacted', 'full']).default('none').describe('What is kept of the texts themselves.'),
      retention: duration.prefault('30d').describe('After which kept texts are deleted; records stay.'),
    })
    .prefault({})
    .describe('What is kept of the texts themselves.'),
  approvals: approvals
    .prefault({})
    .describe('Tool calls and requests that need a person: how long they wait, who may let them through, who is told.'),
  log: z
    .strictObject({
      level: z
        .enum(['silent', 'error', 'warn', 'info', 'debug'])
        .default('info')
        .describe('Operational log on stderr, one JSON object a line; never holds content or credentials.'),
    })
    .prefault({})
    .describe('Operational log.'),
  mcp: mcp
    .optional()
    .describe('The proxy in front of MCP servers: `parapet mcp`. The gateway itself does not read it.'),
  demo: z.boolean().default(false).describe('Serve the demo bank assistant.'),
});

/** What the file may say. */
export type ConfigInput = z.input<typeof configSchema>;
/** What holds: every default filled in, durations in milliseconds, sizes in bytes. */
export type Config = z.output<typeof configSchema>;
export type UpstreamConfig = Config['upstreams'][number];
export type RuleConfig = Config['rules'][number];
export type OverrideConfig = Config['overrides'][number];
