import type { Conversation } from '../conversation/conversation.ts';
import type { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import { type History, readHistory } from '../guard/history.ts';
import { NO_MEMORY } from '../guard/message-memory.ts';
import { conceal } from '../guard/conceal.ts';
import { inspectSegments } from '../guard/inspect-segments.ts';
import { takeOut } from '../guard/stopped-history.ts';
import { toEdits } from '../guard/to-edits.ts';
import type { JsonEdit } from '../text/json/splice-json.ts';
import type { Segment } from '../conversation/segment.ts';
import { askForReview } from './ask-for-review.ts';
import { stopFault } from './ending.ts';
import { keepInput } from './kept-text.ts';
import { openSegments } from './thread.ts';
import type { Exchange } from './exchange.ts';
import { carriesHistory } from './carries-history.ts';

/**
 * The rules over a request: what is new of its history, with its files and the turns that the provider keeps.
 * @returns the changes that the rules ask for
 * @throws Fault `ERR_BLOCKED`, `ERR_REVIEW`, `ERR_CHECK_FAILED`
 */
export async function inspectInput(
  exchange: Exchange,
  principal: Principal,
  conversation: Conversation,
  files: readonly Segment[],
  allowed: string,
  body: unknown,
): Promise<JsonEdit[]> {
  const { config } = exchange.generation.loaded;
  const { memory } = exchange.gateway;
  const { log } = exchange.draft;
  // Files come last: the words around one are still read as neighbours.
  const segments = files.length === 0 ? conversation.segments : [...conversation.segments, ...files];
  const open = openSegments(exchange.thread);
  const remembered = carriesHistory(conversation.surface) ? memory.messages.of(principal.id) : NO_MEMORY;
  const history: History = readHistory(segments, exchange.rules, remembered, {
    allowed,
    before: open.length === 0 ? '' : JSON.stringify(open.map(({ text }) => text)),
  });
  const out = takeOut(conversation, history.stopped, config.guard.blockedHistory, log);
  const found = await inspectSegments(
    exchange.rules,
    'input',
    [...open, ...segments.filter((segment) => !out.redactions.has(segment))],
    log,
    { look: memory.verdicts.of(principal.id).inspect, old: history.old, company: new Set(open) },
  );
  const concealed = exchange.vault === null ? found : conceal(conversation.segments, found, exchange.vault.vault, body);
  const redactions = new Map([...concealed].filter(([segment]) => !out.redactions.has(segment)));
  const review = await reviewed(exchange, principal, conversation, body);
  history.settle(log);
  exchange.history = history;
  if (exchange.thread === null) {
    const outcome = { status: 'skipped', reason: 'earlier turns of this conversation are not known here' } as const;
    const place = { segment: 'previous_response_id', role: '', origin: '' };
    for (const rule of exchange.rules) if (rule.on.includes('input')) log.outcome(rule, 'input', outcome, place);
  }
  keepInput(exchange.draft, segments, new Map([...redactions, ...out.redactions]), config.evidence.content);
  if (review !== null) throw review;
  exchange.stopIfTold('input');
  return [...out.edits, ...toEdits(segments, redactions)];
}

/** Where a rule wants a person to look at the request: asks. @returns the refusal, or null when nobody has to or somebody agreed. */
async function reviewed(
  exchange: Exchange,
  principal: Principal,
  conversation: Conversation,
  body: unknown,
): Promise<Fault | null> {
  const fault = stopFault(exchange.draft, 'input');
  if (fault?.code !== 'ERR_REVIEW') return null;
  const { surface } = conversation;
  const asked = { fault, principal, surface, body, draft: exchange.draft };
  const { waitFor } = exchange.generation.loaded.config.approvals;
  // A consent must not be used up for somebody who does not wait for it any more.
  const stop = new AbortController();
  try {
    return await exchange.untilGone(askForReview(exchange.gateway.approvals, asked, waitFor, stop.signal));
  } finally {
    stop.abort();
  }
}
