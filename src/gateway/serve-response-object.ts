import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import { callStops } from '../conversation/call-stops.ts';
import { reopenGate } from './flow/open-gate.ts';
import { everyString } from './every-string.ts';
import { readBody } from './read-body.ts';
import type { Route } from './route.ts';
import { Spending } from './spending.ts';
import type { Exchange } from './exchange.ts';
import { forgetVault, openVault } from './exchange-vault.ts';
import { sendRequest } from './send-request.ts';
import { type Calls, relayWhole } from './relay-whole.ts';
import { relayStream } from './relay-stream.ts';
import { relayError } from './relay-error.ts';
import { requireReadable } from './readable-answer.ts';
import { RETRIEVAL } from './retrieval.ts';

/** A response that the provider keeps: read again, cancelled or deleted by the one it was made for. */
export async function serveResponseObject(
  exchange: Exchange,
  principal: Principal,
  route: Extract<Route, { kind: 'response-object' }>,
): Promise<void> {
  const draft = exchange.draft;
  draft.surface = 'openai-responses';
  const { limits } = exchange.generation.loaded.config;
  if (route.operation === 'cancel') {
    draft.requestBytes = (await readBody(exchange.client.request, limits.body, limits.bodyTimeout)).length;
  }
  const id = await exchange.ownedBy(principal, route.object, 'path');
  const upstream = exchange.generation.upstreams.find((candidate) => candidate.id === id);
  if (upstream === undefined) {
    throw new Fault('ERR_NOT_FOUND', `There is no response "${route.object}" that you may use.`, { where: 'path' });
  }
  exchange.thread = exchange.gateway.memory.threads.recall(principal.id, route.object);
  exchange.bind(principal, 'openai-responses', RETRIEVAL);
  const method = route.operation === 'cancel' ? 'POST' : route.operation === 'delete' ? 'DELETE' : 'GET';
  exchange.spending = await Spending.reserve(exchange.generation, principal, '', 0, {
    maxOutput: 0,
    stream: false,
    generates: false,
  });
  await openVault(exchange, principal, route.object, 'output');
  const answer = await sendRequest(exchange, [{ upstream, model: '' }], method, route.upstreamPath, () => null);
  if (route.operation === 'delete' && answer.status < 300) await forgetVault(exchange, principal, route.object);
  const surface = exchange.gateway.responsesSurface;
  exchange.gate = reopenGate(exchange.gateContext(principal), route.object);
  if (answer.status >= 400) return relayError(exchange, answer);
  requireReadable(answer);
  if (String(answer.headers['content-type'] ?? '').startsWith('text/event-stream')) {
    draft.stream = true;
    return relayStream(exchange, answer, surface, RETRIEVAL, 0, false);
  }
  // What an answer holds was inspected when it was made, perhaps under other rules, perhaps in the background: again.
  const calls: Calls = {
    stops: callStops(surface.id)!,
    again: null,
    kept: () => [],
    rounds: Number.POSITIVE_INFINITY,
  };
  return relayWhole(exchange, answer, (body) => surface.parseResponse(body) ?? everyString(body), null, calls);
}
