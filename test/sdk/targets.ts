import { startGateway } from '../gateway/start-gateway.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import { startUpstream } from '../upstream/start-upstream.ts';
import type { Target } from './bench.ts';

/** The upstream itself: what the SDKs see when nothing stands between. */
export async function startDirect(): Promise<Target> {
  const upstream = await startUpstream();
  return { url: upstream.url, key: 'sk-direct', upstream, close: () => upstream.close() };
}

/** A gateway in front of an upstream of its own. `models`: what each dialect's upstream serves; default everything. */
export async function startThrough(
  config: Partial<ConfigInput> = {},
  models: Readonly<Record<'openai' | 'anthropic', string[]>> = { openai: ['*'], anthropic: ['*'] },
): Promise<Target> {
  const upstream = await startUpstream();
  const { url } = upstream;
  const upstreams: ConfigInput['upstreams'] = [
    { id: 'open', dialect: 'openai', url, key: 'sk-upstream-openai', models: models.openai },
    { id: 'anthro', dialect: 'anthropic', url, key: 'sk-upstream-anthropic', models: models.anthropic },
  ];
  const gateway = await startGateway({ upstreamUrl: url, config: { upstreams, ...config } });
  let principals = 0;
  return {
    url: gateway.url,
    key: gateway.key,
    upstream,
    newKey() {
      principals += 1;
      return gateway.createKey(`caller-${principals}`);
    },
    async close() {
      await gateway.close();
      await upstream.close();
    },
  };
}
