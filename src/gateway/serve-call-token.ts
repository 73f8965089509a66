import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import { readJson } from '../text/json/read-json.ts';
import { requestIdHeaders } from './headers.ts';
import { readBody } from './read-body.ts';
import type { Exchange } from './exchange.ts';

/** Bytes of a request for a token. */
const MAX_TOKEN_REQUEST = 4096;

/** A token for a call that was let through to this caller, once: `{"call": "<the provider's id>"}`. */
export async function serveCallToken(exchange: Exchange, principal: Principal): Promise<void> {
  exchange.draft.surface = 'call-tokens';
  const { limits } = exchange.generation.loaded.config;
  const bytes = await readBody(exchange.client.request, MAX_TOKEN_REQUEST, limits.bodyTimeout);
  exchange.draft.requestBytes = bytes.length;
  const body = readJson(bytes, { bytes: MAX_TOKEN_REQUEST, depth: 2, items: 8 }) as {
    readonly call?: unknown;
  } | null;
  const id = body?.call;
  if (typeof id !== 'string' || id === '')
    throw new Fault('ERR_REQUEST_INVALID', 'must be the id of a tool call', { where: 'call' });
  const { tokens } = exchange.generation.flow;
  const call =
    tokens === null ? null : exchange.gateway.flowMemory.takeOpen(principal.id, id, exchange.generation.now());
  if (tokens === null || call === null)
    throw new Fault('ERR_NOT_FOUND', 'There is no call of this id that was let through to you a moment ago.', {
      where: 'call',
      hint: 'A token is made once for each call, within five minutes, for tools that flow.callTokens names.',
    });
  const { token, audience, expiresIn } = await tokens.mint(call, principal);
  await exchange.finish(
    200,
    { 'content-type': 'application/json', 'cache-control': 'no-store', ...requestIdHeaders(exchange.draft.id) },
    Buffer.from(JSON.stringify({ token, tool: call.tool, audience, expires_in: expiresIn }), 'utf8'),
  );
}
