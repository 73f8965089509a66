import { applyOverrides, createMatcher, type ForWhom } from '../config/effective-rules.ts';
import type { Config } from '../config/schema.ts';
import type { Resources } from '../detect/resources.ts';
import { createRule, type Rule } from '../guard/rule.ts';

/** Sets of rules that are kept ready; a configuration rarely has more that are in use. */
const MOST_SETS = 64;

/**
 * The rules of a configuration, for each combination of overrides that is asked for. Rules are made when they are first
 * needed, and those that an override leaves alone are shared.
 */
export class RuleSets {
  /** The rules where no override holds. */
  readonly base: readonly Rule[];
  readonly #config: Pick<Config, 'rules' | 'overrides'>;
  readonly #resources: Resources;
  readonly #matchers: readonly ((who: ForWhom) => boolean)[];
  readonly #sets = new Map<string, readonly Rule[]>();

  /** @throws Fault `ERR_CONFIG` when a rule cannot be made. */
  constructor(config: Pick<Config, 'rules' | 'overrides'>, resources: Resources) {
    this.#config = config;
    this.#resources = resources;
    this.base = config.rules.map((rule) => createRule(rule, resources));
    this.#matchers = config.overrides.map(({ match }) => createMatcher(match));
    // What an override breaks is said when the configuration is loaded, and not by the first request that it holds for.
    config.overrides.forEach((_, index) => this.#make([index]));
  }

  /** @throws Fault `ERR_CONFIG` when a rule cannot be made after several overrides. */
  for(who: ForWhom): readonly Rule[] {
    if (this.#matchers.length === 0) return this.base;
    const indices = this.#matchers.flatMap((matches, index) => (matches(who) ? [index] : []));
    if (indices.length === 0) return this.base;
    const key = indices.join(' ');
    let set = this.#sets.get(key);
    if (set === undefined) {
      set = this.#make(indices);
      if (this.#sets.size >= MOST_SETS) this.#sets.delete(this.#sets.keys().next().value!);
      this.#sets.set(key, set);
    }
    return set;
  }

  #make(indices: readonly number[]): readonly Rule[] {
    return applyOverrides(this.#config, indices).flatMap(({ rule, enabled, changedBy }, index) => {
      if (!enabled) return [];
      return [changedBy.length === 0 ? this.base[index]! : createRule(rule, this.#resources)];
    });
  }
}
