/** One exchange through the guard without sockets: a request as the provider gets it, an answer as the client gets it. */
import { surfaceFor } from '../../src/conversation/registry.ts';
import type { Dialect, ResponseView, Surface } from '../../src/conversation/surface.ts';
import { createFrameSplitter } from '../../src/conversation/sse/split-frames.ts';
import { inspectAnswer } from '../../src/guard/inspect-answer.ts';
import { restoreAnswer } from '../../src/guard/restore-answer.ts';
import { conceal } from '../../src/guard/conceal.ts';
import { DecisionLog } from '../../src/guard/decision-log.ts';
import type { ExchangeVault } from '../../src/guard/exchange-vault.ts';
import { inspectSegments } from '../../src/guard/inspect-segments.ts';
import { mergeRedactions, redact } from '../../src/guard/redaction.ts';
import type { Restoring } from '../../src/guard/restorer.ts';
import type { Rule } from '../../src/guard/rule.ts';
import { StreamGuard } from '../../src/guard/stream-guard.ts';
import { spliceJson } from '../../src/text/json/splice-json.ts';
import { anthropicMessages } from '../upstream/anthropic-messages.ts';
import type { Choice } from '../upstream/answer.ts';
import { askedOfChat, askedOfCompletions, askedOfMessages, askedOfResponses } from '../upstream/asked.ts';
import { serialiseFrame } from '../upstream/frame.ts';
import type { JsonObject } from '../upstream/json.ts';
import { openaiChat } from '../upstream/openai-chat.ts';
import { openaiCompletions } from '../upstream/openai-completions.ts';
import { openaiResponses } from '../upstream/openai-responses.ts';
import { parseScenario } from '../upstream/scenario.ts';
import type { Wire } from '../upstream/wire.ts';

export const KINDS = ['text', 'reasoning', 'refusal', 'tool'] as const;
export type Kind = (typeof KINDS)[number];
/** What one choice says, by kind. */
export type Said = Readonly<Record<Kind, string>>;

export interface TestSurface {
  readonly id: string;
  readonly surface: Surface;
  readonly kinds: readonly Kind[];
  /** More than one choice can be asked for. */
  readonly choices: boolean;
  request(
    messages: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[],
    stream: boolean,
  ): JsonObject;
  wire(body: JsonObject, choices: readonly Choice[], chars: number): Wire;
}

const at = (dialect: Dialect, path: string): Surface => surfaceFor(dialect, path)!;
const USAGE = { input: 9, output: 9, cached: 0, cacheWrite: 0, reasoning: 0 };
const say = (choices: readonly Choice[], chars: number) => ({
  scenario: parseScenario(`text+chars=${chars}`),
  answer: { choices, usage: USAGE },
  serial: 7,
  created: 1_750_000_000,
});

export const TEST_SURFACES: readonly TestSurface[] = [
  {
    id: 'openai-chat',
    surface: at('openai', '/chat/completions'),
    kinds: KINDS,
    choices: true,
    request: (messages, stream) => ({
      model: 'm',
      stream,
      logprobs: true,
      messages: messages.map(({ role, text }) => ({ role, content: text })),
    }),
    wire: (body, choices, chars) => openaiChat({ asked: askedOfChat(body), ...say(choices, chars) }),
  },
  {
    id: 'openai-responses',
    surface: at('openai', '/responses'),
    kinds: KINDS,
    choices: false,
    request: (messages, stream) => ({
      model: 'm',
      stream,
      include: ['message.output_text.logprobs'],
      input: messages.map(({ role, text }) => ({
        role,
        content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }],
      })),
    }),
    wire: (body, choices, chars) => openaiResponses({ asked: askedOfResponses(body), ...say(choices, chars) }, body),
  },
  {
    id: 'openai-completions',
    surface: at('openai', '/completions'),
    kinds: ['text'],
    choices: true,
    request: (messages, stream) => ({ model: 'm', stream, prompt: messages.map(({ text }) => text) }),
    wire: (body, choices, chars) => openaiCompletions({ asked: askedOfCompletions(body), ...say(choices, chars) }),
  },
  {
    id: 'anthropic-messages',
    surface: at('anthropic', '/messages'),
    // A refusal is text there.
    kinds: ['text', 'reasoning', 'tool'],
    choices: false,
    request: (messages, stream) => ({
      model: 'm',
      max_tokens: 100,
      stream,
      messages: messages.map(({ role, text }) => ({ role, content: [{ type: 'text', text }] })),
    }),
    wire: (body, choices, chars) =>
      anthropicMessages({ asked: askedOfMessages(body), ...say(choices, chars) }, 'req_1'),
  },
];

/** The request as it goes on to the provider. */
export async function forward(
  { surface }: TestSurface,
  body: JsonObject,
  rules: readonly Rule[],
  vault: ExchangeVault,
): Promise<string> {
  const { segments } = surface.parseRequest(body);
  const found = await inspectSegments(rules, 'input', segments, new DecisionLog());
  const edits = [...conceal(segments, found, vault, body)].map(([{ path, text }, ranges]) => ({
    path,
    value: redact(text, mergeRedactions(ranges)),
  }));
  return spliceJson(JSON.stringify(body), edits);
}

export interface Received {
  readonly text: string;
  readonly log: DecisionLog;
  /** Most units of one channel that waited at once. */
  readonly held: number;
}

/** A streamed answer as the client gets it. @param sizes bytes that arrive together, in turn. */
export async function receiveStream(
  { surface }: TestSurface,
  body: JsonObject,
  bytes: Buffer,
  rules: readonly Rule[],
  sizes: readonly number[],
  restoring?: Restoring,
): Promise<Received> {
  const log = new DecisionLog();
  const reader = surface.createStreamReader!(surface.parseRequest(body));
  const guard = new StreamGuard({
    rules,
    reader,
    log,
    maxHeld: 1 << 22,
    unknownEvents: 'inspect',
    keepText: false,
    restoring,
  });
  const splitter = createFrameSplitter({ maxFrame: 1 << 22 });
  const chunks: Uint8Array[] = [];
  let held = 0;
  const stopped = (): boolean => log.action === 'block' || log.action === 'review';
  for (let from = 0, turn = 0; from < bytes.length && !stopped(); turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? bytes.length);
    chunks.push(...(await guard.push(splitter.push(bytes.subarray(from, from + size)))).chunks);
    held = Math.max(held, guard.heldUnits);
    from += size;
  }
  if (!stopped()) {
    const rest = splitter.end();
    if (rest !== null) chunks.push(...(await guard.push([rest])).chunks);
    chunks.push(...(await guard.finish()).chunks);
  } else {
    chunks.push(Buffer.from(reader.end({ kind: 'refusal', message: 'stopped' }, 'req_1')));
  }
  return { text: Buffer.concat(chunks).toString('utf8'), log, held };
}

/** A whole answer as the client gets it: nothing when it is blocked. */
export async function receiveWhole(
  { surface }: TestSurface,
  answer: object,
  rules: readonly Rule[],
  restoring?: Restoring,
): Promise<Received> {
  const log = new DecisionLog();
  const original = Buffer.from(JSON.stringify(answer));
  const parse = (value: unknown): ResponseView => surface.parseResponse(value)!;
  const { bytes, body, view } = restoreAnswer(restoring, original, answer, parse(answer), parse);
  const text = bytes.toString('utf8');
  const { edits } = await inspectAnswer(rules, body, view, log);
  if (log.action === 'block' || log.action === 'review') return { text: '', log, held: 0 };
  return { text: spliceJson(text, edits), log, held: 0 };
}

export const streamBytes = (wire: Wire): Buffer =>
  Buffer.from(wire.frames.map((frame) => serialiseFrame(frame, '\n')).join(''));

/** What a choice is to say in one kind of text. */
export function choiceSaying(kind: Kind, text: string): Choice {
  const nothing = { reasoning: null, text: null, refusal: null, tools: [], stop: 'end' } as const;
  switch (kind) {
    case 'text':
      return { ...nothing, text };
    case 'reasoning':
      return { ...nothing, reasoning: text, text: 'done' };
    case 'refusal':
      return { ...nothing, refusal: text };
    case 'tool':
      return { ...nothing, tools: [{ name: 'note', arguments: text }], stop: 'tools' };
  }
}

const EMPTY: Said = { text: '', reasoning: '', refusal: '', tool: '' };
const MEMBERS: Readonly<Record<string, Kind>> = {
  content: 'text',
  text: 'text',
  thinking: 'reasoning',
  reasoning_content: 'reasoning',
  refusal: 'refusal',
  arguments: 'tool',
  partial_json: 'tool',
};
const EVENTS: Readonly<Record<string, Kind>> = {
  'response.output_text.delta': 'text',
  'response.reasoning_summary_text.delta': 'reasoning',
  'response.refusal.delta': 'refusal',
  'response.function_call_arguments.delta': 'tool',
};

/** What a client reads in a stream, by choice. */
export function readStream(text: string): Said[] {
  const said: Record<Kind, string>[] = [];
  const add = (index: number, kind: Kind, piece: unknown): void => {
    if (typeof piece !== 'string') return;
    while (said.length <= index) said.push({ ...EMPTY });
    said[index]![kind] += piece;
  };
  for (const [, data] of text.matchAll(/^data: (\{.*\})\r?$/gm)) {
    const event = JSON.parse(data!) as {
      type?: string;
      delta?: string | Record<string, string>;
      choices?: { index: number; text?: string; delta?: Record<string, unknown> }[];
    };
    for (const choice of event.choices ?? []) {
      add(choice.index, 'text', choice.text);
      const calls = choice.delta?.['tool_calls'] as { function: { arguments: string } }[] | undefined;
      for (const call of calls ?? []) add(choice.index, 'tool', call.function.arguments);
      for (const [member, piece] of Object.entries(choice.delta ?? {})) {
        if (MEMBERS[member] !== undefined) add(choice.index, MEMBERS[member], piece);
      }
    }
    const kind = EVENTS[event.type ?? ''];
    if (kind !== undefined) add(0, kind, event.delta);
    if (event.type === 'content_block_delta' && typeof event.delta === 'object') {
      for (const [member, piece] of Object.entries(event.delta)) {
        if (MEMBERS[member] !== undefined) add(0, MEMBERS[member], piece);
      }
    }
  }
  return said;
}

/** What a client reads in a whole answer, by choice. */
export function readWhole(text: string): Said[] {
  if (text === '') return [];
  const said: Record<Kind, string>[] = [];
  const body = JSON.parse(text) as {
    choices?: { text?: string; message?: Record<string, unknown> }[];
    content?: { type: string; text?: string; thinking?: string; input?: unknown }[];
    output?: { arguments?: string; summary?: { text: string }[]; content?: { text?: string; refusal?: string }[] }[];
  };
  for (const { text: plain, message } of body.choices ?? []) {
    const calls = message?.['tool_calls'] as { function: { arguments: string } }[] | undefined;
    said.push({
      text: plain ?? ((message?.['content'] ?? '') as string),
      reasoning: (message?.['reasoning_content'] ?? '') as string,
      refusal: (message?.['refusal'] ?? '') as string,
      tool: (calls ?? []).map((call) => call.function.arguments).join(''),
    });
  }
  const one = { ...EMPTY } as Record<Kind, string>;
  for (const block of body.content ?? []) {
    one.text += block.text ?? '';
    one.reasoning += block.thinking ?? '';
    if (block.input !== undefined) one.tool += JSON.stringify(block.input);
  }
  for (const item of body.output ?? []) {
    one.tool += item.arguments ?? '';
    one.reasoning += (item.summary ?? []).map((part) => part.text).join('');
    for (const part of item.content ?? []) {
      one.text += part.text ?? '';
      one.refusal += part.refusal ?? '';
    }
  }
  return body.choices === undefined ? [one] : said;
}
