import type { SurfaceId } from '../conversation/surface.ts';
import type { AnswerText } from '../guard/history.ts';

/** An answer as the next request will have it in its history. */
export interface AnswerMessages {
  readonly messages: readonly (readonly AnswerText[])[];
  /** True: they stand one after the other. False: one of them will stand there. */
  readonly together: boolean;
}

/**
 * Puts the texts of an answer together to messages: a choice of Chat is one message and the client takes one of them,
 * the blocks of Anthropic's dialect are one message, and every item of the Responses API is one.
 */
export function answerMessages(
  surface: SurfaceId,
  texts: readonly (AnswerText & { readonly message: number })[],
): AnswerMessages {
  if (surface.startsWith('anthropic')) return { messages: [texts], together: true };
  const messages = new Map<number, AnswerText[]>();
  for (const text of texts) {
    const known = messages.get(text.message);
    if (known === undefined) messages.set(text.message, [text]);
    else known.push(text);
  }
  return { messages: [...messages.values()], together: surface === 'openai-responses' };
}
