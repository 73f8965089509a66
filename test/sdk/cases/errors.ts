import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { APICallError, embed, generateText } from 'ai';
import OpenAI from 'openai';
import type { Bench } from '../bench.ts';
import { thrownBy } from '../sdk-case.ts';
import type { Client, SdkCase } from '../sdk-case.ts';

/** What an application can read of an error. */
export function shownError(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof OpenAI.APIError) {
    assert.ok(error.status === undefined || error.requestID?.startsWith('req_'), 'the error carries a request id');
    const { status, code, type, param, message } = error;
    return { class: error.constructor.name, status, code, type, param, message };
  }
  if (error instanceof Anthropic.APIError) {
    assert.ok(error.status === undefined || error.requestID?.startsWith('req_'), 'the error carries a request id');
    return { class: error.constructor.name, status: error.status, type: error.type, message: error.apiMessage };
  }
  if (APICallError.isInstance(error)) {
    const { statusCode: status, isRetryable, message } = error;
    return { class: 'APICallError', status, isRetryable, message };
  }
  const { name, message } = error as Error;
  return { class: name, message };
}

/** One call without retries by the SDK itself. */
export interface Caller {
  readonly client: Client;
  readonly surface: string;
  call(bench: Bench, model: string, retries: number): Promise<unknown>;
}

const messages = [{ role: 'user' as const, content: 'Hello' }];

export const CALLERS: readonly Caller[] = [
  {
    client: 'openai',
    surface: 'chat completions',
    call: ({ openai }, model, maxRetries) => openai.chat.completions.create({ model, messages }, { maxRetries }),
  },
  {
    client: 'openai',
    surface: 'chat completions, streamed',
    call: ({ openai }, model, maxRetries) =>
      openai.chat.completions.create({ model, messages, stream: true }, { maxRetries }),
  },
  {
    client: 'openai',
    surface: 'responses',
    call: ({ openai }, model, maxRetries) => openai.responses.create({ model, input: 'Hello' }, { maxRetries }),
  },
  {
    client: 'openai',
    surface: 'completions',
    call: ({ openai }, model, maxRetries) => openai.completions.create({ model, prompt: 'Hello' }, { maxRetries }),
  },
  {
    client: 'openai',
    surface: 'embeddings',
    call: ({ openai }, model, maxRetries) => openai.embeddings.create({ model, input: 'Hello' }, { maxRetries }),
  },
  {
    client: '@anthropic-ai/sdk',
    surface: 'messages',
    call: ({ anthropic }, model, maxRetries) =>
      anthropic.messages.create({ model, max_tokens: 99, messages }, { maxRetries }),
  },
  {
    client: '@anthropic-ai/sdk',
    surface: 'messages, streamed',
    call: ({ anthropic }, model, maxRetries) =>
      anthropic.messages.create({ model, max_tokens: 99, messages, stream: true }, { maxRetries }),
  },
  {
    client: '@anthropic-ai/sdk',
    surface: 'count_tokens',
    call: ({ anthropic }, model, maxRetries) => anthropic.messages.countTokens({ model, messages }, { maxRetries }),
  },
  {
    client: 'ai',
    surface: 'OpenAI chat',
    call: ({ aiOpenai }, model, maxRetries) =>
      generateText({ model: aiOpenai.chat(model), prompt: 'Hello', maxRetries }),
  },
  {
    client: 'ai',
    surface: 'OpenAI responses',
    call: ({ aiOpenai }, model, maxRetries) =>
      generateText({ model: aiOpenai.responses(model), prompt: 'Hello', maxRetries }),
  },
  {
    client: 'ai',
    surface: 'Anthropic messages',
    call: ({ aiAnthropic }, model, maxRetries) =>
      generateText({ model: aiAnthropic(model), prompt: 'Hello', maxRetries }),
  },
  {
    client: 'ai',
    surface: 'OpenAI embeddings',
    call: ({ aiOpenai }, model, maxRetries) =>
      embed({ model: aiOpenai.textEmbeddingModel(model), value: 'Hello', maxRetries }),
  },
];

/** 401 and 403 of a provider are about the gateway's own key, and no 401 to its caller: see `own-answers.ts`. */
const STATUSES = [400, 404, 408, 409, 413, 422, 429, 500, 503, 529] as const;

export const ERRORS: readonly SdkCase[] = CALLERS.flatMap(({ client, surface, call }) => [
  ...STATUSES.map((status): SdkCase => ({
    client,
    surface,
    name: `error ${status}`,
    async run(bench) {
      const model = bench.model(`error-${status}`);
      const shown = shownError(await thrownBy(() => call(bench, model, 0)));
      assert.equal(shown['status'], status);
      assert.equal(bench.arrived(model).length, 1);
      return shown;
    },
  })),
  {
    client,
    surface,
    name: 'retries until it works',
    async run(bench) {
      const model = bench.model('error-429+retry-after-ms=5+times=2');
      await call(bench, model, 2);
      assert.equal(bench.arrived(model).length, 3);
      return bench.arrived(model).length;
    },
  },
  {
    client,
    surface,
    name: 'retries as often as it was told',
    async run(bench) {
      const model = bench.model('error-503+retry-after-ms=5');
      const error = await thrownBy(() => call(bench, model, 1));
      assert.equal(bench.arrived(model).length, 2);
      return (error as Error).name;
    },
  },
  // The AI SDK does not look at `x-should-retry`.
  ...(client === 'ai'
    ? []
    : [
        {
          client,
          surface,
          name: 'the provider forbids a retry',
          async run(bench) {
            const model = bench.model('error-500+should-retry=false');
            await thrownBy(() => call(bench, model, 2));
            assert.equal(bench.arrived(model).length, 1);
            return bench.arrived(model).length;
          },
        } satisfies SdkCase,
      ]),
]);
