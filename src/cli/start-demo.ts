import { join } from 'node:path';
import type { Config, UpstreamConfig } from '../config/schema.ts';
import type { Dialect } from '../conversation/surface.ts';
import { Fault } from '../core/fault.ts';
import { createDemoApp } from '../demo/create-demo-app.ts';
import { type StandInModel, STAND_IN_MODEL, startStandInModel } from '../demo/stand-in-model/start-stand-in-model.ts';
import { SIGNED_IN } from '../demo/bank/seed.ts';
import type { Runtime } from '../gateway/runtime.ts';
import { createStoppedCalls } from './stopped-calls.ts';

/** Where the stand-in model listens; the demo's configuration names it as its upstream. */
const STAND_IN_PORT = 8789;
/** Keys of the demo live for a day: each start makes new ones. */
const KEY_MILLIS = 86_400_000;
const KEY_NOTE = 'made at the start of the demo';
/** Milliseconds between two words of the stand-in model, so that a stream is seen to stream. */
const PACE = 15;

const standsIn = ({ url }: UpstreamConfig): boolean => {
  const { hostname, port } = new URL(url);
  return hostname === '127.0.0.1' && port === String(STAND_IN_PORT);
};

export interface RunningDemo {
  readonly app: ReturnType<typeof createDemoApp>['app'];
  /** A command that asks the model through the gateway. */
  curl(dataUrl: string): readonly string[];
  close(): Promise<void>;
}

/**
 * Starts the demo behind the gateway: the stand-in model when the configuration points at it, the bank, its assistant
 * (which speaks to the first upstream, in that one's dialect) and their page.
 */
export async function startDemo(runtime: Runtime, config: Config): Promise<RunningDemo> {
  const [upstream] = config.upstreams;
  if (upstream === undefined) throw new Fault('ERR_CONFIG', 'The demo needs an upstream.', { where: 'upstreams' });
  const standIn: StandInModel | null = config.upstreams.some(standsIn)
    ? await startStandInModel({ port: STAND_IN_PORT, pace: PACE })
    : null;
  for (const key of await runtime.keys.list()) {
    if (key.note === KEY_NOTE && key.revokedAt === null) await runtime.keys.revoke(key.id);
  }
  const expiresAt = runtime.generation.since + KEY_MILLIS;
  const make = async (principal: string, team: string): Promise<string> =>
    (await runtime.keys.create({ principal, team, note: KEY_NOTE, expiresAt })).key;
  // The assistant speaks for the customer who is signed in, and for nobody else.
  const [assistantKey, visitorKey] = [await make(SIGNED_IN, 'bank-assistant'), await make('visitor', 'demo')];
  const model = upstream.models.find((name) => !name.includes('*')) ?? STAND_IN_MODEL;
  const demo = createDemoApp({
    directory: join(runtime.stateDirectory, 'demo'),
    model,
    dialect: upstream.dialect,
    through: { baseUrl: `${runtime.dataUrl}/v1`, key: assistantKey },
    around: { baseUrl: `${upstream.url.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`, key: upstream.key ?? '' },
    stopped: createStoppedCalls(runtime),
    seen: standIn !== null && standsIn(upstream) ? (user) => standIn.seen(user) : null,
  });
  return {
    app: demo.app,
    curl: (dataUrl) => curlLines(dataUrl, upstream.dialect, visitorKey, model),
    async close() {
      demo.close();
      await standIn?.close();
    },
  };
}

function curlLines(dataUrl: string, dialect: Dialect, key: string, model: string): readonly string[] {
  const messages = '"messages":[{"role":"user","content":"What can you do?"}]';
  if (dialect === 'anthropic') {
    return [
      `curl ${dataUrl}/v1/messages \\`,
      `  -H 'x-api-key: ${key}' -H 'anthropic-version: 2023-06-01' -H 'content-type: application/json' \\`,
      `  -d '{"model":"${model}","max_tokens":500,${messages}}'`,
    ];
  }
  return [
    `curl ${dataUrl}/v1/chat/completions \\`,
    `  -H 'authorization: Bearer ${key}' -H 'content-type: application/json' \\`,
    `  -d '{"model":"${model}",${messages}}'`,
  ];
}
