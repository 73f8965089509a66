import { dataFrame, pieces } from './frame.ts';
import type { Frame } from './frame.ts';
import { openaiUsage } from './openai-chat.ts';
import { openaiErrorBody, providerError } from './provider-error.ts';
import { interleave, serialId } from './wire.ts';
import type { Saying, Wire } from './wire.ts';

/** Legacy Completions: https://platform.openai.com/docs/api-reference/completions. */
export function openaiCompletions({ asked, answer, scenario, serial, created }: Saying): Wire {
  const head = { id: serialId('cmpl-', serial), object: 'text_completion', created, model: asked.model };
  const finish = (stop: string): string => (stop === 'length' ? 'length' : 'stop');
  return {
    get body() {
      return {
        ...head,
        choices: answer.choices.map((choice, index) => ({
          text: choice.text ?? '',
          index,
          logprobs: null,
          finish_reason: finish(choice.stop),
        })),
        usage: openaiUsage(answer),
      };
    },
    get frames() {
      const chunk = (choices: readonly object[], usage: object | null): Frame =>
        dataFrame({ ...head, choices, ...(asked.includeUsage ? { usage } : {}) });
      const texts = answer.choices.map((choice, index) => [
        ...pieces(choice.text ?? '', scenario.number('chars', 4)).map((text) => ({
          text,
          index,
          logprobs: null,
          finish_reason: null,
        })),
        { text: '', index, logprobs: null, finish_reason: finish(choice.stop) },
      ]);
      return [
        ...interleave<object>(texts).map((choice) => chunk([choice], null)),
        ...(asked.includeUsage ? [chunk([], openaiUsage(answer))] : []),
        { data: '[DONE]' },
      ];
    },
    errorFrame: () => dataFrame(openaiErrorBody(providerError(500, 'The server had an error while answering.'))),
  };
}
