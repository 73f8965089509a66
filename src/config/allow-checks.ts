import { RE2JS } from 're2js';
import { systemClock } from '../core/clock.ts';
import type { Remark, Remarks } from './cross-checks.ts';
import { MOST_ALLOWED_DAYS } from './allow-schema.ts';
import type { Config } from './schema.ts';

const DAY = 86_400_000;

/** What the allow-list has to hold to: known rules, patterns that compile, and an end that is not too far away. */
export function allowChecks(config: Config): Remarks {
  const errors: Remark[] = [];
  const warnings: Remark[] = [];
  const now = systemClock();
  const ids = config.rules.map(({ id }) => id);
  const seen = new Map<string, number>();
  config.allow.forEach((entry, i) => {
    const first = seen.get(entry.id);
    if (first === undefined) seen.set(entry.id, i);
    else errors.push({ path: ['allow', i, 'id'], message: `${entry.id} is already the id of allow[${first}]` });
    entry.rules?.forEach((id, j) => {
      if (ids.includes(id)) return;
      errors.push({ path: ['allow', i, 'rules', j], message: 'is no rule', allowed: ids, given: id });
    });
    if (entry.pattern !== undefined) {
      const trouble = patternTrouble(entry.pattern);
      if (trouble !== null) errors.push({ path: ['allow', i, 'pattern'], message: trouble });
    }
    if (entry.expires > now + (MOST_ALLOWED_DAYS + 1) * DAY) {
      const message = `is more than ${MOST_ALLOWED_DAYS} days away; nothing is allowed for ever`;
      errors.push({ path: ['allow', i, 'expires'], message });
    } else if (entry.expires <= now) {
      warnings.push({ path: ['allow', i, 'expires'], message: 'is over: the entry has no effect' });
    }
  });
  return { errors, warnings };
}

/** What is wrong with a regular expression in RE2 syntax, or null. */
export function patternTrouble(pattern: string): string | null {
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (error) {
    return `is not a regular expression in RE2 syntax: ${error instanceof Error ? error.message : 'it does not compile'}`;
  }
}
