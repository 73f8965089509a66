import type { McpConfig } from '../config/mcp-schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Principal } from '../core/principal.ts';
import { type CallTokens, openCallTokens } from './call-tokens.ts';
import { OAuthClient, type TokenSubject } from './oauth/oauth-client.ts';
import { OAuthCredential } from './oauth/oauth-credential.ts';
import { TokenStore } from './oauth/token-store.ts';
import { isObject, type RpcMessage } from './rpc-message.ts';
import type { UpstreamCredential } from './upstream-credential.ts';

/** What the proxy shows the servers behind it. */
export interface Credentials {
  /** For one session's connection to a server over HTTP. @param token the one that the client came with last. */
  forSession(server: string, principal: SessionPrincipal, token: () => string | null): readonly UpstreamCredential[];
  callTokens(server: string): CallTokens | null;
  oauth(server: string): OAuthClient | null;
  close(): Promise<void>;
}

interface SessionPrincipal {
  readonly id: string;
  readonly who: Principal | null;
}

/** @throws Fault `ERR_CONFIG` when a key cannot be used. */
export async function openCredentials(
  config: McpConfig,
  parts: {
    /** `<state>/mcp` */
    readonly state: string;
    readonly directory: string;
    readonly clock: Clock;
  },
): Promise<Credentials> {
  const { state, directory, clock } = parts;
  const clients = new Map<string, OAuthClient>();
  const tokens = new Map<string, CallTokens>();
  let store: TokenStore | null = null;
  for (const [server, settings] of Object.entries(config.servers)) {
    if (settings.oauth !== undefined && settings.url !== undefined) {
      store ??= await TokenStore.open(state);
      clients.set(server, new OAuthClient({ server, settings, store, clock }));
    }
    if (settings.callToken !== undefined)
      tokens.set(server, await openCallTokens(server, settings.callToken, { url: settings.url, directory, clock }));
  }
  return {
    forSession(server, { id, who }, token) {
      const subject = (): TokenSubject => ({ principal: id, token: token() });
      const client = clients.get(server);
      const calls = tokens.get(server);
      return [
        ...(client === undefined ? [] : [new OAuthCredential(client, subject)]),
        ...(calls === undefined ? [] : [callTokenCredential(calls, who)]),
      ];
    },
    callTokens: (server) => tokens.get(server) ?? null,
    oauth: (server) => clients.get(server) ?? null,
    async close() {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

/** A token of its own for each call, and none for anything else. */
function callTokenCredential(tokens: CallTokens, who: Principal | null): UpstreamCredential {
  return {
    async headers(message: RpcMessage | null) {
      if (message?.kind !== 'request' || message.method !== 'tools/call') return {};
      const { name, arguments: given } = message.params;
      const token = await tokens.mint(String(name), isObject(given) ? given : {}, who);
      return { [tokens.header]: tokens.header === 'authorization' ? `Bearer ${token}` : token };
    },
    refused: () => Promise.resolve('The server refused the token for the call.'),
  };
}
