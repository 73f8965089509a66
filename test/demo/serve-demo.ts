import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { startDemoGateway } from './start-demo-gateway.ts';

export interface ServedDemo {
  /** The demo's page. */
  readonly url: string;
  close(): Promise<void>;
}

/** The demo behind a gateway of its own, with its page on a free loopback port. */
export async function serveDemo(): Promise<ServedDemo> {
  const demo = await startDemoGateway('openai');
  const server = createAdaptorServer({ fetch: demo.app.fetch });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/demo`,
    async close() {
      server.close();
      await demo.close();
    },
  };
}
