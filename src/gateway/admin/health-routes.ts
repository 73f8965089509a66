import { Hono } from 'hono';
import type { Runtime } from '../runtime.ts';
import type { AdminEnv } from './admin-context.ts';

/** What orchestrators and Prometheus ask. No session and any host name: nothing here is secret. */
export function healthRoutes(runtime: Runtime): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.get('/healthz', (c) => c.json({ status: 'live', version: runtime.version }));
  app.get('/readyz', async (c) => {
    const { ready, checks } = await runtime.readiness();
    const { error, lastAttemptAt } = runtime.reloadState;
    return c.json(
      {
        status: ready ? 'ready' : 'not ready',
        checks,
        config: {
          hash: runtime.generation.loaded.hash,
          since: new Date(runtime.generation.since).toISOString(),
          reloadError: error,
          lastAttempt: new Date(lastAttemptAt).toISOString(),
        },
      },
      ready ? 200 : 503,
    );
  });
  app.get('/metrics', async (c) => {
    c.header('content-type', runtime.metrics.contentType);
    return c.body(await runtime.metrics.metrics());
  });
  return app;
}
