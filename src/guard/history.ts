import type { Segment } from '../conversation/segment.ts';
import type { DecisionLog } from './decision-log.ts';
import { createKeyedHash } from './keyed-hash.ts';
import type { PrincipalMemory } from './message-memory.ts';
import type { Rule } from './rule.ts';

const keyedHash = createKeyedHash();

/** A message that a rule in force stopped before and that comes again under a later one. */
export interface StoppedMessage {
  readonly message: number;
  readonly rule: Rule;
  readonly segments: readonly Segment[];
}

/** What of a request's conversation is known already. */
export interface History {
  /** Texts that every rule in force let pass when they came, in the company in which they came. */
  readonly old: ReadonlySet<Segment>;
  readonly stopped: readonly StoppedMessage[];
  /** Remembers what the rules decided about the request's messages. Call it once they all have. */
  settle(log: DecisionLog): void;
  /**
   * Remembers an answer as it went to the client: where it comes back as history it is the model's own, and no rule has to
   * take it for somebody's forgery. Texts in the order in which the request will have them.
   * @param together false: the messages are alternatives.
   */
  answered(messages: readonly (readonly AnswerText[])[], together: boolean): void;
}

/** One text of an answer. */
export type AnswerText = Pick<Segment, 'role' | 'origin' | 'kind' | 'tool' | 'text'>;

interface Message {
  readonly index: number;
  readonly segments: Segment[];
  /** Of the message in its company. */
  key: string;
  stopped: boolean;
}

/**
 * Tells the messages of a request that this principal has sent before from new ones. A client of a stateless protocol
 * sends its whole history, and it may forge it: nothing of a request says what is old, only memory does.
 *
 * A message is known by a hash over itself and everything that its side said since the last answer, so that what was
 * harmless alone is not known in another company. It is *old* when it lies before the last answer, and the same rules
 * have let it pass. What comes after the last answer is always new. System prompts and definitions of tools are in force
 * in every request and are read in every request.
 *
 * @param more what else decides whether the same message is the same case: the version of the allow-list, because what
 * passed for an entry is new when the entry is gone; and what the user said before in turns that the provider keeps.
 */
export function readHistory(
  segments: readonly Segment[],
  rules: readonly Rule[],
  memory: PrincipalMemory,
  more: { readonly allowed?: string; readonly before?: string } = {},
): History {
  const inForce = rules.filter(({ on }) => on.includes('input'));
  const allowed = more.allowed ?? '';
  const policy = `${policyOf(rules)}${allowed === '' ? '' : keyedHash('allowed', allowed)}`;
  const messages = messagesOf(segments);
  setKeys(messages, more.before ?? '');

  let lastAnswer = -1;
  let last = -1;
  for (const { index, segments: parts } of messages) {
    last = index;
    if (parts.some(isAnswer)) lastAnswer = index;
  }
  const old = new Set<Segment>();
  const stopped: StoppedMessage[] = [];
  for (const message of messages) {
    const { index, segments: parts, key } = message;
    const stop = index < last ? memory.recall(key) : null;
    const rule =
      stop?.state === 'stopped' && stop.allowed === allowed
        ? inForce.find(({ policyKey }) => policyKey === stop.policyKey)
        : undefined;
    if (rule !== undefined) {
      message.stopped = true;
      stopped.push({ message: index, rule, segments: parts });
    } else if (index <= lastAnswer && !parts.some(isMedia) && memory.recall(`${key}${policy}`)?.state === 'passed') {
      for (const part of parts) old.add(part);
    }
  }

  return {
    old,
    stopped,
    settle(log) {
      if (log.action === 'block' || log.action === 'review') {
        const messageOf = new Map(messages.flatMap((one) => one.segments.map(({ id }) => [id, one] as const)));
        for (const { rule, segment } of log.stops('input')) {
          const message = messageOf.get(segment);
          if (message === undefined || message.stopped || rule.policyKey === undefined) continue;
          message.stopped = true;
          memory.remember(message.key, { state: 'stopped', policyKey: rule.policyKey, allowed });
        }
        return;
      }
      for (const { key, segments: parts, stopped: out } of messages) {
        if (out || !parts.every(({ id }) => log.checked('input', id))) continue;
        memory.forget(key);
        memory.remember(`${key}${policy}`, { state: 'passed' });
      }
    },
    answered(said, together) {
      let chain = '';
      for (const message of said) {
        const texts = message.filter(({ text }) => text !== '');
        if (texts.length === 0) continue;
        const key = keyOf(chain, texts);
        memory.remember(`${key}${policy}`, { state: 'passed' });
        if (together) chain = key;
      }
    },
  };
}

/** Of rules that are bound to nothing, which are the same from one exchange to the next. */
const policies = new WeakMap<readonly Rule[], string>();

/** Stands for everything that the input rules are and were told. */
function policyOf(rules: readonly Rule[]): string {
  let policy = policies.get(rules);
  if (policy === undefined) {
    const keys = rules.flatMap(({ on, policyKey, contextKey }) =>
      on.includes('input') ? [[policyKey, contextKey]] : [],
    );
    policies.set(rules, (policy = keyedHash('policy', JSON.stringify(keys))));
  }
  return policy;
}

/** True for what a model says and does: it ends what was said before. White space does not. */
export function isAnswer({ role, origin, text }: Segment): boolean {
  return role === 'assistant' && origin === 'model' && text.trim() !== '';
}

/** What it shows is not in its text, so nobody knows whether it is the same as before. */
function isMedia({ kind }: Segment): boolean {
  return kind === 'media';
}

/** Parts by message, without what stands in force for the whole request. */
function messagesOf(segments: readonly Segment[]): readonly Message[] {
  const messages = new Map<number, Message>();
  for (const segment of segments) {
    const { message: index, origin } = segment;
    if (index < 0 || origin === 'operator' || origin === 'definition') continue;
    const known = messages.get(index);
    if (known === undefined) messages.set(index, { index, segments: [segment], key: '', stopped: false });
    else known.segments.push(segment);
  }
  return [...messages.values()].toSorted((a, b) => a.index - b.index);
}

/** Each message's hash covers those of its side before it, back to the last answer. */
function setKeys(messages: readonly Message[], before: string): void {
  let chain = before;
  let answering = false;
  for (const message of messages) {
    const answers = message.segments.some(isAnswer);
    if (answers !== answering) chain = '';
    answering = answers;
    message.key = chain = keyOf(chain, message.segments);
  }
}

function keyOf(chain: string, segments: readonly AnswerText[]): string {
  const texts = segments.map(({ role, origin, kind, tool, text }) => {
    return `${JSON.stringify([role, origin, kind, tool ?? null, text.length])}${text}`;
  });
  return keyedHash(chain, texts.join(''));
}
