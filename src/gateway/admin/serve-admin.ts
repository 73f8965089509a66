import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { Fault } from '../../core/fault.ts';
import type { Runtime } from '../runtime.ts';
import { createAdminApp } from './app.ts';
import type { AdminEnv } from './admin-context.ts';

export interface RunningAdmin {
  /** `http://127.0.0.1:8788`. */
  readonly url: string;
  /** Ends live streams too. */
  close(): Promise<void>;
}

export interface AdminAddress {
  readonly host: string;
  readonly port: number;
  /** Directory of the built console; default: `console/dist` of this package. */
  readonly console?: string;
  /** Mounts further pages, such as `/demo`. They get the same headers, but no sign-in. */
  readonly mount?: (app: Hono<AdminEnv>) => void;
}

/**
 * Serves the admin plane.
 * @throws Fault `ERR_CONFIG` when the address cannot be listened on.
 */
export async function serveAdmin(runtime: Runtime, at: AdminAddress): Promise<RunningAdmin> {
  const app = createAdminApp(runtime, at.console);
  at.mount?.(app);
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 32 * 1024 },
  }) as Server;
  await listen(server, at);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: AdminAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code ?? cause.message;
      reject(
        new Fault('ERR_CONFIG', `The console cannot listen on ${host}:${port} (${reason}).`, {
          where: cause.code === 'EADDRINUSE' ? 'admin.port' : 'admin.host',
          hint:
            cause.code === 'EADDRINUSE'
              ? 'Another program uses this port; choose another one.'
              : 'Use an address of this machine.',
          cause,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}
