import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { Fault } from '../core/fault.ts';
import { createDemoApp } from '../demo/create-demo-app.ts';
import { type StandInModel, STAND_IN_MODEL, startStandInModel } from '../demo/stand-in-model/start-stand-in-model.ts';
import type { Runtime } from '../gateway/runtime.ts';

/** Where the stand-in model listens; the demo's configuration names it as its upstream. */
const STAND_IN_PORT = 8789;
/** Keys of the demo live for a day: each start makes new ones. */
const KEY_MILLIS = 86_400_000;
const KEY_NOTE = 'made at the start of the demo';
/** Milliseconds between two words of the stand-in model, so that a stream is seen to stream. */
const PACE = 15;

export interface RunningDemo {
  readonly app: ReturnType<typeof createDemoApp>['app'];
  /** A command that asks the model through the gateway. */
  curl(dataUrl: string): readonly string[];
  close(): Promise<void>;
}

/**
 * Starts the demo behind the gateway: the stand-in model when the configuration points at it, the bank, its assistant
 * and their page.
 */
export async function startDemo(runtime: Runtime, config: Config): Promise<RunningDemo> {
  const upstream = config.upstreams.find(({ dialect }) => dialect === 'openai');
  if (upstream === undefined) {
    throw new Fault('ERR_CONFIG', 'The demo needs an upstream of the OpenAI dialect.', { where: 'demo' });
  }
  const standsIn = new URL(upstream.url).port === String(STAND_IN_PORT);
  const standIn: StandInModel | null = standsIn ? await startStandInModel({ port: STAND_IN_PORT, pace: PACE }) : null;
  for (const key of await runtime.keys.list()) {
    if (key.note === KEY_NOTE && key.revokedAt === null) await runtime.keys.revoke(key.id);
  }
  const expiresAt = runtime.generation.since + KEY_MILLIS;
  const make = async (principal: string): Promise<string> =>
    (await runtime.keys.create({ principal, team: 'demo', note: KEY_NOTE, expiresAt })).key;
  const [assistantKey, visitorKey] = [await make('bank-assistant'), await make('visitor')];
  const model = upstream.models.find((name) => !name.includes('*')) ?? STAND_IN_MODEL;
  const demo = createDemoApp({
    directory: join(runtime.stateDirectory, 'demo'),
    model,
    through: { baseUrl: `${runtime.dataUrl}/v1`, key: assistantKey },
    around: { baseUrl: `${upstream.url.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`, key: upstream.key ?? '' },
    seen: standIn === null ? null : (user) => standIn.seen(user),
  });
  return {
    app: demo.app,
    curl: (dataUrl) => [
      `curl ${dataUrl}/v1/chat/completions \\`,
      `  -H 'authorization: Bearer ${visitorKey}' -H 'content-type: application/json' \\`,
      `  -d '{"model":"${model}","messages":[{"role":"user","content":"What can you do?"}]}'`,
    ],
    async close() {
      demo.close();
      await standIn?.close();
    },
  };
}
