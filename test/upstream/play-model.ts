import { createHash } from 'node:crypto';
import type { Answer, Choice } from './answer.ts';
import { type Asked, askedOfChat, askedOfMessages, askedOfResponses } from './asked.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { deliverJson, deliverStream } from './deliver.ts';
import type { JsonObject } from './json.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import { headersFor } from './provider-headers.ts';
import { parseScenario } from './scenario.ts';
import type { Upstream } from './start-upstream.ts';
import { serialId, type Wire } from './wire.ts';

/** What a model says next, by what it was asked and the request's text; null: its provider fails. */
export type Mind = (asked: Asked, request: string) => Partial<Choice> | null;

const SILENT: Choice = { reasoning: null, text: null, refusal: null, tools: [], stop: 'end' };

/** Lets `mind` answer on all three surfaces; how the answer is delivered the model's name says, as ever. */
export function playModel(upstream: Upstream, mind: Mind): void {
  /** Of responses that are kept: all that was asked and said, and the calls that wait for a result. */
  const kept = new Map<string, { readonly text: string; readonly calls: readonly string[] }>();
  upstream.script(async (request, response) => {
    const path = request.path.split('?')[0];
    if (request.method !== 'POST') return false;
    const text = request.body.toString('utf8');
    const body = JSON.parse(text) as JsonObject;
    // The same request, the same answer to the byte.
    const serial = Number.parseInt(createHash('sha256').update(text).digest('hex').slice(0, 10), 16);
    const scenario = parseScenario(String(body['model']));
    const previous = kept.get(String(body['previous_response_id'] ?? ''));
    const before = previous?.text ?? '';
    const missing = previous?.calls.find((id) => !JSON.stringify(body['input']).includes(id));
    if (missing !== undefined) {
      // What the provider says of a call that nobody answered.
      const error = { message: `No tool output found for function call ${missing}.`, type: 'invalid_request_error' };
      await deliverJson(response, 400, { error }, scenario, {});
      return true;
    }
    const say = (asked: Asked, dialect: 'openai' | 'anthropic', wire: (answer: Answer) => Wire): Promise<void> => {
      const next = mind(asked, before + text);
      if (next === null) return deliverJson(response, 500, { error: { message: 'It failed.' } }, scenario, {});
      const choice: Choice = { ...SILENT, ...next };
      const stop = choice.tools.length > 0 ? 'tools' : choice.stop;
      const usage = { input: 10, output: 5, cached: 0, cacheWrite: 0, reasoning: 0 };
      const said = wire({ choices: Array.from({ length: asked.choices }, () => ({ ...choice, stop })), usage });
      if (path === '/v1/responses' && body['store'] !== false) {
        const { id, output } = said.body as { id: string; output: { type: string; call_id: string }[] };
        const calls = output.flatMap((item) => (item.type === 'function_call' ? [item.call_id] : []));
        kept.set(id, { text: before + text + JSON.stringify(output), calls });
      }
      const headers = headersFor(dialect, serialId('req_', serial));
      if (asked.stream) return deliverStream(response, said, scenario, headers);
      return deliverJson(response, 200, said.body, scenario, headers);
    };
    const rest = { scenario, serial, created: 1_750_000_000 };
    switch (path) {
      case '/v1/chat/completions': {
        const asked = askedOfChat(body);
        await say(asked, 'openai', (answer) => openaiChat({ asked, answer, ...rest }));
        return true;
      }
      case '/v1/responses': {
        const asked = askedOfResponses(body);
        await say(asked, 'openai', (answer) => openaiResponses({ asked, answer, ...rest }, body));
        return true;
      }
      case '/v1/messages': {
        const asked = askedOfMessages(body);
        await say(asked, 'anthropic', (answer) =>
          anthropicMessages({ asked, answer, ...rest }, serialId('req_', serial)),
        );
        return true;
      }
      default:
        return false;
    }
  });
}
