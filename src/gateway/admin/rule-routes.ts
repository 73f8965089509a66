import { Hono } from 'hono';
import { written } from '../../config/written.ts';
import { messagesOf } from '../../guard/rule.ts';
import { DETECTORS } from '../../detect/registry.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminEnv } from './admin-context.ts';
import type { RuleReport } from './api.ts';
import type { RecentActivity } from './recent-activity.ts';

const UNSEEN = { checked: 0, found: 0, blocked: 0, shadow: 0, failed: 0 };

/** `GET /api/rules`: every configured rule with what it did over the span that is remembered. */
export function ruleRoutes(runtime: Runtime, activity: RecentActivity): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.get('/', async (c) => {
    await activity.ready.catch(() => undefined);
    const counts = activity.rules(0);
    const body: RuleReport = {
      since: activity.since(),
      rules: runtime.generation.loaded.config.rules.map((rule, index) => {
        const meta = DETECTORS.find((detector) => detector.meta.id === rule.detector)?.meta;
        return {
          id: rule.id,
          detector: rule.detector,
          title: meta?.title ?? rule.detector,
          summary: meta?.summary ?? '',
          on: rule.on,
          roles: rule.roles ?? null,
          origins: rule.origins ?? null,
          kinds: rule.kinds ?? null,
          tools: rule.tools ?? null,
          messages: messagesOf(rule),
          changedBy: runtime.generation.loaded.config.overrides.flatMap(({ rules }, i) =>
            Object.hasOwn(rules, rule.id) ? [i] : [],
          ),
          written: written(runtime.generation.loaded, ['rules', index], rule) as Record<string, unknown>,
          action: rule.action,
          mode: rule.mode,
          onFailure: rule.onFailure,
          lastFoundAt: activity.lastFoundAt(rule.id),
          ...(counts.get(rule.id) ?? UNSEEN),
        };
      }),
    };
    return c.json(body);
  });
  return app;
}
