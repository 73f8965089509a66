import type { Conversation } from '../conversation/conversation.ts';
import type { ResponseView, Surface, SurfaceId } from '../conversation/surface.ts';
import type { Principal } from '../core/principal.ts';
import { readJson } from '../text/json/read-json.ts';
import { type JsonEdit, spliceJson } from '../text/json/splice-json.ts';
import type { Answer } from './answer.ts';
import { type Candidate, findCandidates } from './candidates.ts';
import { callStops } from '../conversation/call-stops.ts';
import { answerStopped, mendReferences } from './flow/mend-request.ts';
import { recordScopedResults, scopeRequest } from './flow/scope-request.ts';
import { openGate } from './flow/open-gate.ts';
import type { FlowCall, FlowEvent } from '../flow/history.ts';
import { readBody } from './read-body.ts';
import { Spending } from './spending.ts';
import { readThread } from './thread.ts';
import type { Exchange } from './exchange.ts';
import { keepVault, openVault } from './exchange-vault.ts';
import { inspectInput } from './inspect-input.ts';
import { sendRequest } from './send-request.ts';
import { relayWhole } from './relay-whole.ts';
import { relayStream } from './relay-stream.ts';
import { relayError } from './relay-error.ts';
import { keptUnder } from './remember-answer.ts';
import { requireReadable } from './readable-answer.ts';
import type { AskAgain } from './ask-again.ts';
import { hasMedia } from './has-media.ts';
import { countTokens } from './count-segment-tokens.ts';

/** A request to a model, from its bytes to the answer: read, allowed, inspected, reserved for, sent, relayed. */
export async function askModel(
  exchange: Exchange,
  principal: Principal,
  surface: Surface,
  path: string,
): Promise<void> {
  const { limits, guard } = exchange.generation.loaded.config;
  const draft = exchange.draft;
  draft.surface = surface.id;
  let bytes = await readBody(exchange.client.request, limits.body, limits.bodyTimeout);
  draft.requestBytes = bytes.length;
  const bounds = { bytes: limits.body, depth: limits.depth, items: limits.items };
  let body: unknown = readJson(bytes, bounds);
  let conversation = surface.parseRequest(body);
  draft.model = conversation.model;
  draft.stream = conversation.stream;

  exchange.authorise(principal, 'invoke', conversation.model, surface.id, conversation.stream);
  const candidates = findCandidates(exchange.generation.upstreams, surface.dialect, conversation.model);
  if (conversation.previous !== null && guard.previous !== 'any')
    await exchange.ownedBy(principal, conversation.previous, 'previous_response_id');
  exchange.thread = readThread(exchange.gateway.memory.threads, principal.id, conversation.previous, guard.previous);

  const offered = conversation.tools;
  const scoped = scopeOf(exchange, principal, surface.id, conversation.previous, body);
  if (scoped.length > 0) {
    // What the model must not see is not there for anything that comes behind.
    bytes = Buffer.from(spliceJson(bytes.toString('utf8'), scoped), 'utf8');
    body = readJson(bytes, { ...bounds, bytes: Number.MAX_SAFE_INTEGER });
    conversation = surface.parseRequest(body);
  }
  const allowed = exchange.bind(principal, surface.id, conversation);
  exchange.kept = conversation.kept === true;
  await openVault(exchange, principal, conversation.previous, 'input');
  const files = hasMedia(conversation.segments)
    ? await exchange.untilGone(exchange.readFiles('input', body, conversation.segments))
    : [];
  const edits = await inspectInput(exchange, principal, conversation, files, allowed, body);
  exchange.gate = openGate(
    exchange.gateContext(principal),
    conversation,
    body,
    files,
    exchange.client.request.headers,
    offered,
  );
  if (exchange.gate !== null && surface.id === 'openai-responses') edits.push(...mendReferences(body));
  const stopped =
    conversation.previous === null
      ? []
      : (exchange.gateway.flowMemory.history(principal.id, conversation.previous)?.stopped ?? []);
  body = null; // an answer may stream for minutes, and a body be large
  if (conversation.previous !== null) {
    // A conversation that the provider keeps holds the placeholders as soon as it has been sent.
    await keepVault(exchange, conversation.previous, 'input');
    exchange.stopIfTold('input');
  }
  const inputTokens =
    countTokens(conversation.segments) + countTokens(files.filter(({ file }) => file?.hidden === false));
  exchange.inputTokens = inputTokens;
  const reserve = async (): Promise<void> => {
    exchange.spending = await Spending.reserve(exchange.generation, principal, conversation.model, inputTokens, {
      maxOutput: conversation.maxOutputTokens,
      stream: conversation.stream,
      generates: surface.generates,
    });
    exchange.owed = true;
  };
  await reserve();
  // The usage of a Chat stream comes only on request; budgets and records need it, the caller may not want it.
  const addsUsage = conversation.stream && !conversation.usageRequested && reportsUsageOnRequest(surface);
  if (addsUsage) edits.push({ path: ['stream_options'], insert: { include_usage: true } });

  const text = (): string => bytes.toString('utf8');
  const bodyFor = (candidate: Candidate): Uint8Array => {
    const renamed: JsonEdit[] =
      candidate.model === conversation.model ? [] : [{ path: ['model'], value: candidate.model }];
    if (edits.length + renamed.length + stopped.length === 0) return bytes;
    return Buffer.from(answerStopped(spliceJson(text(), [...edits, ...renamed]), stopped), 'utf8');
  };
  const answer = await sendRequest(exchange, candidates, 'POST', path, bodyFor);
  let round = bodyFor;
  await reply(exchange, answer, surface, conversation, inputTokens, addsUsage, async (stops, said, errors) => {
    const before = round;
    const goOn = (candidate: Candidate): string | null =>
      stops.goOn(Buffer.from(before(candidate)).toString('utf8'), said, errors);
    if (goOn(candidates[0]!) === null) return null;
    await reserve();
    round = (candidate) => Buffer.from(goOn(candidate)!, 'utf8');
    return sendRequest(exchange, candidates, 'POST', path, round);
  });
}

async function reply(
  exchange: Exchange,
  answer: Answer,
  surface: Surface,
  conversation: Conversation,
  inputTokens: number,
  addsUsage: boolean,
  again: AskAgain,
): Promise<void> {
  const type = String(answer.headers['content-type'] ?? '');
  if (answer.status >= 400) return relayError(exchange, answer);
  requireReadable(answer);
  if (surface.createStreamReader !== undefined && type.startsWith('text/event-stream')) {
    return relayStream(exchange, answer, surface, conversation, inputTokens, addsUsage, again);
  }
  const stops = callStops(surface.id);
  const parse = (body: unknown): ResponseView | null => surface.parseResponse(body);
  const counted = { inputTokens, generates: surface.generates };
  const kept = keptUnder(conversation);
  await relayWhole(
    exchange,
    answer,
    parse,
    counted,
    stops === null ? null : { stops, again, kept, rounds: 0 },
    conversation,
  );
}

/** What the operator's scopes take out of the request; recorded, and nothing is taken out where calls are only watched. */
function scopeOf(
  exchange: Exchange,
  principal: Principal,
  surface: SurfaceId,
  previous: string | null,
  body: unknown,
): readonly JsonEdit[] {
  const { settings, rules } = exchange.generation.flow;
  if (rules === null || settings.mode === 'off') return [];
  const memory = exchange.gateway.flowMemory;
  const kept = previous === null ? null : memory.history(principal.id, previous);
  const scoped = scopeRequest(surface, body, {
    rules,
    principal,
    callById: (id) => memory.call(principal.id, id) ?? kept?.events.find(isCall(id)) ?? null,
  });
  const decision = recordScopedResults(scoped, settings.mode);
  if (decision !== null) exchange.draft.flow.push(decision);
  return settings.mode === 'enforce' ? scoped.edits : [];
}

function isCall(id: string): (event: FlowEvent) => event is FlowCall {
  return (event): event is FlowCall => event.kind === 'call' && event.id === id;
}

/** Chat and completions streams report usage only when `stream_options.include_usage` is set. */
function reportsUsageOnRequest(surface: Surface): boolean {
  return surface.id === 'openai-chat' || surface.id === 'openai-completions';
}
