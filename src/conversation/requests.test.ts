/** What the request and answer readers say: roles, origins, kinds, bounds, faults; and that nothing makes them fall over. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../core/fault.ts';
import { spliceJson } from '../text/json/splice-json.ts';
import type { Conversation } from './conversation.ts';
import { SURFACES, surfaceFor } from './registry.ts';
import type { JsonPath, Segment } from './segment.ts';
import type { Surface, SurfaceId } from './surface.ts';
import { DIALECTS, SURFACE_IDS } from './surface.ts';

const surface = (id: SurfaceId): Surface => SURFACES.find((candidate) => candidate.id === id)!;
const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8'));
const request = (id: SurfaceId): Conversation => surface(id).parseRequest(fixture(`${id}.request.json`));

/** `role/origin/kind text` of a segment. */
function line(segments: readonly Segment[], id: string): string {
  const found = segments.find((segment) => segment.id === id);
  assert.ok(found, `no segment ${id}`);
  const tool = found.tool === undefined ? '' : ` @${found.tool}`;
  const what =
    found.media === undefined ? found.text : (found.media.url ?? `${found.media.type} ${found.media.bytes} bytes`);
  return `${found.role}/${found.origin}/${found.kind}${tool} ${what}`;
}

function refuses(id: SurfaceId, body: unknown, where: string): void {
  assert.throws(
    () => surface(id).parseRequest(body),
    (error: unknown) => {
      assert.ok(isFault(error), String(error));
      assert.equal(error.code, 'ERR_REQUEST_INVALID');
      assert.equal(error.where, where);
      return true;
    },
  );
}

test('every surface is registered once, under its path', () => {
  assert.deepEqual(SURFACES.map(({ id }) => id).toSorted(), [...SURFACE_IDS].toSorted());
  for (const one of SURFACES) {
    assert.equal(surfaceFor(one.dialect, one.path), one);
    assert.equal(
      surfaceFor(
        DIALECTS.find((dialect) => dialect !== one.dialect)!,
        one.path,
      ),
      undefined,
    );
    assert.equal(one.createStreamReader !== undefined, one.generates);
  }
  assert.equal(surfaceFor('openai', '/constructor'), undefined);
  assert.equal(surfaceFor('openai', '/chat/completions/'), undefined);
});

test('chat: who says what', () => {
  const { segments, ...rest } = request('openai-chat');
  const expected: Record<string, string> = {
    'messages[0].content': 'system/operator/text You are the assistant of a small bank.',
    'messages[1].content[0].text': 'developer/operator/text Be brief.',
    'messages[2].content[0].text': 'user/user/text What is on this picture?',
    'messages[2].content[1].image_url.url': 'user/user/media https://example.com/cat.png',
    'messages[2].content[2].image_url.url': 'user/user/media image/png 8 bytes',
    'messages[2].content[3].input_audio.data': 'user/user/media audio/wav 4 bytes',
    'messages[2].content[4].file.filename': 'user/document/text statement.pdf',
    'messages[2].content[4].file.file_data': 'user/document/media application/pdf 5 bytes',
    'messages[2].content[5].file.file_id': 'user/document/media file-123',
    'messages[3].reasoning_content': 'assistant/model/reasoning They want their balance.',
    'messages[3].refusal': 'assistant/model/refusal I may not.',
    'messages[3].tool_calls[0].function.name': 'assistant/model/tool-name @get_balance get_balance',
    'messages[3].tool_calls[0].function.arguments.account': 'assistant/model/tool-arguments @get_balance DE12 3456',
    'messages[3].tool_calls[0].function.arguments.note': 'assistant/model/tool-arguments @get_balance a "b"',
    'messages[3].tool_calls[1].custom.input': 'assistant/model/tool-arguments @run_sql select 1',
    'messages[4].content': 'tool/tool/tool-result @get_balance {"cents": 1234}',
    'messages[5].content[0].text': 'tool/tool/tool-result @run_sql 1 row',
    'messages[6].function_call.arguments': 'assistant/model/tool-arguments @lookup {"q":"rates"}',
    'messages[7].content': 'tool/tool/tool-result @lookup rates are up',
    'tools[0].function.description': 'system/definition/tool-definition @get_balance Balance of an account in cents',
    'tools[0].function.parameters.properties':
      'system/definition/tool-definition @get_balance currency of the answer in words',
    'prediction.content[0].text': 'assistant/user/text Dear customer',
    'documents[0].body': 'user/document/text A member that OpenAI does not have',
  };
  for (const [id, text] of Object.entries(expected)) assert.equal(line(segments, id), text);
  assert.equal(segments.find(({ id }) => id === 'messages[4].content')!.call, 'call_1');
  assert.deepEqual(
    rest.tools.map(({ name }) => name),
    ['get_balance', 'run_sql', 'lookup'],
  );
  const { surface: id, model, stream, maxOutputTokens, choices, previous, usageRequested } = rest;
  assert.deepEqual({ id, model, stream, maxOutputTokens, choices, previous, usageRequested },
    { id: 'openai-chat', model: 'gpt-5', stream: true, maxOutputTokens: 1000, choices: 2, previous: null, usageRequested: true }); // prettier-ignore
});

test('responses: who says what', () => {
  const { segments, previous, maxOutputTokens, tools } = request('openai-responses');
  const at = (type: string) => segments.find(({ message }) => (fixture('openai-responses.request.json') as { input: { type?: string }[] }).input[message]?.type === type)!.message; // prettier-ignore
  const expected: Record<string, string> = {
    instructions: 'developer/operator/text You are the assistant of a small bank.',
    'prompt.id': 'developer/operator/media pmpt_1',
    'prompt.variables.name': 'user/user/text Alice',
    'input[0].content': 'user/user/text Hello',
    'input[2].content[2].file_id': 'user/document/media file-1',
    [`input[${at('reasoning')}].summary[0].text`]: 'assistant/model/reasoning They want their balance.',
    [`input[${at('function_call')}].arguments.account`]: 'assistant/model/tool-arguments @get_balance DE12 3456',
    [`input[${at('function_call_output')}].output`]: 'tool/tool/tool-result @get_balance {"cents":1234}',
    [`input[${at('file_search_call')}].results[0].text`]: 'assistant/tool/tool-result The terms say',
    [`input[${at('code_interpreter_call')}].code`]: 'assistant/model/code print(1)',
    [`input[${at('mcp_call')}].output`]: 'assistant/tool/tool-result @pay paid it',
    [`input[${at('mcp_list_tools')}].tools[0].description`]: 'system/definition/tool-definition Pays',
    [`input[${at('item_reference')}].id`]: 'user/document/media msg_7',
    [`input[${at('hologram')}].payload.caption`]: 'user/document/text an item that nobody knows yet',
    'tools[2].server_description': "system/definition/tool-definition @bank The bank's tools",
  };
  for (const [id, text] of Object.entries(expected)) assert.equal(line(segments, id), text);
  assert.equal(previous, 'resp_1');
  assert.equal(maxOutputTokens, 800);
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['get_balance', 'run_sql', 'bank', 'file_search', 'web_search', 'find'],
  );
  const responses = surface('openai-responses');
  assert.equal(responses.parseRequest({ model: 'm', input: 'x', conversation: { id: 'conv_1' } }).previous, 'conv_1');
  assert.equal(responses.parseRequest({ model: 'm', input: 'x' }).previous, null);
});

test('messages: who says what', () => {
  const { segments, maxOutputTokens, tools } = request('anthropic-messages');
  const expected: Record<string, string> = {
    'system[0].text': 'system/operator/text You are the assistant of a small bank.',
    'messages[1].content[0].thinking': 'assistant/model/reasoning They greet me.',
    'messages[1].content[3].name': 'assistant/model/tool-name @get_balance get_balance',
    'messages[1].content[3].input.account': 'assistant/model/tool-arguments @get_balance DE12 3456',
    'messages[1].content[3].input.deep[0]': 'assistant/model/tool-arguments @get_balance a free key in words',
    'messages[1].content[3].input.deep[0].number': 'assistant/model/tool-arguments @get_balance 4111111111111111',
    'messages[1].content[5].content[0].title': 'tool/tool/tool-result @web_search Rates today',
    'messages[1].content[6].content.content.source.data': 'tool/tool/tool-result fetched words',
    'messages[2].content[0].content[0].text': 'tool/tool/tool-result @get_balance 1234 cents',
    'messages[2].content[0].content[1].source.data': 'tool/tool/media @get_balance image/png 8 bytes',
    'messages[2].content[1].content': 'tool/tool/tool-result plain result',
    'messages[2].content[2].text': 'user/user/text And these?',
    'messages[2].content[6].source.data': 'user/document/text the plain document',
    'messages[2].content[10].content[0].text': 'user/document/text The terms say',
    'messages[2].content[12].caption': 'user/document/text a block that nobody knows yet',
    'messages[3].content[0].text': 'system/operator/text New orders in the middle.',
    'tools[0].input_examples[0].account': 'system/definition/tool-definition @get_balance DE99 0000',
  };
  for (const [id, text] of Object.entries(expected)) assert.equal(line(segments, id), text);
  assert.equal(maxOutputTokens, 500);
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['get_balance', 'web_search'],
  );
  const counted = surface('anthropic-count-tokens').parseRequest({
    ...(fixture('anthropic-messages.request.json') as object),
  });
  assert.equal(counted.stream, false);
  assert.equal(counted.maxOutputTokens, null);
});

test('completions, embeddings, moderations: texts, and token ids as what cannot be inspected', () => {
  const completions = request('openai-completions');
  assert.equal(line(completions.segments, 'prompt[1]'), 'user/user/text a time');
  assert.equal(completions.choices, 4);
  assert.equal(completions.maxOutputTokens, 50 * 3 * 2);
  const tokens = surface('openai-completions').parseRequest({ model: 'm', prompt: [1, 2, 3] });
  assert.deepEqual(
    tokens.segments.map(({ kind, media }) => [kind, media]),
    [['media', { type: 'tokens', bytes: 3 }]],
  );
  assert.equal(tokens.choices, 1);
  const lists = surface('openai-embeddings').parseRequest({ model: 'm', input: [[1, 2], [3]] });
  assert.equal(lists.segments.length, 2);
  assert.equal(line(request('openai-embeddings').segments, 'input[1]'), 'user/user/embedding-input second text');
  assert.equal(surface('openai-moderations').parseRequest({ input: 'x' }).model, 'omni-moderation-latest');
});

test('refuses what is not a request of the surface, with the place', () => {
  for (const id of SURFACE_IDS) {
    refuses(id, null, 'body');
    refuses(id, [], 'body');
    refuses(id, { model: 7, messages: [], input: '' }, 'model');
  }
  const chat = (members: object) => ({ model: 'm', messages: [{ role: 'user', content: 'x' }], ...members });
  refuses('openai-chat', { model: 'm' }, 'messages');
  refuses('openai-chat', chat({ messages: 'x' }), 'messages');
  refuses('openai-chat', chat({ messages: ['x'] }), 'messages[0]');
  refuses('openai-chat', chat({ messages: [{ role: 'wizard', content: 'x' }] }), 'messages[0].role');
  refuses('openai-chat', chat({ messages: [{ role: '__proto__', content: 'x' }] }), 'messages[0].role');
  refuses('openai-chat', chat({ messages: [{ role: 'user', content: 7 }] }), 'messages[0].content');
  refuses('openai-chat', chat({ messages: [{ role: 'user', content: ['x'] }] }), 'messages[0].content[0]');
  refuses('openai-chat', chat({ stream: 'yes' }), 'stream');
  refuses('openai-chat', chat({ n: 0 }), 'n');
  refuses('openai-chat', chat({ n: 1.5 }), 'n');
  refuses('openai-chat', chat({ max_tokens: -1 }), 'max_tokens');
  refuses('openai-chat', chat({ max_completion_tokens: '100' }), 'max_completion_tokens');
  refuses('openai-chat', chat({ tools: {} }), 'tools');
  refuses('openai-responses', { model: 'm', input: 7 }, 'input');
  refuses('openai-responses', { model: 'm', input: ['x'] }, 'input[0]');
  refuses('openai-responses', { model: 'm', input: [{ role: 'wizard', content: 'x' }] }, 'input[0].role');
  refuses('openai-responses', { model: 'm', previous_response_id: 7 }, 'previous_response_id');
  refuses('openai-completions', { model: 'm', prompt: [1, 'x'] }, 'prompt');
  refuses('openai-completions', { model: 'm', prompt: ['x', 1] }, 'prompt[1]');
  refuses('anthropic-messages', { model: 'm', messages: [] }, 'max_tokens');
  refuses('anthropic-messages', { model: 'm', max_tokens: 1, messages: [{ role: 'user' }] }, 'messages[0].content');
  refuses(
    'anthropic-messages',
    { model: 'm', max_tokens: 1, messages: [{ role: 'tool', content: 'x' }] },
    'messages[0].role',
  );
  refuses('anthropic-messages', { model: 'm', max_tokens: 1, messages: [], system: 7 }, 'system');
});

test('a secret behind JSON escapes in tool arguments is seen, and redacted where it stands', () => {
  const text =
    '{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\\"k\\":\\"\\\\u0067hp_secret\\", \\"n\\": 1.0}"}}]}]}';
  const segment = surface('openai-chat')
    .parseRequest(JSON.parse(text))
    .segments.find(({ text: found }) => found === 'ghp_secret')!;
  const redacted = JSON.parse(spliceJson(text, [{ path: segment.path, value: '[GONE]' }])) as {
    messages: { tool_calls: { function: { arguments: string } }[] }[];
  };
  assert.equal(redacted.messages[0]!.tool_calls[0]!.function.arguments, '{"k":"[GONE]", "n": 1.0}');
});

test('arguments that two parsers may read differently are inspected as they stand', () => {
  const value = '{"k":"\\u0067hp","k":"x"}';
  const body = { model: 'm', messages: [{ role: 'assistant', function_call: { name: 'f', arguments: value } }] };
  assert.ok(
    surface('openai-chat')
      .parseRequest(body)
      .segments.some(({ text }) => text === value),
  );
});

test('reads answers: every choice, shadows, usage', () => {
  const chat = surface('openai-chat').parseResponse(fixture('openai-chat.response.json'))!;
  assert.equal(line(chat.segments, 'choices[1].message.refusal'), 'assistant/model/refusal I may not.');
  assert.equal(chat.segments.find(({ id }) => id === 'choices[1].message.refusal')!.message, 1);
  assert.equal(line(chat.segments, 'choices[0].message.audio.transcript'), 'assistant/model/transcript Hi there aloud');
  assert.equal(
    line(chat.segments, 'choices[0].message.tool_calls[0].function.arguments.account'),
    'assistant/model/tool-arguments @get_balance a "b"',
  );
  assert.deepEqual(chat.shadows, [{ message: 0, path: ['choices', 0, 'logprobs'] }]);
  assert.deepEqual(chat.usage, {
    inputTokens: 20,
    outputTokens: 10,
    cachedInputTokens: 5,
    reasoningTokens: 3,
    estimated: false,
  });
  assert.deepEqual([chat.id, chat.model], ['chatcmpl-1', 'gpt-5']);
  const responses = surface('openai-responses').parseResponse(fixture('openai-responses.response.json'))!;
  assert.deepEqual(responses.shadows, [{ message: 1, path: ['output', 1, 'content', 0, 'logprobs'] }]);
  assert.deepEqual(responses.usage, {
    inputTokens: 20,
    outputTokens: 10,
    cachedInputTokens: 5,
    reasoningTokens: 3,
    estimated: false,
  });
  const messages = surface('anthropic-messages').parseResponse(fixture('anthropic-messages.response.json'))!;
  assert.deepEqual(messages.usage, {
    inputTokens: 32,
    outputTokens: 10,
    cachedInputTokens: 5,
    cacheWriteTokens: 7,
    reasoningTokens: 3,
    estimated: false,
  });
  const list = surface('openai-responses').parseResponse({
    object: 'list',
    data: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'kept' }] }],
  })!;
  assert.equal(line(list.segments, 'data[0].content[0].text'), 'assistant/user/text kept');
});

/** Paths of all values in a document. */
function paths(value: unknown, path: JsonPath = []): JsonPath[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, child]) =>
    paths(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...below];
}

/** Bodies near the real thing: a fixture with some values replaced by anything. */
function mutants(name: string): fc.Arbitrary<unknown> {
  const text = JSON.stringify(fixture(name));
  const places = paths(JSON.parse(text));
  const value = fc.oneof(
    fc.constantFrom<unknown>(null, 7, '', [], {}, [[{}]], 'x', { type: 'text' }, { text: ['x'] }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  return fc.uniqueArray(fc.tuple(fc.nat(places.length - 1), value), { maxLength: 4, selector: ([place]) => place }).map(
    (edits) => JSON.parse(spliceJson(text, edits.map(([place, put]) => ({ path: places[place]!, value: put })))) as unknown, // prettier-ignore
  );
}

for (const one of SURFACES) {
  const name = one.id === 'anthropic-count-tokens' ? 'anthropic-messages' : one.id;
  test(`${one.id}: nothing makes the readers fall over`, () => {
    const inspect = (body: unknown) => {
      try {
        const { segments } = one.parseRequest(body);
        assert.equal(new Set(segments.map(({ id }) => id)).size, segments.length);
        for (const { text, media } of segments)
          assert.ok(typeof text === 'string' && (text !== '' || media !== undefined));
      } catch (error) {
        if (!isFault(error) || error.code !== 'ERR_REQUEST_INVALID') throw error;
      }
      one.parseResponse(body);
      if (one.createStreamReader === undefined) return;
      const reader = one.createStreamReader(
        one.parseRequest({ model: 'm', max_tokens: 1, messages: [], input: '', prompt: '' }),
      );
      const event = { event: '', data: JSON.stringify(body) };
      reader.read(event);
      reader.sent(event);
      reader.end({ kind: 'refusal', message: 'no' }, 'req_1');
    };
    fc.assert(fc.property(mutants(`${name}.request.json`), inspect), { numRuns: 400 });
    fc.assert(fc.property(fc.jsonValue(), inspect), { numRuns: 200 });
    if (one.generates) fc.assert(fc.property(mutants(`${name}.response.json`), inspect), { numRuns: 400 });
  });
}

test('chat: film and sound of compatible servers are media, not texts', () => {
  const { segments } = surface('openai-chat').parseRequest({
    model: 'm',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAA' } },
          { type: 'audio_url', audio_url: { url: 'https://x.example/a.wav' } },
        ],
      },
    ],
  });
  assert.equal(line(segments, 'messages[0].content[0].video_url.url'), 'user/user/media video/mp4 3 bytes');
  assert.equal(line(segments, 'messages[0].content[1].audio_url.url'), 'user/user/media https://x.example/a.wav');
});
