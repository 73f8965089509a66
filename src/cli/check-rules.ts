import type { LoadedConfig } from '../config/loaded-config.ts';
import { RuleSets } from '../gateway/rule-sets.ts';
import { checkResources } from '../resources/check-resources.ts';

/**
 * Makes the rules of a configuration with all overrides, and checks the classifiers that they name, without loading one.
 * @throws Fault `ERR_CONFIG`
 */
export async function checkRules({ config, directory }: LoadedConfig): Promise<void> {
  const { resources, finish } = checkResources(directory);
  new RuleSets(config, resources);
  await finish();
}
