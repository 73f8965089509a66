import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createAuthenticator } from '../access/authenticator.ts';
import { type BudgetKeeper, createBudgets } from '../access/budgets.ts';
import { createCedarPolicy } from '../access/cedar-policy.ts';
import { createPrices } from '../access/prices.ts';
import type { KeyService } from '../access/virtual-keys.ts';
import { loadFlowRules } from '../config/flow-rules.ts';
import type { Environment } from '../config/load.ts';
import type { LoadedConfig } from '../config/loaded-config.ts';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import { fileSettings } from '../guard/files/file-settings.ts';
import type { Counters } from '../store/counters.ts';
import type { Approvals } from '../approvals/approvals.ts';
import { openCallTokens } from './flow/call-tokens.ts';
import { createFlowEngine } from './flow/flow-engine.ts';
import type { DetectorResources } from '../resources/detector-resources.ts';
import type { Generation } from './generation.ts';
import { RuleSets } from './rule-sets.ts';
import { createUpstream } from './upstream.ts';

/** Shorter keys are no credentials; looking for them would find them in any answer. */
const LEAST_KEY = 8;

export interface GenerationParts {
  readonly keys: KeyService;
  readonly counters: Counters;
  readonly clock: Clock;
  /** For references in the files that the configuration names. */
  readonly env: Environment;
  /** Who is asked for consent to tool calls. */
  readonly approvals: Approvals;
  readonly resources: DetectorResources;
  readonly onError: (message: string, error: unknown) => void;
}

/**
 * Builds everything that a configuration decides. Nothing of it is in use until it is whole, so a configuration that
 * cannot be built changes nothing.
 * @param previous the budgets in force, so that requests in flight stay counted over a reload.
 * @throws Fault `ERR_CONFIG`.
 */
export async function buildGeneration(
  loaded: LoadedConfig,
  parts: GenerationParts,
  previous?: BudgetKeeper,
): Promise<Generation> {
  const { config, directory } = loaded;
  const { clock } = parts;
  const policy = createCedarPolicy(await policyText(loaded));
  const budgets = createBudgets({
    budgets: config.budgets,
    concurrent: config.limits.concurrent,
    counters: parts.counters,
    clock,
    onError: (error) => parts.onError('settled usage could not be written', error),
    ...(previous === undefined ? {} : { previous }),
  });
  const authenticator = createAuthenticator({ config: config.access, directory, keys: parts.keys, clock });
  const flowRules =
    config.flow.rules === undefined
      ? null
      : (await loadFlowRules(resolve(directory, config.flow.rules), parts.env, config.flow.rules)).rules;
  const { callTokens } = config.flow;
  const tokens = callTokens === undefined ? null : await openCallTokens(callTokens, directory, clock);
  const flow = createFlowEngine(config.flow, flowRules, parts.approvals, tokens);
  const { lease, rules } = await rulesWithResources(loaded, parts.resources);
  return {
    loaded,
    since: clock(),
    authenticator,
    policy,
    budgets,
    prices: createPrices(config.prices),
    rules,
    lease,
    files: fileSettings(config.guard),
    flow,
    upstreams: config.upstreams.map((upstream) => createUpstream(upstream, clock)),
    providerKeys: config.upstreams.flatMap(({ key }) => (key === undefined || key.length < LEAST_KEY ? [] : [key])),
    now: clock,
  };
}

/** The rules with every model loaded that they use: what cannot be loaded is said now, not with the first text. */
async function rulesWithResources(
  { config, directory }: LoadedConfig,
  resources: DetectorResources,
): Promise<Pick<Generation, 'rules' | 'lease'>> {
  const lease = resources.lease(directory);
  try {
    const rules = new RuleSets(config, lease.resources);
    await lease.ready();
    return { rules, lease };
  } catch (error) {
    await lease.release();
    throw error;
  }
}

async function policyText({ config, directory }: LoadedConfig): Promise<string> {
  const { file, text } = config.access.policy;
  if (file === undefined) return text ?? '';
  try {
    return await readFile(resolve(directory, file), 'utf8');
  } catch (cause) {
    throw new Fault('ERR_CONFIG', `The policy file "${file}" cannot be read.`, { where: 'access.policy.file', cause });
  }
}
