import { Hono } from 'hono';
import { changedConfig } from '../../config/changed-config.ts';
import type { Clock } from '../../core/clock.ts';
import { Fault } from '../../core/fault.ts';
import { configuredResources } from '../configured-resources.ts';
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
      if (changes === undefined || changes === null) {
        const allow = runtime.allowBook.for(loaded);
        return c.json<PlaygroundAnswer>(await tryOut(question, { rules, allow }));
      }
      const changed = changedConfig(loaded, changes);
      const lease = runtime.resources.lease(loaded.directory);
      try {
        const policy = createReplayPolicy(changed, {
          resources: configuredResources(lease.resources, loaded.config),
          stored: runtime.allowBook.stored,
          key: runtime.allowBook.key,
          clock,
        });
        await lease.ready();
        return c.json<PlaygroundAnswer>(await tryOut(question, policy));
      } finally {
        await lease.release();
      }
    } finally {
      running = false;
    }
  });
  return app;
}
