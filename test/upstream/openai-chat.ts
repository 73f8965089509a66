import type { Answer, Choice } from './answer.ts';
import { dataFrame, pieces } from './frame.ts';
import type { Frame } from './frame.ts';
import { openaiErrorBody, providerError } from './provider-error.ts';
import { interleave, serialId } from './wire.ts';
import type { Saying, Wire } from './wire.ts';

/** Chat Completions: https://platform.openai.com/docs/api-reference/chat (object, streaming). */

const FINISH = { end: 'stop', length: 'length', tools: 'tool_calls', refusal: 'stop' } as const;

export function openaiUsage({ usage }: Answer): object {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

export function tokenLogprobs(text: string, chars: number): readonly object[] {
  return pieces(text, chars).map((token, at) => ({
    token,
    logprob: -0.125 * (at + 1),
    bytes: [...Buffer.from(token)],
    top_logprobs: [],
  }));
}

const callId = (saying: Saying, choice: number, call: number): string =>
  serialId('call_', saying.serial * 100 + choice * 10 + call);

function message(saying: Saying, choice: Choice, index: number): object {
  return {
    role: 'assistant',
    content: choice.text,
    ...(choice.reasoning === null ? {} : { reasoning_content: choice.reasoning }),
    ...(choice.tools.length === 0
      ? {}
      : {
          tool_calls: choice.tools.map((tool, call) => ({
            id: callId(saying, index, call),
            type: 'function',
            function: { name: tool.name, arguments: tool.arguments },
          })),
        }),
    refusal: choice.refusal,
    annotations: [],
  };
}

/** The deltas of one choice, in order. The last carries `finish_reason`. */
function choiceDeltas(saying: Saying, choice: Choice, index: number, chars: number): readonly object[] {
  const delta = (value: object, logprobs: unknown = null): object => ({
    index,
    delta: value,
    logprobs,
    finish_reason: null,
  });
  const spoken = (field: string, text: string | null): object[] =>
    text === null ? [] : pieces(text, chars).map((piece) => delta({ [field]: piece }));
  const content =
    choice.text === null
      ? []
      : pieces(choice.text, chars).map((piece) =>
          delta(
            { content: piece, ...(saying.scenario.has('unknown') ? { vendor_note: 'kept' } : {}) },
            saying.asked.logprobs ? { content: tokenLogprobs(piece, chars), refusal: null } : null,
          ),
        );
  const calls = choice.tools.map((tool, call) => [
    delta({
      tool_calls: [
        {
          index: call,
          id: callId(saying, index, call),
          type: 'function',
          function: { name: tool.name, arguments: '' },
        },
      ],
    }),
    ...pieces(tool.arguments, chars).map((piece) =>
      delta({ tool_calls: [{ index: call, function: { arguments: piece } }] }),
    ),
  ]);
  return [
    delta({ role: 'assistant', content: choice.tools.length > 0 && choice.text === null ? null : '', refusal: null }),
    ...spoken('reasoning_content', choice.reasoning),
    ...content,
    ...spoken('refusal', choice.refusal),
    ...(saying.scenario.has('interleave') ? interleave(calls) : calls.flat()),
    { index, delta: {}, logprobs: null, finish_reason: FINISH[choice.stop] },
  ];
}

export function openaiChat(saying: Saying): Wire {
  const { asked, answer, scenario, created } = saying;
  const chars = scenario.number('chars', 4);
  const head = {
    id: serialId('chatcmpl-', saying.serial),
    created,
    model: asked.model,
    service_tier: 'default',
    system_fingerprint: 'fp_upstream',
    ...(scenario.has('unknown') ? { vendor: { region: 'test', big: 12345678901234567890n.toString() } } : {}),
  };
  return {
    get body() {
      return {
        ...head,
        object: 'chat.completion',
        choices: answer.choices.map((choice, index) => ({
          index,
          message: message(saying, choice, index),
          logprobs:
            asked.logprobs && choice.text !== null
              ? { content: tokenLogprobs(choice.text, chars), refusal: null }
              : null,
          finish_reason: FINISH[choice.stop],
        })),
        usage: openaiUsage(answer),
      };
    },
    get frames() {
      const chunk = (choices: readonly object[], usage: object | null): Frame =>
        dataFrame({
          ...head,
          object: 'chat.completion.chunk',
          choices,
          ...(asked.includeUsage ? { usage } : {}),
          ...(scenario.has('unknown') ? { obfuscation: 'Zq3x' } : {}),
        });
      const deltas = interleave(answer.choices.map((choice, index) => choiceDeltas(saying, choice, index, chars)));
      return [
        ...deltas.map((delta) => chunk([delta], null)),
        ...(asked.includeUsage ? [chunk([], openaiUsage(answer))] : []),
        { data: '[DONE]' },
      ];
    },
    errorFrame: () => dataFrame(openaiErrorBody(providerError(500, 'The server had an error while answering.'))),
  };
}
