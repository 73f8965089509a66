import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Resources } from '../detect/resources.ts';
import { AllowList } from '../guard/allow-list.ts';
import { MessageMemory } from '../guard/message-memory.ts';
import type { AllowRow } from '../store/store.ts';
import { entryOf } from './allow-book.ts';
import type { ReplayPolicy } from './replay.ts';
import { RuleSets } from './rule-sets.ts';

/**
 * The policy of a configuration, to replay exchanges under.
 * @param allow entries that were added through the console, and the key of their hashes.
 * @throws Fault `ERR_CONFIG` when a rule cannot be made.
 */
export function createReplayPolicy(
  config: Config,
  parts: {
    readonly resources: Resources;
    readonly stored: readonly AllowRow[];
    readonly key: Uint8Array;
    readonly clock: Clock;
  },
): ReplayPolicy {
  const stored = parts.stored.filter(({ removedAt }) => removedAt === null).map(entryOf);
  return {
    rules: new RuleSets(config, parts.resources),
    allow: new AllowList([...config.allow, ...stored], parts.key, parts.clock),
    memory: new MessageMemory({ ...config.guard.memory, clock: parts.clock }),
    blockedHistory: config.guard.blockedHistory,
  };
}
