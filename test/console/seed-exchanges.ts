import type { Exchange, ExchangeOutcome, KeptSegment } from '../../src/core/exchange.ts';
import type { Decision, Evidence } from '../../src/core/verdict.ts';
import { createRequestId } from '../../src/gateway/request-id.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * Made-up traffic for tests and pictures of the console: plausible shapes, invented numbers. Nothing here was
 * measured, and nothing made of it may be presented as a measurement.
 */
export interface SeededExchange {
  readonly exchange: Exchange;
  readonly kept: readonly KeptSegment[];
}

interface Caller {
  readonly id: string;
  readonly team: string | null;
  readonly keyId: string;
  readonly agent: string;
  readonly surface: string;
  readonly path: string;
  readonly model: string;
  readonly upstream: string;
  readonly stream: number;
  /** Share of the traffic. */
  readonly weight: number;
  readonly tokens: readonly [number, number];
  /** US dollars per million input and output tokens. */
  readonly price: readonly [number, number];
}

const CALLERS: readonly Caller[] = [
  {
    id: 'support-bot',
    team: 'customer-care',
    keyId: 'k7q2m4x9',
    agent: 'OpenAI/JS 7.57.0',
    surface: 'openai-chat',
    path: '/v1/chat/completions',
    model: 'gpt-4.1',
    upstream: 'openai',
    stream: 0.9,
    weight: 44,
    tokens: [1400, 320],
    price: [2, 8],
  },
  {
    id: 'claims-triage',
    team: 'operations',
    keyId: 'c3v8t1wz',
    agent: 'OpenAI/Python 2.41.0',
    surface: 'openai-responses',
    path: '/v1/responses',
    model: 'gpt-4.1-mini',
    upstream: 'openai',
    stream: 0.1,
    weight: 23,
    tokens: [2600, 180],
    price: [0.4, 1.6],
  },
  {
    id: 'carol',
    team: 'engineering',
    keyId: 'd9n5r0pe',
    agent: 'claude-cli/3.2.1',
    surface: 'anthropic-messages',
    path: '/v1/messages',
    model: 'claude-sonnet-4-5',
    upstream: 'anthropic',
    stream: 1,
    weight: 18,
    tokens: [9200, 740],
    price: [3, 15],
  },
  {
    id: 'search-index',
    team: 'platform',
    keyId: 'e1h6y3sb',
    agent: 'OpenAI/Python 2.41.0',
    surface: 'openai-embeddings',
    path: '/v1/embeddings',
    model: 'text-embedding-3-small',
    upstream: 'openai',
    stream: 0,
    weight: 11,
    tokens: [820, 0],
    price: [0.02, 0],
  },
  {
    id: 'night-evals',
    team: 'platform',
    keyId: 'f4j2k8ua',
    agent: 'Anthropic/Python 0.88.0',
    surface: 'anthropic-messages',
    path: '/v1/messages',
    model: 'claude-haiku-4-5',
    upstream: 'anthropic',
    stream: 0,
    weight: 4,
    tokens: [700, 210],
    price: [1, 5],
  },
];

/** What can happen to a request, and how often in a thousand. The rest is served clean. */
const MISHAPS = [
  ['secret-in', 14],
  ['secret-out', 9],
  ['shadow', 12],
  ['unauthenticated', 9],
  ['rate', 8],
  ['budget', 3],
  ['cut', 3],
  ['upstream', 6],
  ['client', 7],
  ['check-failed', 2],
] as const;
type Mishap = (typeof MISHAPS)[number][0] | 'none';

/** `count` exchanges between `from` and `to`, oldest first. */
export function seedExchanges(options: {
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly config: string;
  readonly seed?: number;
}): readonly SeededExchange[] {
  const random = seededRandom(options.seed ?? 7);
  const span = options.to - options.from;
  const times = Array.from({ length: options.count }, () => options.from + dayShape(random) * span);
  return times
    .toSorted((a, b) => a - b)
    .map((time) => seedOne(Math.floor(time), pickCaller(random), pickMishap(random), options.config, random));
}

/** One exchange in which a credential in a tool's result was blocked before it reached the provider. */
export function seedBlocked(time: number, config: string, seed = 11): SeededExchange {
  return seedOne(time, CALLERS[2]!, 'secret-in', config, seededRandom(seed));
}

export function seedServed(time: number, config: string, seed = 12): SeededExchange {
  return seedOne(time, CALLERS[0]!, 'none', config, seededRandom(seed));
}

/** More at the end of the span than at its beginning, with waves. */
function dayShape(random: () => number): number {
  for (;;) {
    const at = random();
    const density = 0.55 + 0.25 * at + 0.2 * Math.sin(at * 9);
    if (random() < density) return at;
  }
}

function pickCaller(random: () => number): Caller {
  let left = random() * CALLERS.reduce((sum, caller) => sum + caller.weight, 0);
  for (const caller of CALLERS) {
    left -= caller.weight;
    if (left < 0) return caller;
  }
  return CALLERS[0]!;
}

function pickMishap(random: () => number): Mishap {
  let left = random() * 1000;
  for (const [mishap, weight] of MISHAPS) {
    left -= weight;
    if (left < 0) return mishap;
  }
  return 'none';
}

function seedOne(time: number, caller: Caller, mishap: Mishap, config: string, random: () => number): SeededExchange {
  const input = Math.round(caller.tokens[0] * (0.4 + 1.2 * random()));
  const output = Math.round(caller.tokens[1] * (0.3 + 1.4 * random()));
  const stream = random() < caller.stream;
  const upstream = 180 + 400 * random() + output * (4 + 3 * random());
  const reached = mishap !== 'unauthenticated' && mishap !== 'rate' && mishap !== 'budget' && mishap !== 'secret-in';
  const end = ENDINGS[mishap];
  const usage = reached && mishap !== 'upstream' && mishap !== 'check-failed';
  const overhead = 0.6 + 1.6 * random();
  const total = reached ? upstream + overhead : overhead;
  const leak = caller.id === 'carol' ? LEAKS[0]! : LEAKS[Math.floor(random() * LEAKS.length)]!;
  const decisions = decisionsOf(mishap, caller, leak, random);
  const kept = reached || mishap === 'secret-in' ? conversationOf(mishap, caller, leak) : [];
  return {
    kept,
    exchange: {
      v: 1,
      id: createRequestId(() => time),
      time: new Date(time).toISOString(),
      surface: caller.surface,
      method: 'POST',
      path: caller.path,
      stream,
      model: mishap === 'unauthenticated' ? null : caller.model,
      upstream: reached ? caller.upstream : null,
      upstreamRequestId: usage ? `req_up_${Math.floor(random() * 1e9).toString(36)}` : null,
      principal:
        mishap === 'unauthenticated' ? null : { id: caller.id, kind: 'key', team: caller.team, keyId: caller.keyId },
      client: { address: `10.20.${Math.floor(random() * 4)}.${10 + Math.floor(random() * 200)}`, agent: caller.agent },
      status: end.status,
      outcome: end.outcome,
      fault: end.fault,
      timings: {
        total: round(total),
        firstByte: usage ? round(stream ? 0.3 * upstream : total - 0.2) : null,
        upstream: reached ? round(upstream) : null,
      },
      bytes: { request: input * 4 + 380, response: usage ? output * (stream ? 61 : 5) + 240 : 160 },
      usage: usage ? { inputTokens: input, outputTokens: output, estimated: mishap === 'client' } : null,
      microUsd: usage ? Math.round(input * caller.price[0] + output * caller.price[1]) : null,
      decisions,
      config,
      contentDigest: kept.length > 0 ? 'd'.repeat(64) : null,
    },
  };
}

const ENDINGS: Readonly<
  Record<Mishap, { readonly outcome: ExchangeOutcome; readonly status: number; readonly fault: Exchange['fault'] }>
> = {
  none: { outcome: 'served', status: 200, fault: null },
  shadow: { outcome: 'served', status: 200, fault: null },
  'secret-out': { outcome: 'served', status: 200, fault: null },
  'secret-in': {
    outcome: 'blocked',
    status: 400,
    fault: { code: 'ERR_BLOCKED', message: 'The request was blocked by the rule "secrets-in".' },
  },
  'check-failed': {
    outcome: 'blocked',
    status: 503,
    fault: {
      code: 'ERR_CHECK_FAILED',
      message: 'The answer was stopped because the check "secrets-out" could not be carried out.',
    },
  },
  unauthenticated: {
    outcome: 'refused',
    status: 401,
    fault: { code: 'ERR_UNAUTHENTICATED', message: 'The key is not known.' },
  },
  rate: {
    outcome: 'refused',
    status: 429,
    fault: { code: 'ERR_RATE_LIMITED', message: 'The budget "burst" of this minute is used up.' },
  },
  budget: {
    outcome: 'refused',
    status: 429,
    fault: { code: 'ERR_BUDGET_EXHAUSTED', message: 'The budget "daily" of today is used up.' },
  },
  cut: { outcome: 'cut', status: 200, fault: { code: 'ERR_BUDGET_EXHAUSTED', message: 'The reservation was spent.' } },
  upstream: {
    outcome: 'failed',
    status: 504,
    fault: { code: 'ERR_UPSTREAM_TIMEOUT', message: 'The upstream did not begin to answer in time.' },
  },
  client: { outcome: 'client-closed', status: 200, fault: null },
};

function decisionsOf(mishap: Mishap, caller: Caller, leak: Leak, random: () => number): readonly Decision[] {
  if (mishap === 'unauthenticated' || mishap === 'rate' || mishap === 'budget') return [];
  const decide = (rule: string, stage: Decision['stage'], change: Partial<Decision> = {}): Decision => ({
    rule,
    detector: 'secret-leak',
    stage,
    mode: 'enforce',
    status: 'clean',
    action: 'allow',
    evidence: [],
    millis: round(0.03 + 0.3 * random()),
    ...change,
  });
  const anthropic = caller.surface === 'anthropic-messages';
  const input =
    mishap === 'secret-in'
      ? decide('secrets-in', 'input', {
          status: 'found',
          action: 'block',
          evidence: leak.finds.map((find) => ({
            ...evidence(find.what, find.message, find.mask, anthropic, spanOf(leak.text, find.label)),
            ...(leak.role === 'user' ? { segment: 'messages[1].content', role: 'user', origin: 'user' } : {}),
          })),
        })
      : decide('secrets-in', 'input');
  const shadow = decide('secrets-in-tools', 'input', {
    mode: 'shadow',
    ...(mishap === 'shadow'
      ? {
          status: 'found',
          action: 'flag',
          evidence: [evidence('jwt', 'A signed JSON Web Token.', 'eyJ****', anthropic, { start: 118, end: 291 })],
        }
      : {}),
  });
  if (mishap === 'secret-in') return [input];
  const output =
    mishap === 'secret-out'
      ? decide('secrets-out', 'output', {
          status: 'found',
          action: 'redact',
          evidence: [
            {
              ...evidence('slack-token', 'A Slack bot token.', 'xoxb-****', anthropic, { start: 64, end: 77 }),
              segment: anthropic ? 'content[0].text' : 'choices[0].message.content',
              role: 'assistant',
              origin: 'model',
            },
          ],
        })
      : mishap === 'check-failed'
        ? decide('secrets-out', 'output', {
            status: 'failed',
            action: 'block',
            reason: 'The check took longer than 2s.',
            millis: 2000,
          })
        : decide('secrets-out', 'output');
  return [input, shadow, output];
}

function evidence(what: string, message: string, mask: string, anthropic: boolean, span: Evidence['span']): Evidence {
  return {
    rule: `secret-leak/${what}`,
    severity: what === 'jwt' ? 'medium' : what === 'slack-token' ? 'high' : 'critical',
    message,
    mask,
    segment: anthropic ? 'messages[3].content[0].content' : 'messages[3].content',
    role: 'tool',
    origin: 'tool',
    span,
  };
}

interface Leak {
  readonly role: 'tool' | 'user';
  /** As it is kept: redacted. */
  readonly text: string;
  readonly finds: readonly {
    readonly what: string;
    readonly message: string;
    readonly mask: string;
    readonly label: string;
  }[];
}

const LEAKS: readonly Leak[] = [
  {
    role: 'tool',
    text: [
      '# deploy.env',
      'REGISTRY=registry.example.com',
      'GITHUB_TOKEN=[GITHUB_TOKEN]',
      'AWS_REGION=eu-central-1',
      'AWS_SECRET_ACCESS_KEY=[AWS_SECRET_KEY]',
      'NOTIFY=#deployments',
      '',
    ].join('\n'),
    finds: [
      { what: 'github-token', message: 'A GitHub personal access token.', mask: 'ghp_****', label: '[GITHUB_TOKEN]' },
      { what: 'aws-secret-key', message: 'An AWS secret access key.', mask: '****', label: '[AWS_SECRET_KEY]' },
    ],
  },
  {
    role: 'user',
    text: 'Why does this call fail with 401? I send the key [STRIPE_KEY] in the Authorization header, as the guide says.',
    finds: [{ what: 'stripe-key', message: 'A Stripe secret key.', mask: 'sk_live_****', label: '[STRIPE_KEY]' }],
  },
  {
    role: 'user',
    text: 'The migration job cannot connect. Its settings are postgres://app:[PASSWORD]@db.internal/claims, port 5432.',
    finds: [{ what: 'url-password', message: 'A password in a URL.', mask: '****', label: '[PASSWORD]' }],
  },
];

function spanOf(text: string, part: string): Evidence['span'] {
  const start = text.indexOf(part);
  return { start, end: start + part.length };
}

function conversationOf(mishap: Mishap, caller: Caller, leak: Leak): readonly KeptSegment[] {
  const anthropic = caller.surface === 'anthropic-messages';
  const segment = (
    stage: KeptSegment['stage'],
    path: string,
    role: string,
    origin: string,
    text: string,
    marks: KeptSegment['marks'] = [],
    kind = 'text',
  ): KeptSegment => ({ stage, segment: path, role, origin, kind, text, marks });

  const marks = leak.finds.map((find) => ({ ...spanOf(leak.text, find.label), rule: `secret-leak/${find.what}` }));
  if (mishap === 'secret-in' && leak.role === 'user') {
    return [
      segment('input', 'messages[0].content', 'system', 'operator', 'Help colleagues with their questions.'),
      segment('input', 'messages[1].content', 'user', 'user', leak.text, marks),
    ];
  }
  if (mishap === 'secret-in') {
    return [
      segment(
        'input',
        anthropic ? 'system' : 'messages[0].content',
        'system',
        'operator',
        'You are a careful engineering assistant. Use the tools to read the repository before you change anything.',
      ),
      segment(
        'input',
        'messages[1].content',
        'user',
        'user',
        'The nightly deployment fails since yesterday. Please find out which variable is missing and fix deploy.env.',
      ),
      segment(
        'input',
        'messages[2].content[0].input',
        'assistant',
        'model',
        '{"path":"deploy.env"}',
        [],
        'tool-arguments',
      ),
      segment(
        'input',
        anthropic ? 'messages[3].content[0].content' : 'messages[3].content',
        'tool',
        'tool',
        leak.text,
        marks,
        'tool-result',
      ),
    ];
  }
  const question = 'Which channel should the alert go to, and is the bot allowed to write there?';
  const answer = 'Alerts go to #deployments. The bot is a member of it and signs in with [SLACK_TOKEN].';
  return [
    segment('input', 'messages[0].content', 'system', 'operator', 'Answer from the handbook, briefly.'),
    segment('input', 'messages[1].content', 'user', 'user', question),
    mishap === 'secret-out'
      ? segment('output', 'choices[0].message.content', 'assistant', 'model', answer, [
          { ...spanOf(answer, '[SLACK_TOKEN]'), rule: 'secret-leak/slack-token' },
        ])
      : segment(
          'output',
          'choices[0].message.content',
          'assistant',
          'model',
          'Alerts go to #deployments. The bot is a member of that channel and may write there.',
        ),
  ];
}

function round(millis: number): number {
  return Math.round(millis * 100) / 100;
}
