import { isObject, type JsonObject } from './rpc-message.ts';

/** The first revision without sessions, in which each request says everything about itself. */
export const STATELESS = '2026-07-28';

export const META = {
  version: 'io.modelcontextprotocol/protocolVersion',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  /** What the user wrote, as the program in front of the model gives it. Never passed on to a server. */
  userWords: 'io.parapet/user-words',
  /** A token for this one call, for servers over stdio. */
  callToken: 'io.parapet/call-token',
} as const;

/** Requests that clients make. Any other method is refused: what is not understood is not inspected. */
export const CLIENT_REQUESTS: ReadonlySet<string> = new Set([
  'initialize',
  'server/discover',
  'ping',
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'completion/complete',
  'logging/setLevel',
  'subscriptions/listen',
  'tasks/get',
  'tasks/list',
  'tasks/result',
  'tasks/cancel',
]);

export const CLIENT_NOTIFICATIONS: ReadonlySet<string> = new Set([
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
]);

/** Requests that servers make of clients, in revisions that have them. */
export const SERVER_REQUESTS: ReadonlySet<string> = new Set([
  'ping',
  'roots/list',
  'sampling/createMessage',
  'elicitation/create',
]);

export const SERVER_NOTIFICATIONS: ReadonlySet<string> = new Set([
  'notifications/cancelled',
  'notifications/progress',
  'notifications/message',
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/subscriptions/acknowledged',
  'notifications/elicitation/complete',
  'notifications/tasks/status',
]);

/** What `Mcp-Name` repeats, by method. */
export const NAMED_BY: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

export function metaOf(params: JsonObject): JsonObject {
  return isObject(params['_meta']) ? params['_meta'] : {};
}

/** True for a request of a revision without sessions. */
export function isStateless(params: JsonObject): boolean {
  const version = metaOf(params)[META.version];
  return typeof version === 'string' && version >= STATELESS;
}

/** True when the client says that it can show its user a form. */
export function canAskByForm(capabilities: unknown): boolean {
  if (!isObject(capabilities) || !isObject(capabilities['elicitation'])) return false;
  const { form, url } = capabilities['elicitation'];
  return isObject(form) || url === undefined;
}

/** True when the client says that it answers what a server asks. What it did not declare, it does not know to be a question. */
export function isDeclared(capabilities: unknown, method: unknown, params: JsonObject): boolean {
  if (method === 'ping') return true;
  if (!isObject(capabilities)) return false;
  switch (method) {
    case 'elicitation/create': {
      const link = (params['mode'] ?? (params['url'] === undefined ? 'form' : 'url')) === 'url';
      const { elicitation } = capabilities;
      return link ? isObject(elicitation) && isObject(elicitation['url']) : canAskByForm(capabilities);
    }
    case 'sampling/createMessage':
      return isObject(capabilities['sampling']);
    case 'roots/list':
      return isObject(capabilities['roots']);
    default:
      return false;
  }
}
