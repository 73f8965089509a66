/** What the stream readers see: every string, joined into the right channels, closed at the right frames. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Fault } from '../core/fault.ts';
import { spliceJson } from '../text/json/splice-json.ts';
import { anthropicMessages } from './anthropic-messages/surface.ts';
import { openaiChat } from './openai-chat/surface.ts';
import { openaiCompletions } from './openai-completions/surface.ts';
import { RESPONSE_ENVELOPE } from './openai-responses/response.ts';
import { openaiResponses } from './openai-responses/surface.ts';
import type { JsonPath } from './segment.ts';
import { createFrameSplitter } from './sse/split-frames.ts';
import type { FrameView, SseEvent, StreamReader, Surface } from './surface.ts';
import {
  chatStream,
  messagesStream,
  responsesStream,
  richChatStream,
  richMessagesStream,
  richResponsesStream,
} from './testing/sample-streams.ts';

const REQUESTS = {
  'openai-chat': { model: 'gpt-5', messages: [], stream: true },
  'openai-responses': { model: 'gpt-5', input: 'Hi', stream: true },
  'openai-completions': { model: 'm', prompt: 'Hi', stream: true },
  'anthropic-messages': { model: 'claude-sonnet-5', max_tokens: 10, messages: [], stream: true },
} as const;

function readerFor(surface: Surface): StreamReader {
  return surface.createStreamReader!(surface.parseRequest(REQUESTS[surface.id as keyof typeof REQUESTS]));
}

function events(frames: readonly string[]): SseEvent[] {
  const split = createFrameSplitter({ maxFrame: 1 << 20 }).push(Buffer.from(frames.join('')));
  return split.map(({ event }) => event!);
}

function views(surface: Surface, frames: readonly string[]): FrameView[] {
  const reader = readerFor(surface);
  return events(frames).map((event) => reader.read(event));
}

/** Text by channel, and a check that nothing is said on a channel after its end. */
function channels(list: readonly FrameView[]): Map<string, string> {
  const texts = new Map<string, string>();
  const closed = new Set<string>();
  for (const view of list) {
    for (const { channel, text } of view.deltas) {
      assert.ok(!closed.has(channel), `${channel} goes on after its end`);
      texts.set(channel, (texts.get(channel) ?? '') + text);
    }
    for (const channel of view.closes) closed.add(channel);
  }
  for (const channel of texts.keys()) assert.ok(closed.has(channel), `${channel} is never closed`);
  return texts;
}

const completionFrames = [
  { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'm', choices: [{ index: 0, text: 'there', logprobs: null, finish_reason: null }] },
  { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'm', choices: [{ index: 1, text: 'a king', logprobs: { tokens: ['a'] }, finish_reason: 'stop', extra: 'more words' }] },
  { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'm', choices: [{ index: 0, text: ' was', logprobs: null, finish_reason: 'length' }] },
  { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'm', choices: [], usage: { prompt_tokens: 1, completion_tokens: 3, total_tokens: 4 } },
].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).concat('data: [DONE]\n\n'); // prettier-ignore

const CASES: readonly (readonly [Surface, string, readonly string[]])[] = [
  [openaiChat, 'plain', chatStream()],
  [openaiChat, 'rich', richChatStream()],
  [anthropicMessages, 'plain', messagesStream()],
  [anthropicMessages, 'rich', richMessagesStream()],
  [openaiResponses, 'plain', responsesStream()],
  [openaiResponses, 'rich', richResponsesStream()],
  [openaiCompletions, 'plain', completionFrames],
];

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function* strings(value: Json, path: (string | number)[] = []): Generator<[JsonPath, string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* strings(item, [...path, index]);
  else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) yield* strings(item, [...path, key]);
  }
}

function* values(value: Json, path: (string | number)[] = []): Generator<JsonPath> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value))
    yield* values(item, [...path, Array.isArray(value) ? Number(key) : key]);
}

function* objects(value: Json, path: (string | number)[] = []): Generator<JsonPath> {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* objects(item, [...path, index]);
  else if (value !== null && typeof value === 'object') {
    yield path;
    for (const [key, item] of Object.entries(value)) yield* objects(item, [...path, key]);
  }
}

/** What a response object repeats of the request. */
function repeatsRequest(path: JsonPath): boolean {
  return path[0] === 'response' && RESPONSE_ENVELOPE.has(String(path[1]));
}

/** Objects of numbers and of settings that the client itself sent. */
const IGNORED = /^(usage|logprobs|prompt_filter_results|content_filter_results|stop_details|metadata)$/;

/**
 * Where a marker may stay unseen: ids, names of models and types, why it stopped, the request repeated, random padding,
 * ciphertext and images while they look like it (a text there is seen, see `every-string.test.ts`), and log
 * probabilities, which are shadows.
 */
const UNSEEN =
  /^(id|object|model|obfuscation|system_fingerprint|type|finish_reason|stop_reason|item_id|partial_image_b64|result|role|status|severity|instructions|signature|encrypted_content|data|tool_use_id|call_id|token|stop_sequence)$/;

const MARKER = 'MARKER 5f1c planted';

for (const [surface, name, frames] of CASES) {
  test(`${surface.id}, ${name}: every string of every frame is seen, or its event counts as unknown`, () => {
    let seen = 0;
    for (const [index, event] of events(frames).entries()) {
      if (event.data === '[DONE]') continue;
      for (const [path] of strings(JSON.parse(event.data) as Json)) {
        const reader = readerFor(surface);
        for (const earlier of events(frames.slice(0, index))) reader.read(earlier);
        const view = reader.read({ ...event, data: spliceJson(event.data, [{ path, value: MARKER }]) });
        if (!view.known) continue;
        const said = [...view.deltas, ...view.copies].some(({ text }) => text.includes(MARKER));
        if (said) seen++;
        else assert.ok(path.some((step) => UNSEEN.test(String(step)) || step === 'logprobs' || step === 'prompt_filter_results' || step === 'content_filter_results') || repeatsRequest(path), `frame ${index}: ${path.join('.')} is invisible in ${event.data}`); // prettier-ignore
        // What is said can be taken out again.
        for (const { path: at, text } of [...view.deltas, ...view.copies]) {
          const value = at.reduce<unknown>((node, step) => (node as Record<string | number, unknown>)[step], JSON.parse(spliceJson(event.data, [{ path, value: MARKER }]))); // prettier-ignore
          if (typeof value === 'string') assert.equal(value, text);
        }
      }
    }
    assert.ok(seen >= 3);
  });

  test(`${surface.id}, ${name}: a member that the protocol does not have is seen, wherever it stands`, () => {
    for (const [index, event] of events(frames).entries()) {
      if (event.data === '[DONE]') continue;
      for (const path of objects(JSON.parse(event.data) as Json)) {
        if (path.some((step) => IGNORED.test(String(step))) || repeatsRequest(path)) continue;
        const reader = readerFor(surface);
        for (const earlier of events(frames.slice(0, index))) reader.read(earlier);
        const view = reader.read({
          ...event,
          data: spliceJson(event.data, [{ path: [...path, 'stranger'], insert: MARKER }]),
        });
        const said = [...view.deltas, ...view.copies].some(({ text }) => text === MARKER);
        assert.ok(said || !view.known, `frame ${index}: ${path.join('.')} hides a stranger in ${event.data}`);
      }
    }
  });

  test(`${surface.id}, ${name}: nothing makes the reader fall over, and no channel goes on after its end`, () => {
    const all = events(frames);
    const value = fc.oneof(
      fc.constantFrom<unknown>(null, 7, -1, 1e9, '', 'x', [], {}, [{}], true),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const change = fc.tuple(fc.nat(all.length - 1), fc.nat(), value);
    // Some frames changed in one place, and some moved.
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 3 }),
        fc.array(fc.nat(all.length - 1), { maxLength: 3 }),
        fc.nat(2),
        (changes, moves, kind) => {
          const stream = [...all];
          for (const [index, place, put] of changes) {
            const event = all[index]!;
            if (event.data === '[DONE]') continue;
            const places = [...values(JSON.parse(event.data) as Json)];
            stream[index] = {
              ...event,
              data: spliceJson(event.data, [{ path: places[place % places.length]!, value: put }]),
            };
          }
          for (const from of moves) stream.splice((from * 7) % stream.length, 0, ...stream.splice(from, 1));
          const reader = readerFor(surface);
          const closed = new Set<string>();
          for (const event of stream) {
            const view = reader.read(event);
            for (const { channel } of view.deltas) assert.ok(!closed.has(channel), channel);
            for (const channel of view.closes) closed.add(channel);
            reader.sent(event);
            reader.ping();
          }
          const end = reader.end(
            [
              { kind: 'refusal', message: 'no' } as const,
              { kind: 'length', usage: { inputTokens: 1, outputTokens: 1, estimated: true } } as const,
              { kind: 'error', fault: new Fault('ERR_BLOCKED', 'no') } as const,
            ][kind]!,
            'req_1',
          );
          assert.ok(end.length < 100_000);
          assert.ok(end === '' || end.endsWith('\n\n'));
        },
      ),
      { numRuns: 300 },
    );
  });

  test(`${surface.id}, ${name}: channels end, once`, () => {
    const list = views(surface, frames);
    assert.ok(channels(list).size > 0);
    assert.equal(list.at(-1)!.terminal, true);
    assert.equal(
      list.slice(0, -1).some((view) => view.terminal),
      false,
    );
  });
}

test('chat: texts by channel, reasoning ended by the answer, one tool by the next', () => {
  const list = views(openaiChat, richChatStream());
  assert.deepEqual(Object.fromEntries(channels(list)), {
    '0/reasoning_content': 'They greet me.',
    '0/reasoning': 'Said otherwise.',
    '0/reasoning_details.0.text': 'step one',
    '0/text': 'Hello there',
    '0/transcript': 'Hello aloud',
    '0/tool/0/name': 'get_balance',
    '0/tool/0/arguments': '{"a":1}',
    '0/tool/1/name': 'run_sql',
    '0/tool/1/arguments': 'select 1',
    '0/tool/1/extra.note': 'an extra',
    '0/function/name': 'lookup',
    '0/function/arguments': '{}',
    '0/thoughts.0.part': 'an extension',
    '1/refusal': 'I may not.',
  });
  assert.deepEqual(
    new Set(list[5]!.closes),
    new Set(['0/reasoning_content', '0/reasoning', '0/reasoning_details.0.text']),
  );
  assert.deepEqual(list[5]!.shadows, [{ channel: '0/text', path: ['choices', 0, 'logprobs', 'content'] }]);
  assert.ok(list[11]!.closes.includes('0/tool/0/arguments'));
  assert.equal(list[10]!.deltas[0]!.tool, 'get_balance');
  assert.deepEqual(list[14]!.closes, ['1/refusal']);
  assert.deepEqual(
    list.slice(1, 4).map((view) => view.lane),
    ['0', '1', '0'],
  );
  assert.equal(list[0]!.lane, null);
  assert.equal(list[16]!.usageOnly, true);
  assert.deepEqual(list[16]!.usage, {
    inputTokens: 20,
    outputTokens: 10,
    cachedInputTokens: 5,
    reasoningTokens: 3,
    estimated: false,
  });
});

test('chat: a kind of text that comes again after its end has a channel of its own', () => {
  const chunk = (delta: object) =>
    `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;
  const call = (index: number, name: string) => chunk({ tool_calls: [{ index, function: { name, arguments: '{' } }] });
  const frames = [
    chunk({ reasoning: 'a' }),
    chunk({ content: 'b' }),
    chunk({ reasoning: 'c' }),
    call(0, 'x'),
    call(1, 'y'),
    call(0, ''),
    'data: [DONE]\n\n',
  ];
  const texts = channels(views(openaiChat, frames));
  assert.deepEqual([texts.get('0/reasoning'), texts.get('0/reasoning#2')], ['a', 'c']);
  assert.deepEqual([texts.get('0/tool/0/arguments'), texts.get('0/tool/0/arguments#2')], ['{', '{']);
});

test('chat: a frame for several choices is a barrier, and so is one for none', () => {
  const chunk = (indices: number[]) =>
    `data: ${JSON.stringify({ id: 'c', choices: indices.map((index) => ({ index, delta: { content: 'x' } })) })}\n\n`;
  assert.deepEqual(
    views(openaiChat, [chunk([0, 1]), chunk([]), chunk([1]), chunk([1, 1]), chunk([1, 0, 1])]).map((view) => view.lane),
    [null, null, '1', '1', null],
  );
});

test('messages: texts by channel; a first text and its deltas are one', () => {
  const plain = channels(views(anthropicMessages, messagesStream()));
  assert.deepEqual(Object.fromEntries(plain), {
    '0/thinking': 'They greet me.',
    '1/text': 'Hello there',
    '2/input': '{"account":"main"}',
  });
  const list = views(anthropicMessages, richMessagesStream());
  assert.equal(channels(list).get('0/text'), 'Begin');
  assert.deepEqual(list.filter((view) => !view.known).length, 2);
  const copied = list.flatMap((view) => view.copies.map(({ text }) => text));
  for (const text of [
    'quoted words',
    'said at once',
    'web_search',
    'Rates today',
    'so far',
    'nobody knows this',
    'I may not.',
  ]) {
    assert.ok(copied.includes(text), text);
  }
});

test('messages: usage is the whole input and the last count of the output', () => {
  const usage = views(anthropicMessages, messagesStream()).findLast((view) => view.usage !== null)!.usage;
  assert.deepEqual(usage, {
    inputTokens: 27,
    outputTokens: 15,
    cachedInputTokens: 4,
    cacheWriteTokens: 3,
    estimated: false,
  });
  const rich = views(anthropicMessages, richMessagesStream()).findLast((view) => view.usage !== null)!.usage;
  assert.deepEqual(rich, {
    inputTokens: 27,
    outputTokens: 15,
    cachedInputTokens: 4,
    cacheWriteTokens: 3,
    reasoningTokens: 2,
    estimated: false,
  });
});

test('responses: each repeated copy is on the channel of its deltas, and has their text', () => {
  for (const frames of [responsesStream(), richResponsesStream()]) {
    const list = views(openaiResponses, frames);
    const texts = channels(list);
    const copied = new Set<string>();
    for (const { channel, text } of list.flatMap((view) => view.copies)) {
      if (!texts.has(channel)) continue;
      assert.equal(text, texts.get(channel), channel);
      copied.add(channel);
    }
    for (const channel of texts.keys()) {
      if (!/transcript|output/.test(channel)) assert.ok(copied.has(channel), `${channel} is never repeated`);
    }
  }
  // `output_text.done`, `content_part.done`, `output_item.done` and `response.completed`.
  const plain = views(openaiResponses, responsesStream()).flatMap((view) => view.copies);
  assert.equal(plain.filter(({ channel }) => channel === '1/0/text').length, 4);
  assert.equal(plain.filter(({ channel }) => channel === '2/arguments').length, 3);
  assert.equal(plain.filter(({ channel }) => channel === '0/summary/0').length, 4);
});

test('responses: log probabilities are shadows wherever they stand', () => {
  const list = views(openaiResponses, richResponsesStream());
  const paths = list.flatMap((view) => view.shadows.map(({ channel, path }) => `${channel} ${path.join('.')}`));
  assert.deepEqual(paths, [
    '0/0/text logprobs',
    '0/0/text logprobs',
    '0/0/text part.logprobs',
    '0/0/text item.content.0.logprobs',
  ]);
  assert.deepEqual(list.filter((view) => !view.known).length, 1);
  assert.equal(list.at(-1)!.error, 'server_error: it broke down');
});

test('what is not the protocol is not known', () => {
  for (const [surface] of CASES) {
    const reader = readerFor(surface);
    for (const data of [
      '',
      'not json',
      '[]',
      '"text"',
      'null',
      '{"choices":"x"}',
      '{"type":"x"}',
      '{"choices":[1]}',
      '{"choices":[{"delta":"text"}]}',
    ]) {
      assert.equal(
        reader.read({ event: '', data }).known,
        surface === openaiCompletions && data.includes('delta'),
        `${surface.id} ${data}`,
      );
    }
  }
  const named = readerFor(anthropicMessages).read({
    event: 'ping',
    data: '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}',
  });
  assert.equal(named.known, false, 'the event line and the type disagree');
});

test('an error of the provider ends the stream, and its words are text', () => {
  const cases: [Surface, SseEvent][] = [
    [
      openaiChat,
      {
        event: '',
        data: '{"error":{"message":"bad key sk-1","type":"server_error"},"choices":[{"index":0,"delta":{"content":"beside it"}}]}',
      },
    ],
    [openaiCompletions, { event: '', data: '{"error":{"message":"bad key sk-1"}}' }],
    [openaiResponses, { event: 'error', data: '{"type":"error","message":"bad key sk-1","code":null}' }],
    [
      anthropicMessages,
      { event: 'error', data: '{"type":"error","error":{"type":"overloaded_error","message":"bad key sk-1"}}' },
    ],
  ];
  for (const [surface, event] of cases) {
    const view = readerFor(surface).read(event);
    assert.equal(view.terminal, true);
    assert.match(view.error!, /bad key/);
    assert.ok(view.copies.some(({ text }) => text === 'bad key sk-1'));
  }
  assert.ok(
    readerFor(openaiChat)
      .read(cases[0]![1])
      .copies.some(({ text }) => text === 'beside it'),
  );
});

test('responses: a part far beyond those that there are does not make the ending long', () => {
  for (const far of [2, 200, 9999, 10_000, 1e9, '9999', [9999]]) {
    for (const frames of [responsesStream(), richResponsesStream()]) {
      for (const member of ['content_index', 'summary_index']) {
        const all = events(frames).slice(0, -1);
        for (let count = 1; count <= all.length; count++) {
          const reader = readerFor(openaiResponses);
          for (const event of all.slice(0, count)) {
            const data = JSON.parse(event.data) as Json & { [key: string]: Json };
            const changed = Object.hasOwn(data, member)
              ? { ...event, data: spliceJson(event.data, [{ path: [member], value: far }]) }
              : event;
            reader.read(changed);
            reader.sent(changed);
          }
          const end = reader.end({ kind: 'refusal', message: 'no' }, 'req_1');
          assert.ok(end.length < 30_000, `${end.length} units after ${member} ${String(far)}`);
          assert.ok(!end.includes('null,null,null'), 'no parts that never were');
        }
      }
    }
  }
});
