/**
 * What the official SDKs make of a stream that Parapet ends, wherever it ends it: after every frame of a real-shaped
 * stream, as an error, as a refusal and because the tokens are spent.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { streamText } from 'ai';
import OpenAI from 'openai';
import { Fault } from '../core/fault.ts';
import type { Usage } from '../core/usage.ts';
import { anthropicMessages } from './anthropic-messages/surface.ts';
import { openaiChat } from './openai-chat/surface.ts';
import { openaiCompletions } from './openai-completions/surface.ts';
import { openaiResponses } from './openai-responses/surface.ts';
import { createFrameSplitter } from './sse/split-frames.ts';
import type { StreamEnd, StreamReader, Surface } from './surface.ts';
import { chatStream, messagesStream, responsesStream } from './testing/sample-streams.ts';
import type { ByteServer } from './testing/serve-bytes.ts';
import { serveBytes } from './testing/serve-bytes.ts';

const REQUEST_ID = 'req_01jd3kzr7w0123456789abcdef';
const USAGE: Usage = { inputTokens: 20, outputTokens: 9, estimated: true };
const BLOCKED: StreamEnd = { kind: 'error', fault: new Fault('ERR_BLOCKED', 'The answer holds a secret.') };
const REFUSED: StreamEnd = { kind: 'refusal', message: 'This answer was stopped by policy.' };
const SPENT: StreamEnd = { kind: 'length', usage: USAGE };

const CHAT_REQUEST = { model: 'gpt-5', messages: [{ role: 'user' as const, content: 'Hi' }], stream: true as const };
const MESSAGES_REQUEST = {
  model: 'claude-sonnet-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Hi' }],
};
const RESPONSES_REQUEST = { model: 'gpt-5', input: 'Hi' };

let server: ByteServer;
let openai: OpenAI;
let anthropic: Anthropic;
before(async () => {
  server = await serveBytes();
  openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'k', maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: server.url, apiKey: 'k', maxRetries: 0 });
});
after(() => server.close());

/** Shows the first frames to the reader as received and sent, and gives what the client gets. */
function cut(surface: Surface, request: unknown, frames: readonly string[], count: number, how: StreamEnd): string {
  const reader = readerFor(surface, request);
  const sent = frames.slice(0, count).join('');
  feed(reader, sent);
  return sent + reader.end(how, REQUEST_ID);
}

function readerFor(surface: Surface, request: unknown): StreamReader {
  return surface.createStreamReader!(surface.parseRequest(request));
}

function feed(reader: StreamReader, stream: string): void {
  for (const { event } of createFrameSplitter({ maxFrame: 1 << 20 }).push(Buffer.from(stream))) {
    if (event === null) continue;
    assert.ok(reader.read(event).known, event.data);
    reader.sent(event);
  }
}

function serve(body: string): void {
  server.answer = { body, headers: { 'x-request-id': REQUEST_ID, 'request-id': REQUEST_ID } };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<{ items: Item[]; error: unknown }> {
  const seen: Item[] = [];
  try {
    for await (const item of items) seen.push(item);
    return { items: seen, error: null };
  } catch (error) {
    return { items: seen, error };
  }
}

async function outcome<Value>(value: Promise<Value>): Promise<{ value: Value | null; error: unknown }> {
  try {
    return { value: await value, error: null };
  } catch (error) {
    return { value: null, error };
  }
}

/** Parts of the Vercel AI SDK's stream. */
async function aiParts(
  model: Parameters<typeof streamText>[0]['model'],
): Promise<{ types: string[]; finish: string | null; errors: unknown[] }> {
  const errors: unknown[] = [];
  const result = streamText({ model, prompt: 'Hi', maxRetries: 0, onError: ({ error }) => void errors.push(error) });
  const types: string[] = [];
  let finish: string | null = null;
  for await (const part of result.fullStream) {
    types.push(part.type);
    if (part.type === 'finish') finish = part.finishReason;
  }
  return { types, finish, errors };
}

// ——— Chat completions

test('chat: an error is thrown by the iterator, the helper and the AI SDK, after every frame', async () => {
  const frames = chatStream();
  for (let count = 0; count < frames.length - 1; count++) {
    serve(cut(openaiChat, CHAT_REQUEST, frames, count, BLOCKED));
    const raw = await collect(await openai.chat.completions.create(CHAT_REQUEST));
    assert.ok(raw.error instanceof OpenAI.APIError, `after ${count}: ${raw.error}`);
    assert.equal(raw.error.code, 'content_policy_violation');
    assert.equal(raw.error.type, 'invalid_request_error');
    assert.equal(raw.error.requestID, REQUEST_ID);
    assert.match(raw.error.message, /holds a secret/);
    assert.equal(raw.items.length, count);
    const helper = await outcome(openai.chat.completions.stream(CHAT_REQUEST).finalChatCompletion());
    assert.ok(helper.error instanceof Error, `helper after ${count}`);
    const ai = await aiParts(createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'k' }).chat('gpt-5'));
    assert.ok(ai.errors.length > 0, `AI SDK after ${count}`);
  }
});

test('chat: a refusal ends with content_filter and says why, after every frame', async () => {
  const frames = chatStream();
  for (let count = 0; count < frames.length - 2; count++) {
    serve(cut(openaiChat, CHAT_REQUEST, frames, count, REFUSED));
    const raw = await collect(await openai.chat.completions.create(CHAT_REQUEST));
    assert.equal(raw.error, null);
    assert.equal(raw.items.at(-1)!.choices[0]!.finish_reason, 'content_filter');
    assert.equal(raw.items.at(-1)!.id, count === 0 ? `chatcmpl-${REQUEST_ID}` : 'chatcmpl-1');
    const { value, error } = await outcome(openai.chat.completions.stream(CHAT_REQUEST).finalChatCompletion());
    assert.equal(error, null, `helper after ${count}: ${String(error)}`);
    assert.equal(value!.choices[0]!.finish_reason, 'content_filter');
    assert.equal(value!.choices[0]!.message.refusal, 'This answer was stopped by policy.');
    if (count >= 3) assert.equal(value!.choices[0]!.message.content, 'Hello there');
    const ai = await aiParts(createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'k' }).chat('gpt-5'));
    assert.equal(ai.finish, 'content-filter', `AI SDK after ${count}`);
  }
});

test('chat: spent tokens end with length, and with the usage chunk only where it was asked for', async () => {
  const frames = chatStream();
  for (let count = 0; count < frames.length - 2; count++) {
    for (const include_usage of [false, true]) {
      const request = { ...CHAT_REQUEST, stream_options: { include_usage } };
      serve(cut(openaiChat, request, frames, count, SPENT));
      const raw = await collect(await openai.chat.completions.create(request));
      assert.equal(raw.error, null);
      const choices: OpenAI.ChatCompletionChunk.Choice[] = raw.items.flatMap((chunk) => chunk.choices);
      assert.equal(choices.at(-1)!.finish_reason, 'length');
      const usage = raw.items.at(-1)!.usage;
      if (include_usage)
        assert.deepEqual([usage!.prompt_tokens, usage!.completion_tokens, usage!.total_tokens], [20, 9, 29]);
      else assert.equal(usage ?? null, null);
      assert.equal((await outcome(openai.chat.completions.stream(request).finalChatCompletion())).error, null);
    }
    const ai = await aiParts(createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'k' }).chat('gpt-5'));
    assert.equal(ai.finish, 'length', `AI SDK after ${count}`);
  }
});

test('chat: of several choices only those still open are ended', async () => {
  const request = { ...CHAT_REQUEST, n: 3 };
  const chunk = (index: number, delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index, delta, finish_reason }] })}\n\n`;
  const frames = [
    chunk(0, { role: 'assistant', content: 'a' }),
    chunk(1, { role: 'assistant', content: 'b' }),
    chunk(0, {}, 'stop'),
  ];
  serve(cut(openaiChat, request, frames, 3, REFUSED));
  const { value, error } = await outcome(openai.chat.completions.stream(request).finalChatCompletion());
  assert.equal(error, null);
  assert.deepEqual(
    value!.choices.map((choice) => choice.finish_reason),
    ['stop', 'content_filter', 'content_filter'],
  );
});

test('chat: what has ended already is not ended twice', () => {
  for (const how of [BLOCKED, REFUSED, SPENT]) {
    const reader = readerFor(openaiChat, CHAT_REQUEST);
    feed(reader, chatStream().join(''));
    assert.equal(reader.end(how, REQUEST_ID), '');
    assert.equal(reader.ping(), '');
  }
});

test('completions: error, refusal and length', async () => {
  const request = { model: 'm', prompt: 'Hi', stream: true as const };
  const frames = ['Hel', 'lo'].map(
    (text) =>
      `data: ${JSON.stringify({ id: 'cmpl-1', object: 'text_completion', created: 1, model: 'm', choices: [{ index: 0, text, logprobs: null, finish_reason: null }] })}\n\n`,
  );
  for (let count = 0; count <= 2; count++) {
    serve(cut(openaiCompletions, request, frames, count, BLOCKED));
    const blocked = await collect(await openai.completions.create(request));
    assert.ok(blocked.error instanceof OpenAI.APIError);
    const ends: readonly (readonly [StreamEnd, string])[] = [
      [REFUSED, 'content_filter'],
      [SPENT, 'length'],
    ];
    for (const [how, reason] of ends) {
      serve(cut(openaiCompletions, request, frames, count, how));
      const raw: { items: OpenAI.Completion[]; error: unknown } = await collect(
        await openai.completions.create(request),
      );
      assert.equal(raw.error, null);
      assert.equal(raw.items.at(-1)!.choices[0]!.finish_reason, reason);
      assert.equal(raw.items.map((item) => item.choices[0]!.text).join(''), 'Hello'.slice(0, [0, 3, 5][count]));
    }
  }
});

// ——— Messages

test('messages: an error is thrown with its type, after every frame', async () => {
  const frames = messagesStream();
  for (let count = 0; count < frames.length; count++) {
    serve(cut(anthropicMessages, MESSAGES_REQUEST, frames, count, BLOCKED));
    const raw = await collect(await anthropic.messages.create({ ...MESSAGES_REQUEST, stream: true }));
    assert.ok(raw.error instanceof Anthropic.APIError, `after ${count}: ${raw.error}`);
    assert.equal(raw.error.type, 'invalid_request_error');
    assert.equal(raw.error.requestID, REQUEST_ID);
    assert.match(raw.error.message, /holds a secret/);
    const helper = await outcome(anthropic.messages.stream(MESSAGES_REQUEST).finalMessage());
    assert.ok(helper.error instanceof Error);
    const ai = await aiParts(createAnthropic({ baseURL: `${server.url}/v1`, apiKey: 'k' })('claude-sonnet-5'));
    assert.ok(ai.errors.length > 0, `AI SDK after ${count}`);
  }
});

test('messages: a refusal closes what is open and ends with stop_reason refusal, after every frame', async () => {
  const frames = messagesStream();
  for (let count = 0; count < frames.length - 2; count++) {
    serve(cut(anthropicMessages, MESSAGES_REQUEST, frames, count, REFUSED));
    const raw = await collect(await anthropic.messages.create({ ...MESSAGES_REQUEST, stream: true }));
    assert.equal(raw.error, null);
    const open = new Set<number>();
    for (const event of raw.items) {
      if (event.type === 'content_block_start') open.add(event.index);
      if (event.type === 'content_block_stop')
        assert.ok(open.delete(event.index), `stop of ${event.index} after ${count}`);
    }
    assert.equal(open.size, 0);
    assert.equal(raw.items[0]!.type, 'message_start');
    assert.equal(raw.items.at(-1)!.type, 'message_stop');
    const { value, error } = await outcome(anthropic.messages.stream(MESSAGES_REQUEST).finalMessage());
    assert.equal(error, null, `helper after ${count}: ${String(error)}`);
    assert.equal(value!.stop_reason, 'refusal');
    assert.equal(value!.stop_details!.explanation, 'This answer was stopped by policy.');
    assert.equal(value!.usage.input_tokens, count === 0 ? 0 : 20);
    if (count >= 9) assert.equal(value!.content.find((block) => block.type === 'text')!.text, 'Hello there');
    const ai = await aiParts(createAnthropic({ baseURL: `${server.url}/v1`, apiKey: 'k' })('claude-sonnet-5'));
    assert.equal(ai.finish, 'content-filter', `AI SDK after ${count}`);
  }
});

test('messages: spent tokens end with max_tokens and the usage', async () => {
  const frames = messagesStream();
  for (let count = 0; count < frames.length - 2; count++) {
    serve(cut(anthropicMessages, MESSAGES_REQUEST, frames, count, SPENT));
    const { value, error } = await outcome(anthropic.messages.stream(MESSAGES_REQUEST).finalMessage());
    assert.equal(error, null, `helper after ${count}: ${String(error)}`);
    assert.equal(value!.stop_reason, 'max_tokens');
    assert.equal(value!.usage.output_tokens, 9);
    assert.ok(!server.answer.body.includes('[DONE]'));
    const ai = await aiParts(createAnthropic({ baseURL: `${server.url}/v1`, apiKey: 'k' })('claude-sonnet-5'));
    assert.equal(ai.finish, 'length', `AI SDK after ${count}`);
  }
});

test('messages: a stop reason that has gone out stays, and only the last frame is added', () => {
  const reader = readerFor(anthropicMessages, MESSAGES_REQUEST);
  feed(reader, messagesStream().slice(0, -1).join(''));
  assert.equal(reader.end(REFUSED, REQUEST_ID), 'event: message_stop\ndata: {"type":"message_stop"}\n\n');
});

// ——— Responses

test('responses: an error is thrown by the iterator and the helper, after every frame', async () => {
  const frames = responsesStream();
  for (let count = 0; count < frames.length - 1; count++) {
    serve(cut(openaiResponses, RESPONSES_REQUEST, frames, count, BLOCKED));
    const raw = await collect(await openai.responses.create({ ...RESPONSES_REQUEST, stream: true }));
    assert.ok(raw.error instanceof OpenAI.APIError, `after ${count}: ${raw.error}`);
    assert.equal(raw.error.code, 'content_policy_violation');
    assert.equal(raw.error.requestID, REQUEST_ID);
    if (count > 0) assert.equal(raw.items.at(-1)!.type, 'response.failed');
    const helper = await outcome(openai.responses.stream(RESPONSES_REQUEST).finalResponse());
    assert.ok(helper.error instanceof Error || helper.value?.status === 'failed', `helper after ${count}`);
    const ai = await aiParts(createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'k' }).responses('gpt-5'));
    assert.ok(ai.errors.length > 0, `AI SDK after ${count}`);
  }
});

for (const [how, reason, finish] of [
  [REFUSED, 'content_filter', 'content-filter'],
  [SPENT, 'max_output_tokens', 'length'],
] as const) {
  test(`responses: ${how.kind} gives a whole incomplete response, after every frame`, async () => {
    const frames = responsesStream();
    for (let count = 0; count < frames.length - 1; count++) {
      serve(cut(openaiResponses, RESPONSES_REQUEST, frames, count, how));
      const raw = await collect(await openai.responses.create({ ...RESPONSES_REQUEST, stream: true }));
      assert.equal(raw.error, null);
      raw.items.forEach((event, index) => assert.equal('sequence_number' in event && event.sequence_number, index));
      const last = raw.items.at(-1)!;
      assert.ok(last.type === 'response.incomplete', `after ${count}`);
      assert.equal(last.response.incomplete_details!.reason, reason);
      assert.equal(last.response.id, count === 0 ? `resp_${REQUEST_ID}` : 'resp_1');
      assert.equal(last.response.usage?.output_tokens ?? null, how === SPENT ? 9 : null);
      const open = new Set<number>();
      for (const event of raw.items) {
        if (event.type === 'response.output_item.added') open.add(event.output_index);
        if (event.type === 'response.output_item.done') assert.ok(open.delete(event.output_index));
      }
      assert.equal(open.size, 0, `items left open after ${count}`);

      const { value, error } = await outcome(openai.responses.stream(RESPONSES_REQUEST).finalResponse());
      assert.equal(error, null, `helper after ${count}: ${String(error)}`);
      assert.equal(value!.status, 'incomplete');
      if (count >= 13) assert.match(JSON.stringify(value!.output), /"text":"Hello there"/);
      if (how === REFUSED)
        assert.match(JSON.stringify(value!.output), /"refusal":"This answer was stopped by policy\."/);
      const ai = await aiParts(createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'k' }).responses('gpt-5'));
      assert.equal(ai.finish, finish, `AI SDK after ${count}: ${String(ai.errors[0])}`);
      assert.deepEqual(ai.errors, []);
    }
  });
}

test('responses: the text in the closing frames is the text that was sent, piece by piece', () => {
  const reader = readerFor(openaiResponses, RESPONSES_REQUEST);
  const frames = responsesStream();
  feed(reader, frames.slice(0, 12).join(''));
  const end = reader.end(REFUSED, REQUEST_ID);
  assert.match(end, /event: response\.output_text\.done\ndata: .*"text":"Hello"/);
  assert.ok(!end.includes('there'));
});

test('what was read and not sent is in no frame that ends a stream', () => {
  const cases: [Surface, unknown, string[]][] = [
    [openaiChat, CHAT_REQUEST, chatStream()],
    [anthropicMessages, MESSAGES_REQUEST, messagesStream()],
    [openaiResponses, RESPONSES_REQUEST, responsesStream()],
  ];
  for (const [surface, request, frames] of cases) {
    for (const how of [BLOCKED, REFUSED, SPENT]) {
      for (const sent of [0, 1, 2]) {
        const reader = readerFor(surface, request);
        const events = createFrameSplitter({ maxFrame: 1 << 20 }).push(Buffer.from(frames.join('')));
        events.forEach(({ event }, index) => {
          reader.read(event!);
          if (index < sent && !frames[index]!.includes('Hello')) reader.sent(event!);
        });
        const end = reader.end(how, REQUEST_ID);
        assert.ok(!/Hello|there|greet|balance|main/.test(end), `${surface.id}: ${end}`);
      }
    }
  }
});

// ——— Keep-alives

test('keep-alives between all frames change nothing for any SDK', async () => {
  const pinged = (surface: Surface, request: unknown, frames: readonly string[]) => {
    const reader = readerFor(surface, request);
    let text = reader.ping();
    for (const frame of frames) {
      feed(reader, frame);
      text += frame + reader.ping();
    }
    return text;
  };
  serve(pinged(openaiChat, CHAT_REQUEST, chatStream()));
  assert.ok(server.answer.body.includes(': ping'));
  const chat = await openai.chat.completions.stream(CHAT_REQUEST).finalChatCompletion();
  assert.equal(chat.choices[0]!.message.content, 'Hello there');
  serve(pinged(openaiResponses, RESPONSES_REQUEST, responsesStream()));
  assert.equal((await openai.responses.stream(RESPONSES_REQUEST).finalResponse()).output_text, 'Hello there');
  serve(pinged(anthropicMessages, MESSAGES_REQUEST, messagesStream()));
  assert.ok(server.answer.body.includes('event: ping'));
  assert.equal(await anthropic.messages.stream(MESSAGES_REQUEST).finalText(), 'Hello there');
});
