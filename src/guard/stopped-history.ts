import type { Conversation } from '../conversation/conversation.ts';
import type { JsonPath, Segment } from '../conversation/segment.ts';
import type { JsonEdit } from '../text/json/splice-json.ts';
import type { DecisionLog } from './decision-log.ts';
import type { StoppedMessage } from './history.ts';
import type { Redaction } from './redaction.ts';

/** What becomes of a message that was stopped before and comes again in a history. */
export type BlockedHistory = 'redact' | 'drop' | 'block';

/** What a model reads in the place of a message that was stopped. */
export const NOTICE = '[This message was removed by a security rule.]';

export interface TakenOut {
  readonly edits: readonly JsonEdit[];
  /** For the record of the conversation: the texts that were taken out. */
  readonly redactions: ReadonlyMap<Segment, readonly Redaction[]>;
}

/**
 * Takes messages out of a request that rules stopped before, so that a conversation can go on without them, or stops the
 * request again. A message that belongs to a tool call stays as a message, because calls and results go together.
 */
export function takeOut(
  conversation: Conversation,
  stopped: readonly StoppedMessage[],
  how: BlockedHistory,
  log: DecisionLog,
): TakenOut {
  const edits: JsonEdit[] = [];
  const redactions = new Map<Segment, readonly Redaction[]>();
  const counts = new Map<StoppedMessage['rule'], number>();
  for (const { rule } of stopped) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  for (const [rule, count] of counts) {
    const messages = count === 1 ? 'a message' : `${count} messages`;
    const reason =
      how === 'block'
        ? `${messages} that it stopped before came again`
        : `${messages} that it stopped before came again and left the history`;
    log.stoppedBefore(rule, 'input', how === 'block' ? 'block' : 'redact', reason);
  }
  if (how === 'block') return { edits, redactions };

  for (const { segments } of stopped) {
    for (const segment of segments) {
      redactions.set(segment, [{ start: 0, end: segment.text.length, placeholder: NOTICE }]);
    }
    const place = placeOf(conversation, segments);
    if (place === null) {
      segments.forEach(({ path }, index) => edits.push({ path, value: index === 0 ? NOTICE : '' }));
    } else if (how === 'drop' && !segments.some(({ origin }) => origin === 'tool')) {
      edits.push({ path: place, remove: true });
    } else edits.push({ path: [...place, 'content'], value: NOTICE });
  }
  return { edits, redactions };
}

/** Path of a message that is nothing but its content; null when only its texts can be replaced. */
function placeOf({ surface }: Conversation, segments: readonly Segment[]): JsonPath | null {
  const [first] = segments;
  if (first === undefined) return null;
  const [root, index] = first.path;
  if ((root !== 'messages' && root !== 'input') || typeof index !== 'number') return null;
  const whole = segments.every(({ path }) => path[0] === root && path[1] === index && path[2] === 'content');
  // In Anthropic's dialect results of tools are blocks of a user's message.
  const result = segments.some(({ origin, kind }) => origin === 'tool' || kind.startsWith('tool-'));
  return whole && !(result && (root === 'input' || surface.startsWith('anthropic'))) ? [root, index] : null;
}
