import type { Conversation } from '../conversation/conversation.ts';
import type { Origin } from '../conversation/segment.ts';
import type { Principal } from '../core/principal.ts';
import type { ExchangeContext } from '../detect/detector.ts';

/** What detectors that judge an answer by what was asked are told of a request. */
export function exchangeContext(conversation: Conversation, principal: Principal | null): ExchangeContext {
  const textsOf = (wanted: Origin): string[] =>
    conversation.segments.flatMap(({ origin, kind, text }) => (origin === wanted && kind === 'text' ? [text] : []));
  return {
    instructions: textsOf('operator'),
    userTexts: textsOf('user'),
    answerSchema: conversation.answerSchema,
    tools: conversation.tools.map(({ name, schema }) => ({ name, schema })),
    model: conversation.model,
    principal: principal === null ? null : { id: principal.id, team: principal.team ?? null },
  };
}
