import type { Config } from '../config/schema.ts';
import { leaves } from '../config/key-path.ts';
import { Fault } from '../core/fault.ts';
import type { Resources } from '../detect/resources.ts';

/**
 * Resources for rules that somebody tries out: models, judges and credentials that the configuration in force names, and no
 * others. Who may try a rule may not open files or reach hosts with it.
 */
export function configuredResources(resources: Resources, config: Pick<Config, 'rules' | 'overrides'>): Resources {
  const named = new Set<unknown>();
  for (const [, leaf] of leaves({ rules: config.rules, overrides: config.overrides })) named.add(leaf);
  const demand = (what: string, ...values: readonly (string | undefined)[]): void => {
    if (values.every((value) => value === undefined || named.has(value))) return;
    throw new Fault(
      'ERR_CONFIG',
      `The rules in force use no such ${what}; it has to be in the configuration file first.`,
      {
        where: 'changes',
      },
    );
  };
  return {
    encoder: (settings) => {
      demand('encoder', settings.folder);
      return resources.encoder(settings);
    },
    judge: (settings) => {
      demand('judge', settings.url, settings.model, settings.key);
      return resources.judge(settings);
    },
    canaries: () => resources.canaries(),
  };
}
