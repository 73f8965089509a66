import { resolve } from 'node:path';
import { checkPolicies, listPolicies } from '../access/check-policies.ts';
import type { LoadedConfig } from '../config/loaded-config.ts';
import { Fault } from '../core/fault.ts';
import { readText } from './policy-source.ts';

/**
 * Checks the Cedar policies of a configuration; returns warnings, one a line.
 * `name` is how messages call the configuration file.
 * @throws Fault `ERR_CONFIG` that lists every error as `file:line:column: what is wrong`, `ERR_USAGE`.
 */
export async function checkAccessPolicy(loaded: LoadedConfig, name: string): Promise<readonly string[]> {
  const { file, text: written } = loaded.config.access.policy;
  const text = file === undefined ? (written ?? '') : await readText(resolve(loaded.directory, file), file);
  const origin = loaded.origins.find((one) => one.key === 'access.policy.text');
  // Positions in a text inside the configuration count from its own first line.
  const where = file ?? `${origin?.from === 'file' ? origin.where : name}: access.policy.text`;
  const problems = checkPolicies(text);
  const line = (problem: (typeof problems)[number]): string =>
    `${where}:${problem.line}:${problem.column}: ${problem.message}${problem.hint === null ? '' : `; ${problem.hint}`}`;
  const errors = problems.filter(({ severity }) => severity === 'error').map(line);
  if (errors.length === 1) throw new Fault('ERR_CONFIG', errors[0]!);
  if (errors.length > 1) throw new Fault('ERR_CONFIG', `${errors.length} problems in ${where}:\n${errors.join('\n')}`);
  const warnings = problems.map(line);
  if (!listPolicies(text).some(({ effect }) => effect === 'permit')) {
    warnings.push(`${where}: nothing is permitted, so every request is denied`);
  }
  return warnings;
}
