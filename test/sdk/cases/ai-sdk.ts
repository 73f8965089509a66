import assert from 'node:assert/strict';
import { embed, embedMany, generateText, isStepCount, Output, streamText, tool } from 'ai';
import type { LanguageModel } from 'ai';
import { z } from 'zod';
import { isObject } from '../../upstream/json.ts';
import type { Bench } from '../bench.ts';
import { casesOf, collect } from '../sdk-case.ts';
import type { SdkCase } from '../sdk-case.ts';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

const tools = {
  get_weather: tool({
    description: 'The weather in a city.',
    inputSchema: z.object({ city: z.string() }),
    execute: ({ city }) => `rain in ${city}`,
  }),
  get_time: tool({
    description: 'The time in a city.',
    inputSchema: z.object({ city: z.string() }),
    execute: () => 'noon',
  }),
};

type Pick = (bench: Bench, model: string) => LanguageModel;

const prompt = 'How is the weather? ☂';

/** What does not depend on when it ran. */
function shown(result: {
  readonly text: string;
  readonly finishReason: string;
  readonly usage: unknown;
  readonly toolCalls: readonly { readonly toolName: string; readonly input: unknown }[];
}): object {
  const { text, finishReason, usage, toolCalls } = result;
  return { text, finishReason, usage, toolCalls: toolCalls.map(({ toolName, input }) => ({ toolName, input })) };
}

/** Parts name the URL and the headers of their request and response; those have cases of their own. */
function withoutTransport(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withoutTransport);
  if (!isObject(part) || part instanceof Error || part instanceof Date) return part;
  const kept = Object.entries(part).filter(([name]) => name !== 'headers' && name !== 'request');
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutTransport(value)]));
}

async function streamed(bench: Bench, pick: Pick, scenario: string, extra: object = {}): Promise<readonly object[]> {
  const result = streamText({ model: pick(bench, bench.model(scenario)), prompt, onError: () => undefined, ...extra });
  return (await collect(result.fullStream)).map((part) => withoutTransport(part) as object);
}

function languageCases(surface: string, pick: Pick): readonly SdkCase[] {
  return casesOf('ai', surface, {
    text: async (bench) => {
      const result = await generateText({ model: pick(bench, bench.model('text')), prompt });
      assert.match(result.text, /☕\.$/);
      return shown(result);
    },

    streaming: async (bench) => {
      const parts = await streamed(bench, pick, 'text');
      assert.match(JSON.stringify(parts), /"finishReason":"stop"/);
      return parts;
    },

    'tool loop': async (bench) => {
      const request = { prompt, tools, stopWhen: isStepCount(4) };
      const result = await generateText({ model: pick(bench, bench.model('tools')), ...request });
      assert.equal(result.text, 'The tool answered: rain in Lisbon');
      const stream = streamText({ model: pick(bench, bench.model('tools')), ...request });
      assert.equal(await stream.text, result.text);
      return [result.steps.map(shown), result.text];
    },

    'parallel tools': async (bench) => {
      const model = pick(bench, bench.model('parallel-tools'));
      const result = await generateText({ model, prompt, tools });
      assert.deepEqual(
        result.toolCalls.map(({ toolName }) => toolName),
        ['get_weather', 'get_time'],
      );
      return [shown(result), await streamed(bench, pick, 'parallel-tools', { tools })];
    },

    images: async (bench) => {
      const result = await generateText({
        model: pick(bench, bench.model('text')),
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'file', data: PIXEL, mediaType: 'image/png' },
            ],
          },
        ],
      });
      assert.match(result.text, /^Seen 1 image/);
      return shown(result);
    },

    'structured output': async (bench) => {
      const schema = z.object({ city: z.string(), days: z.number() });
      const output = Output.object({ schema });
      const model = pick(bench, bench.model('text'));
      const { output: value } = await generateText({ model, prompt, output });
      assert.equal(typeof value.city, 'string');
      return value;
    },

    'length stop': async (bench) => {
      const result = await generateText({ model: pick(bench, bench.model('length')), prompt });
      assert.equal(result.finishReason, 'length');
      return shown(result);
    },

    'comments, CR LF, every byte a packet': (bench) => streamed(bench, pick, 'text+comments+crlf+split=1'),

    'error in the middle of a stream': async (bench) => {
      const parts = await streamed(bench, pick, 'error-mid+at=6');
      assert.ok(parts.some((part) => (part as { type: string }).type === 'error'));
      return parts.map((part) => (part as { type: string }).type);
    },

    'cancel while streaming': async (bench) => {
      const model = bench.model('hang-mid+at=8');
      const abort = new AbortController();
      const result = streamText({ model: pick(bench, model), prompt, abortSignal: abort.signal });
      let text = '';
      for await (const part of result.fullStream) {
        if (part.type === 'text-delta') {
          text += part.text;
          abort.abort();
        }
      }
      assert.equal(await bench.disconnected(model), true);
      return text.slice(0, 4);
    },
  });
}

const reasoningCase = (surface: string, pick: Pick): readonly SdkCase[] =>
  casesOf('ai', surface, {
    reasoning: async (bench) => {
      const result = await generateText({ model: pick(bench, bench.model('reasoning')), prompt });
      assert.match(result.reasoningText ?? '', /^The question is short/);
      return [result.reasoningText, shown(result), await streamed(bench, pick, 'reasoning')];
    },
  });

const responses: Pick = ({ aiOpenai }, model) => aiOpenai.responses(model);
const anthropicMessages: Pick = ({ aiAnthropic }, model) => aiAnthropic(model);

export const AI_SDK = [
  ...languageCases('OpenAI chat', ({ aiOpenai }, model) => aiOpenai.chat(model)),
  ...languageCases('OpenAI responses', responses),
  ...reasoningCase('OpenAI responses', responses),
  ...languageCases('Anthropic messages', anthropicMessages),
  ...reasoningCase('Anthropic messages', anthropicMessages),
  ...casesOf('ai', 'OpenAI embeddings', {
    'one text': async ({ aiOpenai, model }) => {
      const { embedding, usage } = await embed({ model: aiOpenai.textEmbeddingModel(model('text')), value: 'a text' });
      assert.equal(embedding.length, 16);
      return { embedding, usage };
    },
    'several texts': async ({ aiOpenai, model }) => {
      const values = ['one', 'two'];
      const { embeddings } = await embedMany({ model: aiOpenai.textEmbeddingModel(model('text')), values });
      assert.equal(embeddings.length, 2);
      return embeddings;
    },
  }),
];
