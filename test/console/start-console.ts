import { hashPassword } from '../../src/access/admin-password.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import type { Generation } from '../../src/gateway/generation.ts';
import { serveAdmin } from '../../src/gateway/admin/serve-admin.ts';
import type { Runtime } from '../../src/gateway/runtime.ts';
import type { StoredExchange } from '../../src/store/store.ts';
import { startGateway } from '../gateway/start-gateway.ts';
import type { TestGateway } from '../gateway/start-gateway.ts';
import type { SeededExchange } from './seed-exchanges.ts';

export const ADMIN = { name: 'admin', password: 'correct horse battery staple' } as const;

export interface TestConsole {
  readonly url: string;
  readonly gateway: TestGateway;
  /** Writes exchanges to ledger and store as the gateway does, and tells the live feed. */
  record(seeded: readonly SeededExchange[]): Promise<readonly StoredExchange[]>;
  close(): Promise<void>;
}

export interface TestConsoleOptions {
  readonly config?: Partial<ConfigInput>;
  /** What lies in the store before the console is served; told the hash of the configuration. */
  readonly past?: (config: string) => readonly SeededExchange[];
  /** Default: an address where nothing is; most of these tests forward nothing. */
  readonly upstreamUrl?: string;
  readonly directory?: string;
  readonly version?: string;
  /** Directory of the built console; default: the one that is there. */
  readonly console?: string;
}

/** A real gateway with a real store and ledger, and its admin plane on a free loopback port. */
export async function startConsole(options: TestConsoleOptions = {}): Promise<TestConsole> {
  const { config = {}, past, directory, upstreamUrl = 'http://127.0.0.1:9' } = options;
  const gateway = await startGateway({
    upstreamUrl,
    config,
    ...(directory === undefined ? {} : { directory }),
    ...(options.version === undefined ? {} : { version: options.version }),
  });
  const { runtime } = gateway.running;
  await runtime.store.putAdmin({
    name: ADMIN.name,
    passwordHash: await hashPassword(ADMIN.password),
    createdAt: Date.now(),
  });
  if (past !== undefined) await write(runtime, past(runtime.generation.loaded.hash));
  const admin = await serveAdmin(runtime, {
    host: '127.0.0.1',
    port: 0,
    ...(options.console === undefined ? {} : { console: options.console }),
  });
  return {
    url: admin.url,
    gateway,
    async record(seeded) {
      const rows = await write(runtime, seeded);
      for (const row of rows) runtime.live.publish(row);
      return rows;
    },
    async close() {
      await admin.close();
      await gateway.close();
    },
  };
}

async function write(runtime: Runtime, seeded: readonly SeededExchange[]): Promise<readonly StoredExchange[]> {
  const rows: StoredExchange[] = [];
  for (const { exchange } of seeded) {
    rows.push({ ...(await runtime.ledger.append(Buffer.from(JSON.stringify(exchange)))), exchange });
  }
  await runtime.store.putExchanges(rows);
  for (const { exchange, kept } of seeded) {
    if (kept.length === 0) continue;
    await runtime.store.putContent(exchange.id, kept, '0'.repeat(64), Date.now() + 86_400_000);
  }
  await (runtime.generation as Generation).budgets.restore(runtime.store);
  return rows;
}
