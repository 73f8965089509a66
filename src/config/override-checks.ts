import { ZodError } from 'zod';
import type { JsonPath } from '../conversation/segment.ts';
import { DETECTORS } from '../detect/registry.ts';
import type { Remark, Remarks } from './cross-checks.ts';
import { applyOverrides } from './effective-rules.ts';
import type { Config, RuleConfig } from './schema.ts';

/** What is left out of one request comes again in the history of the next. */
export const REDACTS_ALL =
  'must be all where the action is redact: what is redacted in one request comes again with the next one';

export function redactsOnlyNew(rule: Pick<RuleConfig, 'action' | 'messages' | 'on'>): boolean {
  return rule.action === 'redact' && rule.messages === 'new' && rule.on.includes('input');
}

/** What has to hold between the overrides and the rules that they change. */
export function overrideChecks(config: Config): Remarks {
  const errors: Remark[] = [];
  const warnings: Remark[] = [];
  const ids = config.rules.map(({ id }) => id);
  config.overrides.forEach((override, i) => {
    for (const [id, change] of Object.entries(override.rules)) {
      const path: JsonPath = ['overrides', i, 'rules', id];
      if (!ids.includes(id)) {
        errors.push({ path, message: 'is no rule', allowed: ids, given: id });
        continue;
      }
      try {
        const { rule } = applyOverrides(config, [i]).find((effective) => effective.rule.id === id)!;
        const stages = DETECTORS.find(({ meta }) => meta.id === rule.detector)?.meta.stages ?? [];
        rule.on.forEach((stage, j) => {
          if ((stages as readonly string[]).includes(stage)) return;
          const message = `${rule.detector} does not work on ${stage}`;
          errors.push({ path: [...path, 'on', j], message, allowed: stages });
        });
        if (redactsOnlyNew(rule)) errors.push({ path, message: `messages ${REDACTS_ALL}` });
      } catch (error) {
        if (!(error instanceof ZodError)) throw error;
        for (const issue of error.issues) {
          const below = issue.path.filter((step) => typeof step !== 'symbol');
          errors.push({ path: [...path, 'options', ...below], message: issue.message });
        }
      }
      if (Object.values(change).every((value) => value === undefined)) {
        warnings.push({ path, message: 'changes nothing' });
      }
    }
    if (Object.keys(override.rules).length === 0) {
      warnings.push({ path: ['overrides', i, 'rules'], message: 'is empty, so the override changes nothing' });
    }
  });
  return { errors, warnings };
}
