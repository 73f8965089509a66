import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { generateText, isStepCount, jsonSchema, type LanguageModel, streamText, tool, type ToolSet } from 'ai';
import OpenAI from 'openai';
import type {
  Response,
  ResponseCreateParamsNonStreaming,
  ResponseInput,
  ResponseInputItem,
} from 'openai/resources/responses/responses';
import { ASKED, createTools, TOOLS } from './fooled-model.ts';

export interface Endpoint {
  readonly url: string;
  readonly key: string;
}

/** One run of an agent: what it did, and its last word. */
export interface Run {
  readonly done: readonly string[];
  readonly said: string;
}

/** A tool loop as an official SDK's documentation has it, which knows nothing of the gateway. */
export interface Agent {
  readonly name: string;
  run(endpoint: Endpoint, model: string, stream: boolean): Promise<Run>;
}

const MOST_STEPS = 6;
const names = Object.keys(TOOLS) as (keyof typeof TOOLS)[];

const chat: Agent = {
  name: 'openai chat',
  async run({ url, key }, model, stream) {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
    const tools = createTools();
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: ASKED }];
    const offered = names.map((name) => ({
      type: 'function' as const,
      function: { name, description: '', parameters: { ...TOOLS[name] } },
    }));
    for (let step = 0; step < MOST_STEPS; step++) {
      const ask = { model, messages, tools: offered };
      const { choices } = stream
        ? await client.chat.completions.stream(ask).finalChatCompletion()
        : await client.chat.completions.create(ask);
      const { message, finish_reason } = choices[0]!;
      messages.push(message);
      if (finish_reason !== 'tool_calls') return { done: tools.done, said: message.content ?? '' };
      for (const call of message.tool_calls ?? []) {
        if (call.type !== 'function') continue;
        const content = tools.run(call.function.name, JSON.parse(call.function.arguments));
        messages.push({ role: 'tool', tool_call_id: call.id, content });
      }
    }
    throw new Error('The loop did not end.');
  },
};

function responses(store: boolean): Agent {
  return {
    name: `openai responses, ${store ? 'kept by the provider' : 'sent again'}`,
    async run({ url, key }, model, stream) {
      const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
      const tools = createTools();
      const offered = names.map((name) => ({
        type: 'function' as const,
        name,
        description: '',
        parameters: { ...TOOLS[name] },
        strict: false,
      }));
      let input: ResponseInput = [{ role: 'user', content: ASKED }];
      let previous: string | null = null;
      for (let step = 0; step < MOST_STEPS; step++) {
        const ask: Omit<ResponseCreateParamsNonStreaming, 'stream'> = {
          model,
          input,
          tools: offered,
          store,
          ...(previous === null ? {} : { previous_response_id: previous }),
        };
        const response: Response = stream
          ? await client.responses.stream(ask).finalResponse()
          : await client.responses.create(ask);
        const results: ResponseInputItem[] = response.output.flatMap((item) =>
          item.type === 'function_call'
            ? [
                {
                  type: 'function_call_output' as const,
                  call_id: item.call_id,
                  output: tools.run(item.name, JSON.parse(item.arguments)),
                },
              ]
            : [],
        );
        if (results.length === 0) return { done: tools.done, said: response.output_text };
        if (store) {
          previous = response.id;
          input = results;
        } else input = [...input, ...(response.output as ResponseInputItem[]), ...results];
      }
      throw new Error('The loop did not end.');
    },
  };
}

const messages: Agent = {
  name: 'anthropic messages',
  async run({ url, key }, model, stream) {
    const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
    const tools = createTools();
    const turns: Anthropic.MessageParam[] = [{ role: 'user', content: ASKED }];
    const offered = names.map((name) => ({ name, description: '', input_schema: { ...TOOLS[name] } }));
    for (let step = 0; step < MOST_STEPS; step++) {
      const ask = { model, max_tokens: 512, messages: turns, tools: offered as unknown as Anthropic.Tool[] };
      const answer = stream ? await client.messages.stream(ask).finalMessage() : await client.messages.create(ask);
      turns.push({ role: 'assistant', content: answer.content });
      if (answer.stop_reason !== 'tool_use') {
        const said = answer.content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
        return { done: tools.done, said: said.join('\n') };
      }
      const results = answer.content.flatMap((block) =>
        block.type === 'tool_use'
          ? [
              {
                type: 'tool_result' as const,
                tool_use_id: block.id,
                content: tools.run(block.name, block.input),
              },
            ]
          : [],
      );
      turns.push({ role: 'user', content: results });
    }
    throw new Error('The loop did not end.');
  },
};

function vercel(name: string, pick: (endpoint: Endpoint, model: string) => LanguageModel): Agent {
  return {
    name: `ai, ${name}`,
    async run(endpoint, model, stream) {
      const tools = createTools();
      const offered: ToolSet = Object.fromEntries(
        names.map((id) => [
          id,
          tool({
            description: '',
            inputSchema: jsonSchema<Record<string, unknown>>({ ...TOOLS[id] } as never),
            execute: (input) => tools.run(id, input),
          }),
        ]),
      );
      const ask = {
        model: pick(endpoint, model),
        prompt: ASKED,
        tools: offered,
        stopWhen: isStepCount(MOST_STEPS),
        maxRetries: 0,
      };
      const said = stream ? await streamText(ask).text : (await generateText(ask)).text;
      return { done: tools.done, said };
    },
  };
}

const openai = ({ url, key }: Endpoint) => createOpenAI({ baseURL: `${url}/v1`, apiKey: key });

export const AGENTS: readonly Agent[] = [
  chat,
  responses(false),
  responses(true),
  messages,
  vercel('openai chat', (endpoint, model) => openai(endpoint).chat(model)),
  vercel('openai responses', (endpoint, model) => openai(endpoint).responses(model)),
  vercel('anthropic', ({ url, key }, model) => createAnthropic({ baseURL: `${url}/v1`, apiKey: key })(model)),
];
