import type { Answer, Choice } from './answer.ts';
import { pieces, typedFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import { anthropicErrorBody, providerError } from './provider-error.ts';
import { serialId } from './wire.ts';
import type { Saying, Wire } from './wire.ts';

/** Messages: https://docs.anthropic.com/en/api/messages and /en/docs/build-with-claude/streaming. */

const STOP = { end: 'end_turn', length: 'max_tokens', tools: 'tool_use', refusal: 'refusal' } as const;
const SIGNATURE = Buffer.from('a signature only the provider can check').toString('base64');

interface Block {
  readonly opened: object;
  readonly done: object;
  readonly deltas: readonly object[];
}

function blocksOf(saying: Saying, choice: Choice): readonly Block[] {
  const chars = saying.scenario.number('chars', 4);
  const blocks: Block[] = [];
  if (choice.reasoning !== null) {
    blocks.push({
      opened: { type: 'thinking', thinking: '', signature: '' },
      done: { type: 'thinking', thinking: choice.reasoning, signature: SIGNATURE },
      deltas: [
        ...pieces(choice.reasoning, chars).map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: SIGNATURE },
      ],
    });
  }
  for (const text of [choice.text, choice.refusal]) {
    if (text === null) continue;
    blocks.push({
      opened: { type: 'text', text: '' },
      done: { type: 'text', text },
      deltas: pieces(text, chars).map((piece) => ({
        type: 'text_delta',
        text: piece,
        ...(saying.scenario.has('unknown') ? { vendor_note: 'kept' } : {}),
      })),
    });
  }
  for (const [call, tool] of choice.tools.entries()) {
    const id = serialId('toolu_', saying.serial * 10 + call);
    blocks.push({
      opened: { type: 'tool_use', id, name: tool.name, input: {} },
      done: { type: 'tool_use', id, name: tool.name, input: parsedOrNone(tool.arguments) },
      deltas: ['', ...pieces(tool.arguments, chars)].map((partial_json) => ({
        type: 'input_json_delta',
        partial_json,
      })),
    });
  }
  return blocks;
}

/** Anthropic's `input_tokens` leaves out what was read from or written to the cache. */
function usageOf({ usage }: Answer, output: number): object {
  return {
    input_tokens: usage.input - usage.cached - usage.cacheWrite,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cached,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite, ephemeral_1h_input_tokens: 0 },
    output_tokens: output,
    service_tier: 'standard',
  };
}

export function anthropicMessages(saying: Saying, requestId: string): Wire {
  const { answer, asked, scenario } = saying;
  const choice = answer.choices[0];
  if (choice === undefined) throw new Error('Messages answers with exactly one choice.');
  const blocks = blocksOf(saying, choice);
  const message = (content: readonly object[], stop: string | null, output: number): object => ({
    id: serialId('msg_', saying.serial),
    type: 'message',
    role: 'assistant',
    model: asked.model,
    content,
    stop_reason: stop,
    stop_sequence: null,
    ...(stop === 'refusal' ? { stop_details: { type: 'refusal', category: null, explanation: null } } : {}),
    usage: usageOf(answer, output),
    ...(scenario.has('unknown') ? { vendor: { region: 'test' } } : {}),
  });
  const stop = STOP[choice.stop];
  return {
    get body() {
      return message(
        blocks.map((block) => block.done),
        stop,
        answer.usage.output,
      );
    },
    get frames(): readonly Frame[] {
      return [
        typedFrame({ type: 'message_start', message: message([], null, 1) }),
        ...(scenario.has('unknown') ? [typedFrame({ type: 'vendor_note', note: 'kept' })] : []),
        ...blocks.flatMap((block, index) => [
          typedFrame({ type: 'content_block_start', index, content_block: block.opened }),
          ...(index === 0 ? [typedFrame({ type: 'ping' })] : []),
          ...block.deltas.map((delta) => typedFrame({ type: 'content_block_delta', index, delta })),
          typedFrame({ type: 'content_block_stop', index }),
        ]),
        typedFrame({
          type: 'message_delta',
          delta: {
            stop_reason: stop,
            stop_sequence: null,
            ...(stop === 'refusal' ? { stop_details: { type: 'refusal', category: null, explanation: null } } : {}),
          },
          usage: usageOf(answer, answer.usage.output),
        }),
        typedFrame({ type: 'message_stop' }),
      ];
    },
    errorFrame: () => ({
      event: 'error',
      data: JSON.stringify(anthropicErrorBody(providerError(529, 'Overloaded'), requestId)),
    }),
  };
}

/** A stream can carry arguments that are no JSON; a whole message cannot. */
function parsedOrNone(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
