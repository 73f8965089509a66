import type { McpServerConfig } from '../config/mcp-schema.ts';
import { APPROVAL } from './consent-desk.ts';
import { checkElicitation } from './elicitation-rules.ts';
import { isDeclared } from './protocol.ts';
import { isObject, type JsonObject } from './rpc-message.ts';

export type InputVerdict =
  | { readonly status: 'shown'; readonly requests: JsonObject }
  | { readonly status: 'refused'; readonly reason: string };

const KINDS: ReadonlySet<unknown> = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list']);
const MOST = 16;

/**
 * What a server asks of the client before it goes on (`inputRequests`, MCP 2026-07-28), held to the rules of its requests.
 * @param capabilities as the client declares them in the request that is answered.
 */
export function checkInputRequests(
  asked: JsonObject,
  capabilities: unknown,
  around: { readonly server: string; readonly settings: McpServerConfig },
): InputVerdict {
  const { server, settings } = around;
  if (Object.keys(asked).length > MOST) return refused('It asks for too much at once.');
  if (Object.hasOwn(asked, APPROVAL)) return refused('It asks under a name of the proxy.');
  const requests: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(asked)) {
    if (!isObject(one) || !KINDS.has(one['method'])) return refused('It asks for something that servers may not ask.');
    const params = isObject(one['params']) ? one['params'] : {};
    if (one['method'] === 'sampling/createMessage' && !settings.sampling) return refused('Sampling is turned off.');
    if (!isDeclared(capabilities, one['method'], params))
      return refused('It asks for something that the client has not declared.');
    if (one['method'] === 'elicitation/create') {
      const verdict = checkElicitation(params, server, settings.elicitation);
      if (verdict.status === 'refused') return verdict;
      requests[key] = { ...one, params: verdict.params };
    } else requests[key] = one;
  }
  return { status: 'shown', requests };
}

function refused(reason: string): InputVerdict {
  return { status: 'refused', reason };
}
