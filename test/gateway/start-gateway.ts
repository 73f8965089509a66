import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import { startGateway as start, type RunningGateway } from '../../src/gateway/start-gateway.ts';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.ts';

export interface TestGateway {
  /** Data plane, without a path: `http://127.0.0.1:port`. */
  readonly url: string;
  /** A virtual key of the principal `alice`, team `red`. */
  readonly key: string;
  readonly running: RunningGateway;
  /** Directory of configuration and state. */
  readonly directory: string;
  readonly configPath: string;
  /** A further key. */
  createKey(principal: string, team?: string): Promise<string>;
  /** Rewrites the configuration file; `running.runtime.reload()` loads it. */
  rewrite(config: Partial<ConfigInput>): Promise<void>;
  close(options?: { readonly keep?: boolean }): Promise<void>;
}

export interface TestGatewayOptions {
  /** Base URL of the upstream that speaks both dialects. */
  readonly upstreamUrl: string;
  /** Merged over the test's defaults, key by key at the top level. */
  readonly config?: Partial<ConfigInput>;
  readonly watch?: boolean;
  /** What the gateway says of itself; default: `test`. */
  readonly version?: string;
  /** A directory that already holds state. */
  readonly directory?: string;
}

/** A real gateway on free loopback ports, with its own state directory. */
export async function startGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const directory = options.directory ?? temporaryFolder('parapet-test');
  const configPath = join(directory, 'parapet.yaml');
  const rewrite = async (config: Partial<ConfigInput>): Promise<void> => {
    await writeFile(configPath, stringify({ ...defaults(options.upstreamUrl), ...config }));
  };
  await rewrite(options.config ?? {});
  const env = {};
  const running = await start({
    loaded: await loadConfig(configPath, env),
    env,
    log: pino({ level: process.env['PARAPET_TEST_LOG'] ?? 'silent' }),
    version: options.version ?? 'test',
    watch: options.watch ?? false,
  });
  const createKey = async (principal: string, team?: string): Promise<string> => {
    const { key } = await running.runtime.keys.create(team === undefined ? { principal } : { principal, team });
    return key;
  };
  return {
    url: running.runtime.dataUrl,
    key: await createKey('alice', 'red'),
    running,
    directory,
    configPath,
    createKey,
    rewrite,
    async close({ keep = false } = {}) {
      await running.close();
      if (!keep) await rm(directory, { recursive: true, force: true });
    },
  };
}

function defaults(upstreamUrl: string): ConfigInput {
  return {
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    upstreams: [
      { id: 'open', dialect: 'openai', url: upstreamUrl, key: 'sk-upstream-openai', models: ['*'] },
      { id: 'anthro', dialect: 'anthropic', url: upstreamUrl, key: 'sk-upstream-anthropic', models: ['*'] },
    ],
  };
}
