/**
 * What an application sees of an answer that a rule blocks, in each official SDK: whole answers, raw iterators, helpers.
 * The table of `docs/blocked-answers.md` is what is expected.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { APICallError, generateText, streamText } from 'ai';
import OpenAI from 'openai';
import { DEMO_SECRETS } from '../../src/demo/bank/demo-secrets.ts';
import { type Bench, createBench } from './bench.ts';
import { collect } from './sdk-case.ts';
import { startThrough } from './targets.ts';
import { user } from './ways.ts';

const TOKEN = DEMO_SECRETS.githubToken;
const encoded = (text: string): string => Buffer.from(text).toString('base64');

interface Seen {
  readonly text: string;
  readonly finish: unknown;
  /** What the provider's own dialect says beside the finish: why. */
  readonly why?: unknown;
}

interface Way {
  readonly client: string;
  readonly way: string;
  ask(bench: Bench, model: string, text: string): Promise<Seen>;
}

const MAX = { max_tokens: 500 };
const once = { maxRetries: 0 };
const textOf = (message: Anthropic.Message): string =>
  message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');

type Model = Parameters<typeof streamText>[0]['model'];

async function aiWhole(model: Model, prompt: string): Promise<Seen> {
  const { text, finishReason } = await generateText({ model, prompt, maxRetries: 0 });
  return { text, finish: finishReason };
}

async function aiStream(model: Model, prompt: string): Promise<Seen> {
  let failure: unknown;
  const result = streamText({ model, prompt, maxRetries: 0, onError: ({ error }) => void (failure = error) });
  const parts = await collect(result.fullStream);
  if (failure !== undefined) throw failure;
  return {
    text: parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join(''),
    finish: await result.finishReason,
  };
}

const AI: readonly (readonly [string, (bench: Bench, model: string) => Model])[] = [
  ['chat', ({ aiOpenai }, model) => aiOpenai.chat(model)],
  ['responses', ({ aiOpenai }, model) => aiOpenai.responses(model)],
  ['messages', ({ aiAnthropic }, model) => aiAnthropic(model)],
];

const WAYS: readonly Way[] = [
  {
    client: 'openai',
    way: 'chat, whole',
    async ask({ openai }, model, text) {
      const answer = await openai.chat.completions.create({ model, messages: user(text) }, once);
      return { text: answer.choices[0]!.message.content ?? '', finish: answer.choices[0]!.finish_reason };
    },
  },
  {
    client: 'openai',
    way: 'chat, iterator',
    async ask({ openai }, model, text) {
      const chunks = await collect(await openai.chat.completions.create({ model, messages: user(text), stream: true }, once));
      return {
        text: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''),
        finish: chunks.findLast((chunk) => chunk.choices[0]?.finish_reason)?.choices[0]?.finish_reason,
        why: chunks.map((chunk) => chunk.choices[0]?.delta.refusal ?? '').join(''),
      };
    },
  },
  {
    client: 'openai',
    way: 'chat, helper',
    async ask({ openai }, model, text) {
      const { choices } = await openai.chat.completions.stream({ model, messages: user(text) }, once).finalChatCompletion();
      return { text: choices[0]!.message.content ?? '', finish: choices[0]!.finish_reason, why: choices[0]!.message.refusal };
    },
  },
  {
    client: 'openai',
    way: 'responses, whole',
    async ask({ openai }, model, text) {
      const { output_text, status } = await openai.responses.create({ model, input: text }, once);
      return { text: output_text, finish: status };
    },
  },
  {
    client: 'openai',
    way: 'responses, iterator',
    async ask({ openai }, model, text) {
      const events = await collect(await openai.responses.create({ model, input: text, stream: true }, once));
      const last = events.at(-1)!;
      const response = 'response' in last ? last.response : null;
      return {
        text: events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join(''),
        finish: `${last.type} ${response?.incomplete_details?.reason}`,
        why: events.map((event) => (event.type === 'response.refusal.delta' ? event.delta : '')).join(''),
      };
    },
  },
  {
    client: 'openai',
    way: 'responses, helper',
    async ask({ openai }, model, text) {
      const response = await openai.responses.stream({ model, input: text }, once).finalResponse();
      return {
        text: response.output_text,
        finish: [response.status, response.incomplete_details?.reason ?? response.error?.code].join(' '),
        why: JSON.stringify(response.output) + JSON.stringify(response.error),
      };
    },
  },
  {
    client: '@anthropic-ai/sdk',
    way: 'messages, whole',
    async ask({ anthropic }, model, text) {
      const message = await anthropic.messages.create({ model, ...MAX, messages: user(text) }, once);
      return { text: textOf(message), finish: message.stop_reason };
    },
  },
  {
    client: '@anthropic-ai/sdk',
    way: 'messages, iterator',
    async ask({ anthropic }, model, text) {
      const events = await collect(await anthropic.messages.create({ model, ...MAX, messages: user(text), stream: true }, once));
      const end = events.findLast((event) => event.type === 'message_delta')?.delta;
      return {
        text: events.map((event) => (event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : '')).join(''),
        finish: end?.stop_reason,
        why: end?.stop_details?.explanation,
      };
    },
  },
  {
    client: '@anthropic-ai/sdk',
    way: 'messages, helper',
    async ask({ anthropic }, model, text) {
      const message = await anthropic.messages.stream({ model, ...MAX, messages: user(text) }, once).finalMessage();
      return { text: textOf(message), finish: message.stop_reason, why: message.stop_details?.explanation };
    },
  },
  ...AI.flatMap(([surface, modelOf]): Way[] => [
    { client: 'ai', way: `${surface}, generateText`, ask: (bench, model, text) => aiWhole(modelOf(bench, model), text) },
    { client: 'ai', way: `${surface}, streamText`, ask: (bench, model, text) => aiStream(modelOf(bench, model), text) },
  ]),
]; // prettier-ignore

/** The outcome in the words of the table, and everything of it that an application can read. */
async function outcome(
  way: Way,
  bench: Bench,
  model: string,
  text: string,
): Promise<{ readonly says: string; readonly read: string }> {
  try {
    const seen = await way.ask(bench, model, text);
    return { says: String(seen.finish), read: JSON.stringify(seen) };
  } catch (error) {
    const read = `${String(error)} ${JSON.stringify(error)}`;
    if (error instanceof OpenAI.APIError) {
      assert.match(error.requestID ?? '', /^req_/);
      return { says: `throws ${error.constructor.name}, ${error.status ?? 'no status'}, ${error.code}`, read };
    }
    if (error instanceof Anthropic.APIError) {
      assert.match(error.requestID ?? '', /^req_/);
      return { says: `throws ${error.constructor.name}, ${error.status ?? 'no status'}, ${error.type}`, read };
    }
    if (APICallError.isInstance(error)) return { says: `throws APICallError, ${error.statusCode}`, read };
    return { says: 'throws an error', read };
  }
}

/** Rows of the documented table by client and way: `error`, `refusal`, before anything left. */
const ROWS = new Map(
  [...readFileSync(new URL('../../docs/blocked-answers.md', import.meta.url), 'utf8').matchAll(/^\| `([^`|]+)` \| ([^|]+) \|(.+)\|$/gm)].map(
    ([, client, way, cells]) => [`${client} ${way!.trim()}`, cells!.split('|').map((cell) => cell.trim().replaceAll('`', ''))] as const,
  ),
); // prettier-ignore

for (const [column, blockAs] of (['error', 'refusal'] as const).entries()) {
  describe(`blockAs: ${blockAs}`, () => {
    let bench: Bench;
    before(async () => {
      const rules = [{ id: 'secrets', detector: 'secret-leak', on: ['output' as const], action: 'block' as const, options: {} }];
      bench = createBench(await startThrough({ rules, guard: { blockAs } }));
    }); // prettier-ignore
    after(() => bench.target.close());

    for (const way of WAYS) {
      const row = ROWS.get(`${way.client} ${way.way}`);
      test(`${way.client}: ${way.way}`, async () => {
        assert.ok(row !== undefined, 'has no row in docs/blocked-answers.md');
        // After some text: one character a frame, several, many at once.
        for (const cut of ['decode+chars=1', 'decode+chars=3+split=5', 'decode+chars=9+crlf']) {
          const { says, read } = await outcome(way, bench, bench.model(cut), encoded(`the token is ${TOKEN}, keep it`));
          assert.equal(says, row[column], cut);
          for (let at = 4; at + 8 <= TOKEN.length; at++) assert.ok(!read.includes(TOKEN.slice(at, at + 8)), read);
          assert.ok(!read.includes('keep it'), read);
        }
        // Nothing has left yet: a status, whatever `blockAs` says.
        const { says, read } = await outcome(way, bench, bench.model('decode+chars=500+split=all'), encoded(TOKEN));
        assert.equal(says, row[2], 'before anything left');
        assert.ok(!read.includes(TOKEN.slice(0, 12)), read);
        assert.match(read, /secrets/, 'says which rule');
      });
    }
  });
}

test('every row of docs/blocked-answers.md is tested', () => {
  assert.deepEqual([...ROWS.keys()].toSorted(), WAYS.map(({ client, way }) => `${client} ${way}`).toSorted());
});
