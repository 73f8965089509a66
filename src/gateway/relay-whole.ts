import type { Conversation } from '../conversation/conversation.ts';
import type { ResponseView } from '../conversation/surface.ts';
import { Fault, isFault } from '../core/fault.ts';
import { isAnswer } from '../guard/history.ts';
import { noteRestored } from '../guard/own-values.ts';
import { inspectAnswer } from '../guard/inspect-answer.ts';
import { redact } from '../guard/redaction.ts';
import { spliceJson } from '../text/json/splice-json.ts';
import type { Answer } from './answer.ts';
import type { CallStops } from '../conversation/call-stops.ts';
import { addUsage, ruleAnswer, saidIn } from './flow/answer-round.ts';
import type { Ruling } from './flow/call-gate.ts';
import { keepOutput } from './kept-text.ts';
import { namesOurKey } from './provider-key.ts';
import { restoreAnswer } from '../guard/restore-answer.ts';
import type { Exchange } from './exchange.ts';
import { keepVault, restoringOf } from './exchange-vault.ts';
import { noteAnswer, rememberTurn } from './remember-answer.ts';
import { requireReadable } from './readable-answer.ts';
import type { AskAgain } from './ask-again.ts';
import { hasMedia } from './has-media.ts';
import { countTokens } from './count-segment-tokens.ts';

/**
 * A whole JSON answer: read, inspected, and only where a rule says so changed.
 * @param counted null: the answer was paid for when it was made.
 * @param conversation null: it was asked for when it was made.
 */
export async function relayWhole(
  exchange: Exchange,
  answer: Answer,
  parse: (body: unknown) => ResponseView | null,
  counted: { readonly inputTokens: number; readonly generates: boolean } | null,
  calls: Calls | null,
  conversation: Conversation | null = null,
): Promise<void> {
  const { limits, evidence } = exchange.generation.loaded.config;
  const draft = exchange.draft;
  let bytes = await exchange.untilGone(answer.collect(limits.response));
  if (exchange.namesOurKey(bytes)) throw namesOurKey(answer.upstream.id);
  let body: unknown;
  let view: ResponseView | null;
  try {
    body = exchange.readAnswer(bytes, limits.response);
    view = parse(body);
  } catch (error) {
    throw new Fault(
      'ERR_UPSTREAM_INVALID',
      `The upstream "${answer.upstream.id}" answered with something that is not JSON.`,
      { cause: error },
    );
  }
  if (view === null) {
    throw new Fault(
      'ERR_UPSTREAM_INVALID',
      `The upstream "${answer.upstream.id}" answered in a form that is not its protocol's.`,
    );
  }
  if (counted === null) {
    exchange.settle({ inputTokens: 0, outputTokens: 0, estimated: false });
  } else {
    const usage = view.usage ?? {
      inputTokens: counted.inputTokens,
      outputTokens: counted.generates ? countTokens(view.segments) : 0,
      estimated: true,
    };
    draft.usage = addUsage(draft.usage, usage);
    const cost = exchange.settle(usage);
    draft.microUsd = cost === null ? null : cost + (draft.microUsd ?? 0);
  }
  const said = body;
  ({ bytes, body, view } = restoreAnswer(restoringOf(exchange), bytes, body, view, parse));
  let stopped: readonly Ruling[] = [];
  if (exchange.gate !== null && calls !== null) {
    const round = await exchange.untilGone(ruleAnswer(exchange.gate, calls.stops, body, calls.rounds));
    if (round.status === 'again') {
      const next = await askAgain(exchange, calls, said, round.errors);
      if (next !== null)
        return relayWhole(exchange, next, parse, counted, { ...calls, rounds: calls.rounds + 1 }, conversation);
    }
    if (round.status !== 'passes') ({ stopped } = round);
    if (round.edits.length > 0) {
      bytes = Buffer.from(spliceJson(bytes.toString('utf8'), round.edits), 'utf8');
      body = exchange.readAnswer(bytes, Number.MAX_SAFE_INTEGER);
      view = parse(body)!;
    }
  }
  const files = hasMedia(view.segments) ? await exchange.readFiles('output', body, view.segments) : [];
  const { redactions, edits } = await inspectAnswer(exchange.rules, body, view, draft.log, files);
  keepOutput(draft, view.segments, redactions, evidence.content, exchange.vault?.vault.restored);
  if (exchange.vault !== null) noteRestored(exchange.rules, exchange.vault.vault, draft.log);
  if (view.id !== null && draft.surface === 'openai-responses') await keepVault(exchange, view.id, 'output');
  exchange.stopIfTold('output');
  if (edits.length > 0) bytes = Buffer.from(spliceJson(bytes.toString('utf8'), edits), 'utf8');
  if (exchange.gate !== null && calls !== null) {
    const texts = saidIn(edits.length > 0 ? parse(JSON.parse(bytes.toString('utf8'))) : view);
    exchange.gate.remember(texts, exchange.generation.now());
    for (const id of calls.kept(view.id)) exchange.gate.keep(id, stopped, texts);
  }
  if (conversation !== null) {
    const said = view.segments.map((segment) => {
      return { ...segment, text: redact(segment.text, redactions.get(segment) ?? []) };
    });
    noteAnswer(exchange, conversation, said);
  }
  if (view.id !== null && draft.surface === 'openai-responses' && draft.principal !== null) {
    await exchange.gateway.owners.remember(view.id, draft.principal.id, answer.upstream.id);
    if (conversation !== null) rememberTurn(exchange, view.id, conversation, view.segments.some(isAnswer));
  }
  await exchange.finish(answer.status, exchange.headersOf(answer), bytes);
}

/** How the tool calls of a whole answer are treated. */
export interface Calls {
  readonly stops: CallStops;
  readonly again: AskAgain | null;
  readonly kept: (id: string | null) => readonly string[];
  readonly rounds: number;
}

/**
 * Asks the model once more, after all its calls were stopped.
 * @returns null where it cannot be asked or gives no whole answer: then the last answer is the one that counts.
 */
async function askAgain(
  exchange: Exchange,
  calls: Calls,
  said: unknown,
  errors: ReadonlyMap<string, string>,
): Promise<Answer | null> {
  const { upstreamRequestId } = exchange.draft;
  try {
    const next = (await calls.again?.(calls.stops, said, errors)) ?? null;
    if (next === null) return null;
    const type = String(next.headers['content-type'] ?? '');
    if (next.status < 300 && !type.startsWith('text/event-stream')) {
      requireReadable(next);
      return next;
    }
    next.abort();
  } catch (error) {
    if (!isFault(error)) throw error;
    exchange.gateway.log.warn({ err: error, request: exchange.draft.id }, 'the model could not be asked again');
  }
  exchange.draft.upstreamRequestId = upstreamRequestId;
  if (exchange.owed) exchange.settle(null);
  return null;
}
