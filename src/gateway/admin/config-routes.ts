import { Hono } from 'hono';
import { explainConfig } from '../../config/explain.ts';
import type { LoadedConfig } from '../../config/loaded-config.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminAudit } from './admin-audit.ts';
import type { AdminEnv } from './admin-context.ts';
import type { ConfigReport, ConfigValue } from './api.ts';
import { configWarnings } from './config-warnings.ts';

/** `GET /api/config`: what holds and where it comes from. `POST /api/config/reload`: reads the file again. */
export function configRoutes(runtime: Runtime, audit: AdminAudit): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.get('/', (c) => c.json(report(runtime)));
  app.post('/reload', async (c) => {
    await audit.act(c, 'config-reload', runtime.generation.loaded.hash, async () => {
      await runtime.reload();
    });
    return c.json(report(runtime));
  });
  return app;
}

function report(runtime: Runtime): ConfigReport {
  const { loaded, since } = runtime.generation;
  const { attempts, failures, lastAttemptAt, error } = runtime.reloadState;
  return {
    path: loaded.path,
    hash: loaded.hash,
    since,
    reload: { attempts, failures, lastAttemptAt, error },
    values: values(loaded),
    warnings: configWarnings(loaded.config),
  };
}

function values(loaded: LoadedConfig): readonly ConfigValue[] {
  return explainConfig(loaded).map(({ key, value, from, where }) => ({
    key,
    value: value === '(hidden)' ? '••••••' : withoutPassword(value),
    secret: value === '(hidden)' || loaded.secrets.has(key),
    from,
    where,
  }));
}

/** A database URL that was written into the file with its password. */
function withoutPassword(value: string): string {
  return value.replace(/^("?[a-z][a-z+.-]*:\/\/[^/?#\s:@]*:)[^@\s/]+@/i, '$1••••••@');
}
