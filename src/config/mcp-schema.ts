import { z } from 'zod';
import { jwt } from './jwt-schema.ts';
import { callToken, upstreamOAuth } from './mcp-auth-schema.ts';
import { duration, id, size } from './units.ts';

const toolRule = z.enum(['allow', 'check', 'approve', 'deny']);

const server = z.strictObject({
  command: z
    .string()
    .min(1)
    .optional()
    .describe('Program that speaks MCP over stdio. It is started as it stands, never through a shell.'),
  args: z.array(z.string()).default([]).describe('Its arguments.'),
  env: z
    .record(z.string(), z.string())
    .default({})
    .describe('Variables that it gets besides the basic ones; write ${NAME} to take a value from the environment.'),
  cwd: z.string().optional().describe('Directory that it starts in. Default: the one of the configuration file.'),
  floating: z
    .boolean()
    .default(false)
    .describe('Accept a command such as `npx package` that takes whatever version is the newest today.'),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of a server that speaks Streamable HTTP, instead of `command`.'),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe('Headers for `url`, such as its own credential. What a client sends as Authorization never gets there.'),
  oauth: upstreamOAuth.optional().describe('How the proxy gets tokens of its own for `url`.'),
  callToken: callToken
    .optional()
    .describe(
      'A token that the proxy makes for each call: good for this server, this principal, these arguments, a minute at most.',
    ),
  private: z
    .boolean()
    .default(false)
    .describe('`url` may lead to this machine or a private network, and may then be http.'),
  trust: z
    .boolean()
    .default(false)
    .describe(
      'Believe its `readOnlyHint` for a tool whose name does not say what it does. Hints of others only raise risk.',
    ),
  instructions: z
    .boolean()
    .default(true)
    .describe('Pass on what the server tells the model about itself, once checked.'),
  sampling: z.boolean().default(false).describe("Let the server ask for completions of the client's model."),
  elicitation: z
    .enum(['off', 'form', 'all'])
    .default('all')
    .describe('Let the server ask the user: not at all, by forms, or by forms and links.'),
  tools: z
    .record(z.string().min(1).max(256), toolRule)
    .default({})
    .describe(
      'By tool name, `*` stands for any characters, the first that fits counts: `allow` lets calls through, `check` decides ' +
        'by where their values came from, `approve` asks a person each time, `deny` refuses. Default: check.',
    ),
});

const serverChecked = server.superRefine((one, context) => {
  if ((one.command === undefined) === (one.url === undefined))
    context.addIssue({ code: 'custom', message: 'give command or url, one of them' });
  const { oauth, callToken: call, headers, url } = one;
  const inHeaders = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  const inCall = url !== undefined && call?.header.toLowerCase() === 'authorization';
  if ([inHeaders, oauth !== undefined, inCall].filter(Boolean).length > 1)
    context.addIssue({
      code: 'custom',
      message: 'gives the authorization header more than once: by headers, oauth or callToken',
    });
  if (oauth === undefined) return;
  const problem = (path: string, message: string): void =>
    context.addIssue({ code: 'custom', path: ['oauth', path], message });
  if (url === undefined) problem('grant', 'goes with url; a server over stdio has credentials in env');
  const secret = oauth.clientSecret !== undefined;
  if ((secret || oauth.grant !== 'authorization-code' || oauth.private) && oauth.issuer === undefined)
    problem('issuer', 'is needed: else the server behind the proxy would choose who gets the secret');
  if (oauth.grant !== 'authorization-code' && (oauth.clientId === undefined || !secret))
    problem('clientId', 'is needed with clientSecret for this grant');
  if (secret && oauth.clientId === undefined) problem('clientId', 'goes with clientSecret');
});

/** The MCP proxy: everything that `parapet mcp` reads. */
export const mcp = z.strictObject({
  servers: z.record(id, serverChecked).default({}).describe('Servers behind the proxy, by the name of their own path.'),
  mode: z
    .enum(['enforce', 'observe'])
    .default('enforce')
    .describe(
      '`observe` records what `check` would decide and lets the call through; rules of tools, pins, texts and results hold all the same.',
    ),
  profile: z
    .enum(['strict', 'default'])
    .default('strict')
    .describe('How far a field of a structured result may name somebody outside.'),
  firstUse: z
    .enum(['check', 'hold'])
    .default('check')
    .describe(
      'Tools of a server that was never seen: `check` pins those in which nothing is found, `hold` shows none until `parapet mcp approve`.',
    ),
  approval: z
    .enum(['client', 'queue', 'any', 'none'])
    .default('client')
    .describe(
      'Who is asked where a person must. `client`: its user (MCP elicitation). `queue`: people at the console and over the webhook ' +
        '(`approvals`; the gateway of the same state directory and store shows them). `any`: the user where the client can show a ' +
        'form, else the queue. `none`: nobody. Unasked is denied.',
    ),
  approvalTimeout: duration
    .prefault('5m')
    .describe(
      'Nobody answered by then: denied. What people at the console agree to later passes once when the same call comes again.',
    ),
  local: z
    .strictObject({
      id: id.describe('As a sign-in would name them.'),
      claims: z
        .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
        .default({})
        .describe('What rules and scopes may ask of them.'),
    })
    .optional()
    .describe('Whom `parapet mcp wrap` makes calls for. Absent: nobody who is known, so that scopes deny.'),
  userWords: z
    .boolean()
    .default(false)
    .describe(
      "Take `_meta['io.parapet/user-words']` of a call, or the header Parapet-User-Words, for what the user wrote. Only where the program that sends it never puts other text there.",
    ),
  findings: z
    .enum(['flag', 'block'])
    .default('flag')
    .describe('Results in which a detector finds instructions or links that carry data out: recorded, or withheld.'),
  listen: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('Address to bind; loopback until you say otherwise.'),
      port: z.int().min(0).max(65_535).default(8789).describe('0 takes a free port.'),
      url: z
        .url()
        .optional()
        .describe('How clients reach it, without the path: what tokens must be meant for. Default: http://HOST:PORT'),
      origins: z.array(z.string()).default([]).describe('Web pages that may call it: `https://app.example.com`.'),
      names: z
        .array(z.string())
        .default([])
        .describe('Host names it is reached under, besides addresses and localhost.'),
      tokens: z
        .record(id, z.string().min(16, 'at least 16 characters'))
        .default({})
        .describe('Bearer tokens by principal; write ${NAME} to take them from the environment.'),
      jwt: z
        .array(jwt)
        .default([])
        .describe('Issuers whose bearer tokens are accepted. `audience` must be the address of this proxy (RFC 8707).'),
      anonymous: z
        .boolean()
        .optional()
        .describe('Serve without a token. Default: only on loopback, and only where no tokens are configured.'),
    })
    .prefault({})
    .describe('Where `parapet mcp serve` listens.'),
  limits: z
    .strictObject({
      message: size.prefault('4MiB').describe('One message.'),
      result: size.prefault('2MiB').describe('What one call may answer.'),
      definition: z.int().min(256).default(8192).describe('Characters of one description of a tool.'),
      tools: z.int().min(1).default(512).describe('Tools that one server may offer.'),
      concurrent: z.int().min(1).default(32).describe('Calls at once for each principal.'),
      perMinute: z.int().min(1).default(120).describe('Calls a minute for each principal.'),
      perSession: z.int().min(1).default(5000).describe('Calls in one session.'),
      repeats: z.int().min(1).default(8).describe('The same call with the same arguments within ten minutes.'),
      timeout: duration.prefault('5m').describe('For a server to answer one call.'),
      sessions: z.int().min(1).default(256).describe('Open sessions in all.'),
    })
    .prefault({})
    .describe('Bounds on servers and clients.'),
  audit: z
    .enum(['file', 'ledger'])
    .default('file')
    .describe(
      'Where each call is recorded before it is made: a hash-chained JSONL file for each run, or a ledger of its own (`state`/mcp/ledger, for one process at a time).',
    ),
});

export type McpConfig = z.output<typeof mcp>;
export type McpServerConfig = McpConfig['servers'][string];
/** What happens to the calls of a tool. */
export type ToolRule = z.output<typeof toolRule>;
