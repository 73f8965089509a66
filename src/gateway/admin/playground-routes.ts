import { Hono } from 'hono';
import { changedConfig } from '../../config/changed-config.ts';
import type { Clock } from '../../core/clock.ts';
import { Fault } from '../../core/fault.ts';
import { readQuestion, tryOut } from '../playground.ts';
import { createReplayPolicy } from '../replay-policy.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminEnv } from './admin-context.ts';
import type { PlaygroundAnswer } from './api.ts';
import { readJsonObject } from './read-json.ts';

const MOST_BYTES = 1024 * 1024;

/**
 * `POST /api/playground`: what the rules, or changed ones, say about texts that are pasted in. No traffic: it is not in the
 * ledger, counts in no budget and reaches no provider.
 */
export function playgroundRoutes(runtime: Runtime, clock: Clock): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  let running = false;
  app.post('/', async (c) => {
    const body = await readJsonObject(c, MOST_BYTES);
    const question = readQuestion(body);
    // It runs between the requests that the gateway serves; two at a time would be felt there.
    if (running) throw new Fault('ERR_OVERLOADED', 'The playground works on another text.', { retryAfter: 1 });
    running = true;
    try {
      const { loaded, rules } = runtime.generation;
      const { changes } = body;
      const policy =
        changes === undefined || changes === null
          ? { rules, allow: runtime.allowBook.for(loaded) }
          : createReplayPolicy(changedConfig(loaded, changes), {
              resources: runtime.resources,
              stored: runtime.allowBook.stored,
              key: runtime.allowBook.key,
              clock,
            });
      return c.json<PlaygroundAnswer>(await tryOut(question, policy));
    } finally {
      running = false;
    }
  });
  return app;
}
