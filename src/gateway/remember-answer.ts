import type { Conversation } from '../conversation/conversation.ts';
import { answerMessages } from './answer-messages.ts';
import { rememberThread } from './thread.ts';
import type { Exchange } from './exchange.ts';
import { RETRIEVAL } from './retrieval.ts';

/** What the next request may bring as its history was inspected as an answer. */
export function noteAnswer(
  exchange: Exchange,
  { surface }: Conversation,
  texts: Parameters<typeof answerMessages>[1],
): void {
  const { messages, together } = answerMessages(surface, texts);
  exchange.history?.answered(messages, together);
}

/** What the next turn has to know of this one, where the provider keeps the conversation. */
export function rememberTurn(exchange: Exchange, id: string, conversation: Conversation, spoke: boolean): void {
  const { principal, surface, kept } = exchange.draft;
  if (principal === null || surface !== 'openai-responses' || conversation === RETRIEVAL) return;
  const keeping = exchange.generation.loaded.config.evidence.content;
  const turn = { before: exchange.thread, conversation, kept, spoke, keeping };
  const objects = conversation.previous?.startsWith('conv_') ? [id, conversation.previous] : [id];
  rememberThread(exchange.gateway.memory.threads, principal.id, objects, turn);
}

/** Names under which a later request can go on with an answer. */
export function keptUnder({ surface, previous }: Conversation): (id: string | null) => readonly string[] {
  if (surface !== 'openai-responses') return () => [];
  // A conversation keeps its name, a response hands on to the next.
  const conversation = previous === null || previous.startsWith('resp_') ? [] : [previous];
  return (id) => (id === null ? conversation : [...conversation, id]);
}
