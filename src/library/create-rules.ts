import { z } from 'zod';
import { keyPath } from '../config/key-path.ts';
import { ruleChecks } from '../config/rule-checks.ts';
import { ruleSchema } from '../config/rule-schema.ts';
import { Fault } from '../core/fault.ts';
import type { DETECTORS } from '../detect/registry.ts';
import { NO_RESOURCES, type Resources } from '../detect/resources.ts';
import { createRules as toRules, type Rule } from '../guard/rule.ts';

/** A rule as a program states it: the same keys as `rules` in the configuration file, durations and sizes as there. */
export type RuleInput = Omit<z.input<typeof ruleSchema>, 'detector' | 'options'> & {
  readonly detector: (typeof DETECTORS)[number]['meta']['id'];
  /** Options of the detector, as docs/reference/detectors.md says. */
  readonly options?: Readonly<Record<string, unknown>>;
};

/**
 * Makes runnable rules of what a program gives.
 * @throws Fault `ERR_CONFIG` that names each wrong key: `rules[1].options.alow: Unrecognized key`.
 */
export function createRules(given: readonly RuleInput[], resources: Resources = NO_RESOURCES): readonly Rule[] {
  const result = z.array(ruleSchema).safeParse(given);
  if (!result.success) {
    const lines = result.error.issues.map(
      ({ path, message }) => `${keyPath(['rules', ...(path as string[])])}: ${message}`,
    );
    throw new Fault('ERR_CONFIG', lines.join('\n'), { hint: 'docs/reference/config.md describes the keys of a rule.' });
  }
  const wrong = result.data.flatMap((rule, index) => ruleChecks(rule, ['rules', index]).errors);
  if (wrong.length > 0) {
    const lines = wrong.map(({ path, message, allowed }) => {
      return `${keyPath(path)}: ${message}${allowed === undefined ? '' : `; allowed: ${allowed.join(', ')}`}`;
    });
    throw new Fault('ERR_CONFIG', lines.join('\n'));
  }
  const ids = new Set<string>();
  for (const [index, { id }] of result.data.entries()) {
    if (ids.has(id)) throw new Fault('ERR_CONFIG', `Two rules have the id "${id}".`, { where: `rules[${index}].id` });
    ids.add(id);
  }
  return toRules(result.data, resources);
}
