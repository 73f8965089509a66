/**
 * Nothing that a model or a client reads may be invisible: a marker is planted in every string of real-shaped bodies,
 * one at a time, and has to turn up in a segment. What does not turn up is listed here with the reason.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isFault } from '../core/fault.ts';
import { spliceJson } from '../text/json/splice-json.ts';
import { SURFACES } from './registry.ts';
import type { JsonPath, Segment } from './segment.ts';
import { pathId } from './segment.ts';

const MARKER = 'MARKER 5f1c planted';
const WORD = 'MARKER5f1cplanted';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Paths that no model reads, by surface. `*` stands for one step. A marker there may stay unseen. */
const UNREAD_REQUESTS: Record<string, readonly string[]> = {
  // Settings of the call, ids for billing and abuse, stop words: they steer the server.
  'openai-chat': ['model', 'user', 'metadata.*', 'stop[*]', 'service_tier', 'reasoning_effort', 'verbosity', 'prompt_cache_key',
    'safety_identifier', 'modalities[*]', 'audio.*',
    // Words of the protocol and ids that tie a call to its answer.
    '**.type', '**.detail', '**.format', 'messages[*].tool_call_id', 'messages[*].tool_calls[*].id'], // prettier-ignore
  'openai-responses': [
    'model',
    'user',
    'metadata.*',
    'include[*]',
    'reasoning.*',
    'truncation',
    'service_tier',
    'previous_response_id',
    'prompt.version',
    'text.verbosity',
    '**.type',
    '**.format',
    'tools[*].authorization',
    'tools[*].headers.*',
    'tools[*].vector_store_ids[*]',
  ],
  'openai-completions': ['model', 'user', 'stop[*]'],
  'openai-embeddings': ['model', 'user', 'encoding_format'],
  'openai-moderations': ['model', '**.type'],
  'anthropic-messages': ['model', 'metadata.*', 'stop_sequences[*]', 'service_tier', 'thinking.type', '**.type',
    'mcp_servers[*].authorization_token', 'output_config.effort'], // prettier-ignore
  'anthropic-count-tokens': [],
};
UNREAD_REQUESTS['anthropic-count-tokens'] = UNREAD_REQUESTS['anthropic-messages']!;

const UNREAD_RESPONSES: Record<string, readonly string[]> = {
  // Ids, the model's name, why it stopped; log probabilities are shadows.
  'openai-chat': ['id', 'object', 'model', 'system_fingerprint', 'service_tier', 'choices[*].finish_reason', 'choices[*].logprobs.**',
    'choices[*].message.role', '**.id', '**.type'], // prettier-ignore
  // What the request said is repeated in `instructions` and the settings.
  'openai-responses': [
    'id',
    'object',
    'status',
    'model',
    'instructions',
    'output[*].content[*].logprobs.**',
    '**.type',
  ],
  'openai-completions': ['id', 'object', 'model', 'choices[*].finish_reason', 'choices[*].logprobs.**'],
  'anthropic-messages': ['id', 'type', 'role', 'model', 'stop_reason', '**.type'],
};

/** `[*]` any index, `.*` one key, `**.` any beginning, `.**` any end. */
function matches(pattern: string, id: string): boolean {
  const expression = pattern.replace(/\*\*\.|\.\*\*|\[\*\]|\.\*|[.[\]]/g, (part) => {
    if (part === '**.') return '(?:.*\\.)?';
    if (part === '.**') return '[.[].*';
    if (part === '[*]') return '\\[\\d+\\]';
    return part === '.*' ? '\\.[^.[]+' : `\\${part}`;
  });
  return new RegExp(`^${expression}$`).test(id);
}

function* strings(value: Json, path: (string | number)[] = []): Generator<[JsonPath, string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* strings(item, [...path, index]);
  else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) yield* strings(item, [...path, key]);
  }
}

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

/** How a marker is written where the string is itself JSON, and where it is base64. */
function planted(original: string, marker: string): string {
  if (original.startsWith('{')) return JSON.stringify({ deep: [marker] });
  if (original.startsWith('https://')) return `https://example.com/${encodeURIComponent(marker)}`;
  return marker;
}

function sees(segments: readonly Segment[], text: string): boolean {
  const needle = text.startsWith('{') ? (JSON.parse(text) as { deep: string[] }).deep[0]! : text;
  return segments.some((segment) => segment.text.includes(needle) || segment.media?.url?.includes(needle) === true);
}

for (const surface of SURFACES) {
  test(`${surface.id}: every string of a request is in a segment or in the list of exceptions`, () => {
    const name = surface.id === 'anthropic-count-tokens' ? 'anthropic-messages' : surface.id;
    const text = fixture(`${name}.request.json`);
    const whole = surface.parseRequest(JSON.parse(text));
    assert.equal(new Set(whole.segments.map((segment) => segment.id)).size, whole.segments.length, 'ids are unique');
    let seen = 0;
    const unread = UNREAD_REQUESTS[surface.id]!;
    const used = new Set<string>();
    for (const [path, original] of strings(JSON.parse(text) as Json)) {
      const value = planted(original, MARKER);
      let segments: readonly Segment[];
      try {
        segments = surface.parseRequest(JSON.parse(spliceJson(text, [{ path, value }]))).segments;
      } catch (error) {
        // Refused outright: roles are a closed list.
        if (!isFault(error)) throw error;
        assert.equal(path.at(-1), 'role', error.line);
        continue;
      }
      const exception = unread.find((pattern) => matches(pattern, pathId(path)));
      if (exception !== undefined) used.add(exception);
      else if (!isMediaData(whole.segments, path)) {
        assert.ok(sees(segments, value), `${pathId(path)} is invisible`);
        seen++;
      }
    }
    assert.ok(seen >= 2);
    assert.deepEqual(
      [...unread].filter((pattern) => !used.has(pattern)),
      [],
      'every exception is needed',
    );
  });
}

/** Base64 of images, sound and files: a `media` segment says what it is and how long. */
function isMediaData(segments: readonly Segment[], path: JsonPath): boolean {
  return segments.some(({ id, media }) => id === pathId(path) && media !== undefined && media.url === undefined);
}

for (const surface of SURFACES) {
  const expected = UNREAD_RESPONSES[surface.id];
  if (expected === undefined) continue;
  test(`${surface.id}: every string of an answer is in a segment or in the list of exceptions`, () => {
    const text = fixture(`${surface.id}.response.json`);
    const whole = surface.parseResponse(JSON.parse(text))!;
    assert.equal(new Set(whole.segments.map((segment) => segment.id)).size, whole.segments.length, 'ids are unique');
    assert.ok(whole.segments.every((segment) => segment.role === 'assistant'));
    for (const [path, original] of strings(JSON.parse(text) as Json)) {
      const value = planted(original, MARKER);
      const view = surface.parseResponse(JSON.parse(spliceJson(text, [{ path, value }])));
      if (expected.some((pattern) => matches(pattern, pathId(path))) || isMediaData(whole.segments, path)) continue;
      assert.ok(view !== null && sees(view.segments, value), `${pathId(path)} is invisible`);
    }
  });

  test(`${surface.id}: redacting every segment of an answer leaves nothing of it`, () => {
    const text = fixture(`${surface.id}.response.json`);
    const view = surface.parseResponse(JSON.parse(text))!;
    const edits = view.segments
      .filter((segment) => segment.kind !== 'media')
      .map(({ path }) => ({ path, value: '[GONE]' }));
    const shadows = view.shadows.map(({ path }) => ({ path, value: null }));
    const redacted = spliceJson(text, [...edits, ...shadows]);
    for (const { text: secret } of view.segments) if (secret.length > 8) assert.ok(!redacted.includes(secret), secret);
    assert.equal(
      surface.parseResponse(JSON.parse(redacted))?.segments.some((segment) => segment.text === 'Hi there'),
      false,
    );
  });
}

test('ids and ciphertext are left out only while they look like it', () => {
  const surface = SURFACES.find(({ id }) => id === 'anthropic-messages')!;
  const request = (block: Json) => ({ model: 'm', max_tokens: 1, messages: [{ role: 'assistant', content: [block] }] });
  const texts = (block: Json) => surface.parseRequest(request(block)).segments.map((segment) => segment.text);
  assert.deepEqual(texts({ type: 'thinking', thinking: 'hm', signature: WORD }), ['hm']);
  assert.deepEqual(texts({ type: 'thinking', thinking: 'hm', signature: MARKER }), ['hm', MARKER]);
  assert.deepEqual(texts({ type: 'redacted_thinking', data: MARKER }), [MARKER]);
});
