import assert from 'node:assert/strict';
import type Anthropic from '@anthropic-ai/sdk';
import { streamText } from 'ai';
import type OpenAI from 'openai';
import type { Bench } from './bench.ts';
import { collect } from './sdk-case.ts';
import type { SdkCase } from './sdk-case.ts';

/** How each way of asking is done with a text of one's own, and what the application reads of the answer. */
export interface Way {
  readonly client: SdkCase['client'];
  readonly surface: string;
  ask(bench: Bench, model: string, text: string): Promise<{ readonly read: string; readonly finish: unknown }>;
}

export const user = (text: string) => [{ role: 'user' as const, content: text }];

const chunksRead = (chunks: readonly OpenAI.ChatCompletionChunk[]) => ({
  read: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''),
  finish: chunks.findLast((chunk) => chunk.choices[0]?.finish_reason)?.choices[0]?.finish_reason,
});

const messageRead = (message: Anthropic.Message) => ({
  read: message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
  finish: message.stop_reason,
});

const responseRead = (response: OpenAI.Responses.Response) => ({
  read: response.output_text + JSON.stringify(response.output),
  finish: response.incomplete_details?.reason ?? response.status,
});

async function aiRead(model: Parameters<typeof streamText>[0]['model'], text: string) {
  let failure: unknown;
  const result = streamText({ model, prompt: text, maxRetries: 0, onError: ({ error }) => void (failure = error) });
  const parts = await collect(result.fullStream);
  if (failure !== undefined) throw failure;
  return {
    read: parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join(''),
    finish: await result.finishReason,
  };
}

export const WAYS: readonly Way[] = [
  {
    client: 'openai',
    surface: 'chat completions',
    async ask({ openai }, model, text) {
      const answer = await openai.chat.completions.create({ model, messages: user(text) });
      return { read: answer.choices[0]?.message.content ?? '', finish: answer.choices[0]?.finish_reason };
    },
  },
  {
    client: 'openai',
    surface: 'chat completions, raw iterator',
    ask: async ({ openai }, model, text) =>
      chunksRead(await collect(await openai.chat.completions.create({ model, messages: user(text), stream: true }))),
  },
  {
    client: 'openai',
    surface: 'chat completions, helper',
    async ask({ openai }, model, text) {
      const answer = await openai.chat.completions.stream({ model, messages: user(text) }).finalChatCompletion();
      return { read: answer.choices[0]?.message.content ?? '', finish: answer.choices[0]?.finish_reason };
    },
  },
  {
    client: 'openai',
    surface: 'responses',
    ask: async ({ openai }, model, text) => responseRead(await openai.responses.create({ model, input: text })),
  },
  {
    client: 'openai',
    surface: 'responses, raw iterator',
    async ask({ openai }, model, text) {
      const events = await collect(await openai.responses.create({ model, input: text, stream: true }));
      const last = events.at(-1);
      assert.ok(last !== undefined && 'response' in last, 'the last event bears the response');
      return { read: JSON.stringify(events) + last.response.output_text, finish: responseRead(last.response).finish };
    },
  },
  {
    client: 'openai',
    surface: 'responses, helper',
    ask: async ({ openai }, model, text) =>
      responseRead(await openai.responses.stream({ model, input: text }).finalResponse()),
  },
  {
    client: '@anthropic-ai/sdk',
    surface: 'messages',
    ask: async ({ anthropic }, model, text) =>
      messageRead(await anthropic.messages.create({ model, max_tokens: 500, messages: user(text) })),
  },
  {
    client: '@anthropic-ai/sdk',
    surface: 'messages, raw iterator',
    async ask({ anthropic }, model, text) {
      const events = await collect(
        await anthropic.messages.create({ model, max_tokens: 500, messages: user(text), stream: true }),
      );
      const finish = events.findLast((event) => event.type === 'message_delta')?.delta.stop_reason;
      const read = events
        .map((event) =>
          event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : '',
        )
        .join('');
      return { read, finish };
    },
  },
  {
    client: '@anthropic-ai/sdk',
    surface: 'messages, helper',
    ask: async ({ anthropic }, model, text) =>
      messageRead(await anthropic.messages.stream({ model, max_tokens: 500, messages: user(text) }).finalMessage()),
  },
  {
    client: 'ai',
    surface: 'OpenAI chat',
    ask: ({ aiOpenai }, model, text) => aiRead(aiOpenai.chat(model), text),
  },
  {
    client: 'ai',
    surface: 'OpenAI responses',
    ask: ({ aiOpenai }, model, text) => aiRead(aiOpenai.responses(model), text),
  },
  {
    client: 'ai',
    surface: 'Anthropic messages',
    ask: ({ aiAnthropic }, model, text) => aiRead(aiAnthropic(model), text),
  },
];

/** The answer comes piece by piece: what was sent cannot be taken back. */
export const isStreamed = ({ client, surface }: Way): boolean => client === 'ai' || /iterator|helper/.test(surface);
