import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault, isFault } from '../core/fault.ts';
import { ClientIdentity, isLoopback } from './client-identity.ts';
import { requireSafeUrl } from './connect-by-http.ts';
import { answer, Door, type ServeOptions } from './door.ts';
import { requirePinned } from './launch.ts';
import { openCredentials } from './open-credentials.ts';
import { RPC_CODES } from './rpc-message.ts';

export interface Serving {
  /** As clients reach it. */
  readonly url: string;
  /** What it is bound to. */
  readonly bound: string;
  close(): Promise<void>;
}

const BODY_TIMEOUT = 30_000;
const MOST_CONNECTIONS = 2048;

/**
 * Listens for clients: each server has a path of its own, `/mcp/<server>`, and so its own space of names.
 * @throws Fault `ERR_CONFIG` when the configuration would let in what it should not.
 */
export async function serveMcp(options: ServeOptions): Promise<Serving> {
  const { config, directory, clock, note, audit } = options;
  const { listen } = config;
  if (Object.keys(config.servers).length === 0)
    throw new Fault('ERR_CONFIG', 'There is no server to stand in front of.', { where: 'mcp.servers' });
  for (const [name, server] of Object.entries(config.servers)) {
    if (server.url !== undefined) requireSafeUrl(server.url, server.private, `mcp.servers.${name}.url`);
    if (server.oauth?.issuer !== undefined)
      requireSafeUrl(server.oauth.issuer, server.oauth.private, `mcp.servers.${name}.oauth.issuer`);
    if (server.url === undefined && !server.floating)
      requirePinned(server.command ?? '', server.args, `mcp.servers.${name}`);
  }
  const credentials = await openCredentials(config, options);
  let door: Door | null = null;
  const http = createServer({ maxHeaderSize: 64 * 1024, requestTimeout: BODY_TIMEOUT }, (request, response) => {
    if (door === null) {
      answer(response, 503, RPC_CODES.refused, 'The proxy is not ready.');
      return;
    }
    door.handle(request, response).catch((error: unknown) => {
      note(`A request failed: ${isFault(error) ? error.line : 'internal error'}`);
      if (!response.headersSent) answer(response, 500, RPC_CODES.internal, 'The request could not be handled.');
      else response.destroy();
    });
  });
  http.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    http.once('error', (cause) =>
      reject(new Fault('ERR_CONFIG', 'The address cannot be bound.', { where: 'mcp.listen', cause })),
    );
    http.listen(listen.port, listen.host, () => resolve());
  });
  const { port } = http.address() as AddressInfo;
  const bound = `http://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}`;
  const url = (listen.url ?? bound).replace(/\/+$/, '');
  let opened: Door;
  try {
    door = opened = new Door(options, new ClientIdentity(config, { directory, clock, url }), url, credentials);
  } catch (error) {
    http.close();
    await credentials.close();
    throw error;
  }
  if (!isLoopback(listen.host)) note('Listening beyond this machine without TLS: put a proxy with TLS in front.');
  return {
    url,
    bound,
    async close() {
      http.close();
      await opened.close();
      http.closeAllConnections();
      await credentials.close();
      await audit.close();
    },
  };
}
