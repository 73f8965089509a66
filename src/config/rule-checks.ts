import { DETECTORS } from '../detect/registry.ts';
import type { Remark, Remarks } from './cross-checks.ts';
import { REDACTS_ALL, redactsOnlyNew } from './override-checks.ts';
import type { JsonPath } from '../conversation/segment.ts';
import type { RuleConfig } from './schema.ts';

/** Options of detectors without which they look for nothing. */
const LOOKS_FOR: Readonly<Record<string, readonly string[]>> = {
  custom: ['patterns', 'keywords', 'conditions'],
  language: ['allow', 'deny'],
  topic: ['allow', 'deny'],
};

/** What has to hold between the keys of one rule, whoever states it. */
export function ruleChecks(rule: RuleConfig, path: JsonPath): Remarks {
  const errors: Remark[] = [];
  const warnings: Remark[] = [];
  const error = (key: string, message: string): void => void errors.push({ path: [...path, key], message });
  const warn = (key: string, message: string): void => void warnings.push({ path: [...path, key], message });

  const stages = DETECTORS.find(({ meta }) => meta.id === rule.detector)?.meta.stages ?? [];
  rule.on.forEach((stage, j) => {
    if ((stages as readonly string[]).includes(stage)) return;
    errors.push({
      path: [...path, 'on', j],
      message: `${rule.detector} does not work on ${stage}`,
      allowed: stages,
    });
  });
  const needed = LOOKS_FOR[rule.detector];
  const options = (rule.options ?? {}) as Readonly<Record<string, unknown>>;
  if (needed !== undefined && needed.every((name) => isEmpty(options[name]))) {
    const names = needed.map((name) => `options.${name}`).join(', ');
    const tiers = options['encoder'] !== undefined || options['judge'] !== undefined;
    const say = rule.detector === 'topic' && tiers ? error : warn;
    say('detector', `${rule.detector} finds nothing until it is told what to look for: ${names}`);
  }
  if (redactsOnlyNew(rule)) error('messages', REDACTS_ALL);
  if (rule.restore && rule.action !== 'redact') {
    error('restore', 'needs action: redact, because nothing else is replaced by a placeholder');
  }
  if (rule.restore && rule.on.includes('output')) {
    error('restore', 'works on requests only: set on: [input], and use a second rule without restore for answers');
  }
  if (rule.mode === 'enforce' && rule.onFailure === 'allow') {
    warn('onFailure', 'lets a text pass unchecked when the check fails');
  }
  return { errors, warnings };
}

function isEmpty(list: unknown): boolean {
  return !Array.isArray(list) || list.length === 0;
}
