import { z } from 'zod';
import { DIALECTS } from '../conversation/surface.ts';
import { allowEntry } from './allow-schema.ts';
import { guardSchema } from './guard-schema.ts';
import { override, ruleSchema } from './rule-schema.ts';
import { flowSchema } from './flow-schema.ts';
import { jwt } from './jwt-schema.ts';
import { mcp } from './mcp-schema.ts';
import { approvals } from './approvals-schema.ts';
import { duration, id, size } from './units.ts';

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
  guard: guardSchema.prefault({}).describe('How requests and answers are inspected, held back and stopped.'),
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
