import type { Conversation } from '../conversation/conversation.ts';
import type { Origin, Role, Segment, SegmentKind } from '../conversation/segment.ts';
import { SURFACE_IDS } from '../conversation/surface.ts';
import type { Exchange, KeptSegment } from '../core/exchange.ts';
import type { Principal } from '../core/principal.ts';
import type { Action, Decision } from '../core/verdict.ts';
import { stricter } from '../core/verdict.ts';
import type { BlockedHistory } from '../guard/stopped-history.ts';
import { takeOut } from '../guard/stopped-history.ts';
import type { AllowList } from '../guard/allow-list.ts';
import { DecisionLog } from '../guard/decision-log.ts';
import { exchangeContext } from '../guard/exchange-context.ts';
import { readHistory } from '../guard/history.ts';
import { inspectSegments } from '../guard/inspect-segments.ts';
import type { MessageMemory } from '../guard/message-memory.ts';
import { bindRules } from '../guard/rule.ts';
import type { RuleSets } from './rule-sets.ts';

/** A policy to replay exchanges under, with the memory that it gathers on the way. */
export interface ReplayPolicy {
  readonly rules: RuleSets;
  readonly allow: AllowList;
  readonly memory: MessageMemory;
  readonly blockedHistory: BlockedHistory;
}

export interface Replayed {
  readonly decisions: readonly Decision[];
  /** The strictest action of enforced rules. */
  readonly action: Action;
}

/** Runs the rules of a policy over an exchange that was kept, as they would have run when it came. */
export async function replay(
  exchange: Exchange,
  kept: readonly KeptSegment[],
  policy: ReplayPolicy,
): Promise<Replayed> {
  const input = kept.filter(({ stage }) => stage === 'input').map(toSegment);
  const output = kept.filter(({ stage }) => stage === 'output').map(toSegment);
  const who = {
    principal: exchange.principal?.id ?? '',
    team: exchange.principal?.team ?? null,
    model: exchange.model ?? '',
    surface: exchange.surface,
  };
  const conversation = asConversation(exchange, input);
  const allow = policy.allow.for(who);
  const rules = bindRules(policy.rules.for(who), exchangeContext(conversation, principalOf(exchange)), allow?.allows);
  const log = new DecisionLog();
  const history = readHistory(input, rules, policy.memory.of(who.principal), { allowed: allow?.version ?? '' });
  const out = takeOut(conversation, history.stopped, policy.blockedHistory, log);
  const read = input.filter((segment) => !out.redactions.has(segment));
  await inspectSegments(rules, 'input', read, log, { old: history.old });
  history.settle(log);
  const stopped = log.action === 'block' || log.action === 'review';
  if (!stopped) await inspectSegments(rules, 'output', output, log);
  return { decisions: log.decisions(), action: log.action };
}

/** The strictest action that an exchange's enforced decisions came to when it was recorded. */
export function recordedAction(decisions: readonly Decision[]): Action {
  let action: Action = 'allow';
  for (const decision of decisions) if (decision.mode === 'enforce') action = stricter(action, decision.action);
  return action;
}

/** True where what was found had been masked before it was kept: what stands there now would not be found again. */
export function isMasked(kept: readonly KeptSegment[]): boolean {
  return kept.some(({ text, marks }) =>
    marks.some(({ start, end }) => /^\[[A-Z0-9_]{1,64}\]$/.test(text.slice(start, end))),
  );
}

function toSegment(kept: KeptSegment): Segment {
  const { segment: id, role, origin, kind, text } = kept;
  return {
    id,
    path: [id],
    role: role as Role,
    origin: origin as Origin,
    kind: kind as SegmentKind,
    text,
    message: messageOf(id),
  };
}

/** `messages[3].content` → 3, `2/text` → 2; what stands outside messages → -1. A whole `input` is one message. */
function messageOf(id: string): number {
  const [, index] = /^(?:messages|input|prompt|choices|output|content)\[(\d+)\]/.exec(id) ?? /^(\d+)\//.exec(id) ?? [];
  if (index !== undefined) return Number(index);
  return id === 'input' || id === 'prompt' ? 0 : -1;
}

function principalOf({ principal }: Exchange): Principal | null {
  if (principal === null) return null;
  const { id, kind, team } = principal;
  return { id, kind, claims: {}, ...(team === null ? {} : { team }) };
}

function asConversation(exchange: Exchange, segments: readonly Segment[]): Conversation {
  return {
    surface: SURFACE_IDS.find((id) => id === exchange.surface) ?? 'openai-chat',
    model: exchange.model ?? '',
    stream: exchange.stream,
    segments,
    tools: [],
    answerSchema: null,
    maxOutputTokens: null,
    choices: 1,
    previous: null,
    usageRequested: false,
  };
}
