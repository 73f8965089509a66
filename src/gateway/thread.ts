import type { Conversation } from '../conversation/conversation.ts';
import type { Segment } from '../conversation/segment.ts';
import type { KeptSegment } from '../core/exchange.ts';
import { Fault } from '../core/fault.ts';
import { isAnswer } from '../guard/history.ts';
import { NO_THREAD, type Thread, type ThreadMemory } from './thread-memory.ts';

/**
 * The turns before a request that names an earlier response.
 * @returns null when they are not known here, which is allowed unless the configuration asks for `known`.
 * @throws Fault `ERR_NOT_FOUND`.
 */
export function readThread(
  memory: ThreadMemory,
  principal: string,
  previous: string | null,
  choice: 'owned' | 'known' | 'any',
): Thread | null {
  if (previous === null) return NO_THREAD;
  const thread = memory.recall(principal, previous);
  if (choice === 'known' && thread?.complete !== true) {
    throw new Fault('ERR_NOT_FOUND', 'The earlier turns of this conversation cannot be read here any more.', {
      where: 'previous_response_id',
      hint: 'Send the whole conversation as input.',
    });
  }
  return thread;
}

/** What the user said before this request and was not answered, to be read together with what it says. */
export function openSegments(thread: Thread | null): readonly Segment[] {
  return (thread?.open ?? []).map((part, index) => ({
    ...part,
    id: `previous[${index}]`,
    path: ['previous', index],
    message: -1,
  }));
}

/** Remembers the turns up to now under the ids by which the next request may name them. */
export function rememberThread(
  memory: ThreadMemory,
  principal: string,
  objects: readonly string[],
  turn: {
    readonly before: Thread | null;
    readonly conversation: Conversation;
    readonly kept: readonly KeptSegment[];
    readonly spoke: boolean;
    readonly keeping: 'none' | 'redacted' | 'full';
  },
): void {
  const { before, conversation, kept, spoke, keeping } = turn;
  const texts = new Map(
    kept.flatMap(({ stage, segment, text }) => (stage === 'input' ? [[segment, text] as const] : [])),
  );
  let open = [...(before?.open ?? [])];
  const prompts: string[] = [];
  for (const segment of conversation.segments) {
    const text = texts.get(segment.id);
    const { role, origin, kind } = segment;
    if (isAnswer(segment)) open = [];
    else if (text === undefined || kind !== 'text') continue;
    else if (origin === 'operator') prompts.push(text);
    else if (origin === 'user' || origin === 'document') open.push({ role, origin, kind, text });
  }
  const thread: Thread = {
    instructions: [...new Set([...(before?.instructions ?? []), ...prompts])],
    open: spoke ? [] : open,
    complete: before?.complete === true && keeping !== 'none',
    turns: (before?.turns ?? 0) + 1,
  };
  for (const object of objects) memory.remember(principal, object, thread);
}
