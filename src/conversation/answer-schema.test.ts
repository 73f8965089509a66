import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMessagesRequest } from './anthropic-messages/request.ts';
import { parseChatRequest } from './openai-chat/request.ts';
import { parseResponsesRequest } from './openai-responses/request.ts';

const schema = { type: 'object', required: ['a'] };
const chat = (format: unknown) =>
  parseChatRequest({ model: 'm', messages: [], ...(format === undefined ? {} : { response_format: format }) });
const responses = (text: unknown) => parseResponsesRequest({ model: 'm', input: 'hello', text });
const messages = (more: object) =>
  parseMessagesRequest({ model: 'm', max_tokens: 9, messages: [], ...more }, 'anthropic-messages');

test('the schema that a request demands of its answer is read where each provider has it', () => {
  for (const [demanded, expected] of [
    [chat({ type: 'json_schema', json_schema: { name: 'x', strict: true, schema } }), schema],
    [chat({ type: 'json_object' }), { type: 'object' }],
    [chat({ type: 'text' }), null],
    [chat(undefined), null],
    [chat('json'), null],
    [responses({ format: { type: 'json_schema', name: 'x', schema } }), schema],
    [responses({ format: { type: 'text' } }), null],
    [responses({ verbosity: 'low' }), null],
    [messages({ output_config: { format: { type: 'json_schema', schema } } }), schema],
    [messages({ output_format: { type: 'json_schema', schema } }), schema],
    [messages({ output_config: { effort: 'low' } }), null],
    [messages({}), null],
  ] as const) {
    assert.deepEqual(demanded.answerSchema, expected);
  }
});
