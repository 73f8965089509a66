/**
 * A provider, or who writes what it says, tries to get a secret past an output rule: in every member of every frame and
 * answer that Parapet knows, in keys, in fields of the stream's own format, in headers and in errors.
 */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { type Way, WAYS } from './ask.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';

/** Made up, in the shape that the vendor publishes. */
const SECRET = 'AKIAQ3EGTUW5ZLN7YMRD';
const OWN_KEY = 'sk-upstream-openai';

const CHAT = WAYS.find(({ surface }) => surface === 'openai-chat')!;
const RESPONSES = WAYS.find(({ surface }) => surface === 'openai-responses')!;
const COMPLETIONS = WAYS.find(({ surface }) => surface === 'openai-completions')!;
const MESSAGES = WAYS.find(({ surface }) => surface === 'anthropic-messages')!;

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' };
const chunk = (delta: object, finish: string | null = null): object => ({
  ...head,
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const sse = (...frames: (object | string)[]): string =>
  frames
    .map((frame) => {
      if (typeof frame === 'string') return frame;
      const { type } = frame as { type?: string };
      return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(frame)}\n\n`;
    })
    .join('');
const DONE = 'data: [DONE]\n\n';

/** A chat stream with `frame` in its middle. */
const chat = (frame: object | string): string =>
  sse(chunk({ role: 'assistant', content: 'well ' }), frame, chunk({}, 'stop'), DONE);
const message = (...frames: (object | string)[]): string =>
  sse(
    {
      type: 'message_start',
      message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null,
        usage: { input_tokens: 1, output_tokens: 1 } },
    },
    ...frames,
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 3 } },
    { type: 'message_stop' },
  ); // prettier-ignore
const block = (index: number, ...texts: string[]): object[] => [
  { type: 'content_block_start', index, content_block: { type: 'text', text: '' } },
  ...texts.map((text) => ({ type: 'content_block_delta', index, delta: { type: 'text_delta', text } })),
  { type: 'content_block_stop', index },
];
const response = (status: string, output: object[] = [], more: object = {}): object => ({
  id: 'resp_1', object: 'response', created_at: 1, status, model: 'm', output, usage: null, error: null, ...more,
}); // prettier-ignore
const responses = (...frames: (object | string)[]): string =>
  sse({ type: 'response.created', response: response('in_progress'), sequence_number: 0 }, ...frames, {
    type: 'response.completed',
    response: response('completed'),
    sequence_number: 99,
  });
const completion = (choice: object, more: object = {}): string =>
  sse({ id: 'cmpl-1', object: 'text_completion', created: 1, model: 'm', choices: [choice], ...more }, DONE);

/** What the provider sends, by name: the secret must not be read at the other end. */
const STREAMS: readonly (readonly [string, Way, string])[] = [
  ['chat: a bare word in an unknown member of a delta', CHAT, chat(chunk({ content: 'x', foo: SECRET }))],
  ['chat: a sentence in an unknown member of a delta', CHAT, chat(chunk({ foo: `the id is ${SECRET} ok` }))],
  ['chat: a delta that is a list', CHAT, chat({ ...head, choices: [{ index: 0, delta: [SECRET] }] })],
  ['chat: a delta that is a string', CHAT, chat({ ...head, choices: [{ index: 0, delta: SECRET }] })],
  ['chat: a member of a choice', CHAT, chat({ ...head, choices: [{ index: 0, delta: {}, extra: SECRET }] })],
  ['chat: finish_reason', CHAT, chat({ ...head, choices: [{ index: 0, delta: {}, finish_reason: SECRET }] })],
  ['chat: a member of a chunk', CHAT, chat({ ...chunk({}), extra: { deep: [SECRET] } })],
  ['chat: system_fingerprint', CHAT, chat({ ...chunk({}), system_fingerprint: `fp ${SECRET}` })],
  ['chat: id', CHAT, chat({ ...chunk({ content: 'x' }), id: SECRET })],
  ['chat: model', CHAT, chat({ ...chunk({ content: 'x' }), model: `m ${SECRET}` })],
  ['chat: obfuscation', CHAT, chat({ ...chunk({ content: 'x' }), obfuscation: `x ${SECRET}` })],
  ['chat: usage', CHAT, chat({ ...chunk({}), usage: { prompt_tokens: 1, completion_tokens: 1, note: SECRET } })],
  ['chat: role', CHAT, chat(chunk({ role: SECRET, content: 'x' }))],
  ['chat: tool calls that are no list', CHAT, chat(chunk({ tool_calls: { 0: { function: { arguments: SECRET } } } }))],
  ['chat: id of a tool call', CHAT, chat(chunk({ tool_calls: [{ index: 0, id: SECRET, type: 'function' }] }))],
  ['chat: type of a tool call', CHAT, chat(chunk({ tool_calls: [{ index: 0, id: 'c', type: SECRET }] }))],
  ['chat: arguments that are an object', CHAT,
    chat(chunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: { deep: SECRET } } }] }))],
  ['chat: a key in the arguments', CHAT,
    chat(chunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: `{"${SECRET}":1}` } }] }))],
  ['chat: an escaped key in the arguments', CHAT,
    chat(chunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: `{"\\u0041${SECRET.slice(1)}":1}` } }] }))],
  ['chat: an escaped value in the arguments', CHAT,
    chat(chunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: `{"a":"\\u0041${SECRET.slice(1)}"}` } }] }))],
  ['chat: the name of a tool', CHAT, chat(chunk({ tool_calls: [{ index: 0, id: 'c', function: { name: SECRET, arguments: '' } }] }))],
  ['chat: reasoning_details', CHAT, chat(chunk({ reasoning_details: [{ type: 'reasoning.text', text: SECRET, index: 0 }] }))],
  ['chat: reasoning_details in two frames', CHAT,
    sse(chunk({ reasoning_details: [{ type: 'reasoning.text', text: `k ${SECRET.slice(0, 9)}` }] }),
      chunk({ reasoning_details: [{ type: 'reasoning.text', text: `${SECRET.slice(9)} e` }] }), chunk({}, 'stop'), DONE)],
  ['chat: audio', CHAT, chat(chunk({ audio: { id: SECRET, transcript: `say ${SECRET}`, data: 'AAAA' } }))],
  ['chat: title of an annotation', CHAT,
    chat(chunk({ annotations: [{ type: 'url_citation', url_citation: { title: SECRET, url: `https://x/${SECRET}` } }] }))],
  ['chat: an object key', CHAT, chat(chunk({ content: 'x', foo: { [SECRET]: 1 } }))],
  ['chat: a key of the delta itself', CHAT, chat(chunk({ content: 'x', [SECRET]: 1 }))],
  ['chat: a key of the chunk itself', CHAT, chat({ ...chunk({ content: 'x' }), [SECRET]: true })],
  ['chat: a key of an event of unknown kind', CHAT, chat({ hello: { [SECRET]: 1 } })],
  ['chat: log probabilities without text', CHAT,
    chat({ ...head, choices: [{ index: 0, delta: { content: 'x' }, logprobs: { content: [{ token: `the ${SECRET} is`, logprob: 0 }] } }] })],
  ['chat: an error in the middle', CHAT, sse(chunk({ content: 'a' }), { error: { message: `no ${SECRET}`, code: SECRET } })],
  ['chat: our own key in an error in the middle', CHAT, sse(chunk({ content: 'a' }), { error: { message: `bad key ${OWN_KEY}` } })],
  ['chat: a comment', CHAT, chat(`: ${SECRET}\n\n`)],
  ['chat: a comment in a frame', CHAT, chat(`: ${SECRET}\ndata: ${JSON.stringify(chunk({ content: 'x' }))}\n\n`)],
  ['chat: the id of an event', CHAT, chat(`id: ${SECRET}\ndata: ${JSON.stringify(chunk({ content: 'x' }))}\n\n`)],
  ['chat: the name of an event', CHAT, chat(`event: ${SECRET}\ndata: ${JSON.stringify(chunk({ content: 'x' }))}\n\n`)],
  ['chat: a field that no client reads', CHAT, chat(`${SECRET}\ndata: ${JSON.stringify(chunk({ content: 'x' }))}\n\n`)],
  ['chat: a key that stands twice', CHAT,
    chat(`data: {"choices":[{"index":0,"delta":{"content":"${SECRET}","content":"safe"}}]}\n\n`)],
  ['chat: behind the end', CHAT, sse(chunk({ content: 'a' }, 'stop'), DONE, chunk({ content: SECRET }))],
  ['chat: data behind the last blank line', CHAT, `${sse(chunk({ content: 'a ' }))}data: ${JSON.stringify(chunk({ content: SECRET }))}`],
  ['chat: not an event stream at all', CHAT, `the id is ${SECRET}`],
  ['completions: a bare word in a member of a choice', COMPLETIONS, completion({ index: 0, text: 'x', foo: SECRET })],
  ['completions: text that is a list', COMPLETIONS, completion({ index: 0, text: [SECRET] })],
  ['completions: a member of a chunk', COMPLETIONS, completion({ index: 0, text: 'x' }, { extra: SECRET })],
  ['messages: a bare word beside the text of a delta', MESSAGES,
    message(...block(0, 'x').map((frame, at) => (at === 1 ? { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'x', foo: SECRET } } : frame)))],
  ['messages: a word in a member of an event', MESSAGES, message({ type: 'content_block_stop', index: 0, foo: SECRET })],
  ['messages: a ping', MESSAGES, message({ type: 'ping', note: SECRET })],
  ['messages: a member of the message', MESSAGES,
    sse({ type: 'message_start', message: { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], foo: SECRET } }, { type: 'message_stop' })],
  ['messages: a member of message_delta', MESSAGES, message({ type: 'message_delta', delta: { stop_reason: 'end_turn', foo: SECRET }, usage: {} })],
  ['messages: stop_sequence', MESSAGES, message({ type: 'message_delta', delta: { stop_reason: 'x', stop_sequence: SECRET }, usage: {} })],
  ['messages: stop_details', MESSAGES,
    message({ type: 'message_delta', delta: { stop_reason: 'refusal', stop_details: { type: 'refusal', category: SECRET, explanation: SECRET } }, usage: {} })],
  ['messages: a citation', MESSAGES,
    message({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'citations_delta', citation: { type: 'char_location', cited_text: SECRET, document_title: SECRET } } },
      { type: 'content_block_stop', index: 0 })],
  ['messages: the input of a server tool', MESSAGES,
    message({ type: 'content_block_start', index: 0, content_block: { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: SECRET } } },
      { type: 'content_block_stop', index: 0 })],
  ['messages: a result of a server tool', MESSAGES,
    message({ type: 'content_block_start', index: 0, content_block: { type: 'web_search_tool_result', tool_use_id: 's',
      content: [{ type: 'web_search_result', title: SECRET, url: 'https://x', encrypted_content: 'QUJD' }] } }, { type: 'content_block_stop', index: 0 })],
  ['messages: a block of unknown type', MESSAGES,
    message({ type: 'content_block_start', index: 0, content_block: { type: 'novel', word: SECRET, deep: { a: [SECRET] } } }, { type: 'content_block_stop', index: 0 })],
  ['messages: a delta of unknown type', MESSAGES, message({ type: 'content_block_delta', index: 0, delta: { type: 'novel_delta', word: SECRET } })],
  ['messages: a signature', MESSAGES,
    message({ type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: `sig ${SECRET}` } })],
  ['messages: the id of a block', MESSAGES,
    message({ type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: SECRET, name: 'f', input: {} } }, { type: 'content_block_stop', index: 0 })],
  ['messages: two blocks', MESSAGES, message(...block(0, `id ${SECRET.slice(0, 10)}`), ...block(1, `${SECRET.slice(10)} end`))],
  ['messages: three blocks', MESSAGES,
    message(...block(0, `id ${SECRET.slice(0, 6)}`), ...block(1, SECRET.slice(6, 12)), ...block(2, `${SECRET.slice(12)} end`))],
  ['messages: an error', MESSAGES, message({ type: 'error', error: { type: 'api_error', message: `no ${SECRET}` } })],
  ['responses: beside a delta', RESPONSES,
    responses({ type: 'response.output_text.delta', item_id: 'i', output_index: 0, content_index: 0, delta: 'x', foo: SECRET, sequence_number: 1 })],
  ['responses: item_id', RESPONSES,
    responses({ type: 'response.output_text.delta', item_id: SECRET, output_index: 0, content_index: 0, delta: 'x', sequence_number: 1 })],
  ['responses: a quiet event', RESPONSES, responses({ type: 'response.web_search_call.completed', item_id: 'i', output_index: 0, query: SECRET, sequence_number: 1 })],
  ['responses: an item of unknown type', RESPONSES,
    responses({ type: 'response.output_item.added', output_index: 0, item: { type: 'novel', id: 'n', word: SECRET, deep: [SECRET] }, sequence_number: 1 })],
  ['responses: text that only the last event has', RESPONSES,
    sse({ type: 'response.created', response: response('in_progress'), sequence_number: 0 },
      { type: 'response.completed', sequence_number: 1, response: response('completed', [{ type: 'message', id: 'm', role: 'assistant', status: 'completed',
        content: [{ type: 'output_text', text: `it is ${SECRET}`, annotations: [{ type: 'url_citation', title: SECRET }] }] }]) })],
  ['responses: a member of the response', RESPONSES,
    sse({ type: 'response.created', response: response('in_progress', [], { foo: SECRET }), sequence_number: 0 }, { type: 'response.completed', response: response('completed') })],
  ['responses: two parts', RESPONSES,
    responses(
      { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'm', role: 'assistant', content: [] }, sequence_number: 1 },
      ...[SECRET.slice(0, 10), `${SECRET.slice(10)} end`].flatMap((text, content_index) => [
        { type: 'response.content_part.added', item_id: 'm', output_index: 0, content_index, part: { type: 'output_text', text: '' } },
        { type: 'response.output_text.delta', item_id: 'm', output_index: 0, content_index, delta: text },
        { type: 'response.output_text.done', item_id: 'm', output_index: 0, content_index, text },
        { type: 'response.content_part.done', item_id: 'm', output_index: 0, content_index, part: { type: 'output_text', text } },
      ]),
      { type: 'response.output_item.done', output_index: 0, item: { type: 'message', id: 'm', role: 'assistant', content: [
        { type: 'output_text', text: SECRET.slice(0, 10) }, { type: 'output_text', text: `${SECRET.slice(10)} end` }] }, sequence_number: 9 })],
  ['responses: failed', RESPONSES,
    sse({ type: 'response.created', response: response('in_progress'), sequence_number: 0 },
      { type: 'response.failed', response: response('failed', [], { error: { code: 'server_error', message: `no ${SECRET}` } }), sequence_number: 1 })],
  ['responses: an error', RESPONSES, sse({ type: 'error', code: 'x', message: `no ${SECRET}`, param: null, sequence_number: 0 })],
]; // prettier-ignore

/** Whole answers, by name. */
const whole = (choice: object, more: object = {}): object => ({
  id: 'c', object: 'chat.completion', created: 1, model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'x' }, ...choice }], ...more,
}); // prettier-ignore
const called = (call: object): object =>
  whole({ message: { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', ...call }] } });
const messages = (content: object[], more: object = {}): object => ({
  id: 'm', type: 'message', role: 'assistant', model: 'm', content, stop_reason: 'end_turn', stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 }, ...more,
}); // prettier-ignore

const ANSWERS: readonly (readonly [string, Way, object])[] = [
  ['chat: a bare word in an unknown member', CHAT, whole({ message: { role: 'assistant', content: 'x', foo: SECRET } })],
  ['chat: in a key', CHAT, whole({ message: { role: 'assistant', content: 'x', foo: { [SECRET]: 1 } } })],
  ['chat: in a key of the message', CHAT, whole({ message: { role: 'assistant', content: 'x', [SECRET]: 1 } })],
  ['chat: in a key of the answer', CHAT, whole({}, { [SECRET]: 1 })],
  ['chat: in a key of an argument', CHAT, called({ function: { name: 'f', arguments: `{"${SECRET}":1}` } })],
  ['chat: escaped in an argument', CHAT, called({ function: { name: 'f', arguments: `{"a":"\\u0041${SECRET.slice(1)}"}` } })],
  ['chat: the id of a tool call', CHAT, called({ id: SECRET, function: { name: 'f', arguments: '{}' } })],
  ['chat: the type of a tool call', CHAT, called({ type: `x ${SECRET}`, function: { name: 'f', arguments: '{}' } })],
  ['chat: arguments that are an object', CHAT, called({ function: { name: 'f', arguments: { deep: [SECRET] } } })],
  ['chat: finish_reason', CHAT, whole({ finish_reason: `x ${SECRET}` })],
  ['chat: id', CHAT, whole({}, { id: SECRET })],
  ['chat: system_fingerprint', CHAT, whole({}, { system_fingerprint: SECRET })],
  ['chat: usage', CHAT, whole({}, { usage: { prompt_tokens: 1, note: SECRET } })],
  ['chat: log probabilities without text', CHAT, whole({ logprobs: { content: [{ token: `the ${SECRET} is`, logprob: 0 }] } })],
  ['chat: annotation', CHAT, whole({ message: { role: 'assistant', content: 'x', annotations: [{ type: 'url_citation', url_citation: { title: SECRET } }] } })],
  ['chat: spoken', CHAT, whole({ message: { role: 'assistant', content: null, audio: { id: 'a', transcript: SECRET, data: 'AAAA' } } })],
  ['completions: a bare word', COMPLETIONS, { id: 'c', choices: [{ index: 0, text: 'x', foo: SECRET }] }],
  ['completions: log probabilities without text', COMPLETIONS, { id: 'c', choices: [{ index: 0, text: 'x', logprobs: { tokens: [SECRET] } }] }],
  ['messages: a block of unknown type', MESSAGES, messages([{ type: 'novel', word: SECRET }])],
  ['messages: the id of a block', MESSAGES, messages([{ type: 'tool_use', id: SECRET, name: 'f', input: {} }])],
  ['messages: a key of an input', MESSAGES, messages([{ type: 'tool_use', id: 't', name: 'f', input: { [SECRET]: 1 } }])],
  ['messages: three blocks', MESSAGES, messages([SECRET.slice(0, 6), SECRET.slice(6, 12), SECRET.slice(12)].map((text) => ({ type: 'text', text })))],
  ['messages: stop_sequence', MESSAGES, messages([{ type: 'text', text: 'x' }], { stop_sequence: SECRET })],
  ['messages: a member of the message', MESSAGES, messages([], { foo: SECRET })],
  ['responses: an item of unknown type', RESPONSES, response('completed', [{ type: 'novel', id: 'n', word: SECRET }])],
  ['responses: a member of the response', RESPONSES, response('completed', [], { foo: SECRET })],
  ['responses: the error', RESPONSES, response('failed', [], { error: { code: 'x', message: SECRET } })],
  ['responses: four parts', RESPONSES, response('completed', [{ type: 'message', id: 'm', role: 'assistant',
    content: [SECRET.slice(0, 5), SECRET.slice(5, 10), SECRET.slice(10, 15), SECRET.slice(15)].map((text) => ({ type: 'output_text', text, annotations: [] })) }])],
]; // prettier-ignore

/** No run of 8 characters may be read, joined over pieces or not. */
function assertNoSecret(text: string): void {
  const joined = [...text.matchAll(/"(?:text|delta|content|arguments|token)":"((?:[^"\\]|\\.)*)"/g)].map(([, piece]) => piece);
  for (const read of [text, joined.join('')]) {
    assert.ok(!read.includes(OWN_KEY), `our own key: ${read}`);
    for (let at = 0; at + 8 <= SECRET.length; at += 1) {
      assert.ok(!read.includes(SECRET.slice(at, at + 8)), `${SECRET.slice(at, at + 8)} in ${read.slice(0, 2000)}`);
    }
  }
} // prettier-ignore

for (const action of ['redact', 'block'] as const) {
  describe(`what a provider may try, with ${action}`, () => {
    let upstream: Upstream;
    let gateway: TestGateway;
    before(async () => {
      upstream = await startUpstream();
      gateway = await startGateway({
        upstreamUrl: upstream.url,
        config: { rules: [{ id: 'secrets', detector: 'secret-leak', action, on: ['output'], options: {} }] },
      });
    });
    after(async () => {
      await gateway.close();
      await upstream.close();
    });

    const ask = async (way: Way, stream: boolean, answer: (response: ServerResponse) => void) => {
      upstream.script((_request, reply) => {
        answer(reply);
        return true;
      });
      const reply = await fetch(gateway.url + way.path, {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.key}`, ...way.headers },
        body: JSON.stringify(way.body('m', 'hi', { stream })),
        redirect: 'manual',
      });
      upstream.script(null);
      return { status: reply.status, headers: JSON.stringify([...reply.headers]), text: await reply.text() };
    };

    for (const [name, way, body] of STREAMS) {
      it(`in a stream: ${name}`, async () => {
        for (const size of [1_000_000, 1, 37]) {
          const { text } = await ask(way, true, (reply) => {
            reply.writeHead(200, { 'content-type': 'text/event-stream' });
            for (let at = 0; at < body.length; at += size) reply.write(body.slice(at, at + size));
            reply.end();
          });
          assertNoSecret(text);
        }
      });
    }

    for (const [name, way, body] of ANSWERS) {
      it(`in a whole answer: ${name}`, async () => {
        const { text } = await ask(way, false, (reply) =>
          reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
        );
        assertNoSecret(text);
      });
    }

    it('in a key of an error', async () => {
      const { text } = await ask(CHAT, false, (reply) =>
        reply.writeHead(400, { 'content-type': 'application/json' }).end(`{"error":{"message":"no","${SECRET}":1}}`),
      );
      assertNoSecret(text);
    });

    it('compressed, in a stream, an answer and an error', async () => {
      for (const status of [200, 400]) {
        for (const type of ['text/event-stream', 'application/json']) {
          const { status: got, text } = await ask(CHAT, true, (reply) =>
            reply.writeHead(status, { 'content-type': type, 'content-encoding': 'gzip' }).end(gzipSync(chat(chunk({ content: SECRET })))),
          ); // prettier-ignore
          assert.ok(got >= 400, `${status} ${type}: ${got}`);
          assert.doesNotThrow(() => JSON.parse(text), `${status} ${type}: ${text.slice(0, 50)}`);
        }
      }
    });

    it('in headers: our own key, places to go, other hosts’ rights', async () => {
      for (const body of ['{"id":"c","choices":[]}', chat(chunk({ content: 'x' }))]) {
        const { headers } = await ask(CHAT, true, (reply) =>
          reply
            .writeHead(200, {
              'content-type': body.startsWith('{') ? 'application/json' : 'text/event-stream',
              'x-debug': `authorization: Bearer ${OWN_KEY}`,
              location: 'http://169.254.169.254/',
              refresh: '0; url=http://evil.example',
              'set-cookie2': 'a=b',
              'access-control-allow-origin': '*',
              'clear-site-data': '"*"',
              'www-authenticate': 'Basic realm="x"',
              'x-ratelimit-remaining-requests': '7',
            })
            .end(body),
        );
        assert.ok(!headers.includes(OWN_KEY), headers);
        assert.doesNotMatch(headers, /169\.254|evil|set-cookie2|access-control|clear-site|www-authenticate/);
        assert.match(headers, /x-ratelimit-remaining-requests/);
      }
    });

    it('in a trailer or before the answer', async () => {
      const { text, headers } = await ask(CHAT, true, (reply) => {
        reply.writeEarlyHints({ link: `<https://x/${SECRET}>; rel=preload` });
        reply.writeHead(200, { 'content-type': 'text/event-stream', trailer: 'x-secret' });
        reply.write(chat(chunk({ content: 'x' })));
        reply.addTrailers({ 'x-secret': SECRET });
        reply.end();
      });
      assertNoSecret(text + headers);
    });
  });
}
