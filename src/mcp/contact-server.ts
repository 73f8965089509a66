import type { McpConfig, McpServerConfig } from '../config/mcp-schema.ts';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import { connectByHttp } from './connect-by-http.ts';
import { launchOf } from './launch.ts';
import type { PinStore } from './pins.ts';
import { createPrincipalState } from './principal-state.ts';
import { META } from './protocol.ts';
import { RequestStates } from './request-state.ts';
import { isObject, type JsonObject, parseMessage, type RpcResponse } from './rpc-message.ts';
import { connectByStdio, type ServerConnection } from './server-connection.ts';
import { Session } from './session.ts';
import type { UpstreamCredential } from './upstream-credential.ts';
import { requireKnown } from './wrap.ts';

export interface ContactOptions {
  readonly server: string;
  readonly settings: McpServerConfig;
  readonly config: McpConfig;
  readonly pins: PinStore;
  readonly clock: Clock;
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly passed: readonly string[];
  readonly version: string;
  readonly note: (line: string) => void;
  /** What a server over HTTP is shown. */
  readonly credentials?: readonly UpstreamCredential[];
}

const TIMEOUT = 30_000;
const MOST_PAGES = 64;

/**
 * Asks a server what it offers, through the same session that clients have, so that its tools are pinned or held.
 * @returns names of the tools that are shown. @throws Fault `ERR_UPSTREAM_UNREACHABLE`.
 */
export async function contactServer(options: ContactOptions): Promise<readonly string[]> {
  const { server, settings, config, pins, clock, note, directory, env, passed } = options;
  const waiting = new Map<string, (message: RpcResponse | string) => void>();
  const session: Session<object> = new Session<object>({
    id: 'pin',
    server,
    settings,
    config,
    launch: launchOf(settings),
    pins,
    rules: null,
    people: null,
    callTokens: null,
    principal: createPrincipalState('operator', null, { config, rules: null, clock }),
    audit: { record: () => {}, close: () => Promise.resolve() },
    states: new RequestStates(clock),
    clock,
    note,
    wires: {
      toClient(text) {
        const message = parseMessage(text, 4 * Math.max(config.limits.message, config.limits.result));
        if (message.kind === 'response') waiting.get(String(message.id))?.(message);
      },
      toServer: (text, way) => connection.send(text, way),
    },
  });
  const events = {
    onMessage: (text: string, way: object | null) => session.fromServer(text, way),
    onRemark: () => {},
    onEnd: (why: string) => {
      for (const settle of waiting.values()) settle(`the server is gone: ${why}`);
    },
  };
  requireKnown(session.stranger, server);
  const connection: ServerConnection<object> =
    settings.url === undefined
      ? connectByStdio(server, settings, config, { directory, env, passed }, events)
      : connectByHttp(server, settings, config, (tool) => session.definition(tool), events, options.credentials);
  let counter = 0;
  const ask = async (method: string, params: JsonObject): Promise<JsonObject> => {
    const id = `pin-${++counter}`;
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<RpcResponse | string>((resolve) => {
      waiting.set(id, resolve);
      timer = setTimeout(() => resolve('it did not answer in time'), TIMEOUT);
    });
    session.fromClient(JSON.stringify({ jsonrpc: '2.0', id, method, params }), null);
    const message = await answer;
    clearTimeout(timer);
    waiting.delete(id);
    if (typeof message !== 'string' && message.result !== null) return message.result;
    const why = typeof message === 'string' ? message : String(message.error?.['message'] ?? 'it refused');
    throw new Fault('ERR_UPSTREAM_UNREACHABLE', `The server "${server}" cannot be asked: ${why.slice(0, 300)}`);
  };
  const client = { name: 'parapet', version: options.version };
  const stateless = {
    _meta: { [META.version]: '2026-07-28', [META.clientInfo]: client, [META.capabilities]: {} },
  };
  try {
    let params: JsonObject = {};
    try {
      await ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: client });
      session.fromClient(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }), null);
    } catch (error) {
      // A server that knows the newest revision alone has no handshake.
      params = stateless;
      await ask('server/discover', params).catch(() => {
        throw error;
      });
    }
    const names: string[] = [];
    let cursor: unknown;
    for (let page = 0; page < MOST_PAGES; page++) {
      const result = await ask('tools/list', cursor === undefined ? params : { ...params, cursor });
      for (const tool of Array.isArray(result['tools']) ? result['tools'] : [])
        if (isObject(tool)) names.push(String(tool['name']));
      cursor = result['nextCursor'];
      if (typeof cursor !== 'string') break;
    }
    return names;
  } finally {
    session.close();
    await connection.close();
  }
}
