import { parse as parseYaml } from 'yaml';
import { Fault } from '../core/fault.ts';
import { crossChecks } from './cross-checks.ts';
import { keyPath, valueAt } from './key-path.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { type Config, configSchema } from './schema.ts';
import { HIDDEN } from './written.ts';
import { z } from 'zod';

/** What may be tried without a new configuration file. */
const changesSchema = z.strictObject({
  /** Replace the rules with the same id; others are added. */
  rules: configSchema.shape.rules.unwrap().optional(),
  /** Ids of rules that are left out. */
  without: z.array(z.string()).optional(),
  overrides: configSchema.shape.overrides.unwrap().optional(),
  allow: configSchema.shape.allow.unwrap().optional(),
});

/**
 * The configuration in force with some of its rules changed, to be tried out. Nothing of it is written or put in force.
 * @param changes an object with `rules`, `without`, `overrides` and `allow`, or YAML of one.
 * @throws Fault `ERR_CONFIG` that lists every problem as `key: what is wrong`.
 */
export function changedConfig(loaded: LoadedConfig, changes: unknown): Config {
  const given = typeof changes === 'string' ? readChanges(changes) : changes;
  const { config } = loaded;
  const parsed = changesSchema.safeParse(restored(given, config));
  if (!parsed.success) {
    throw wrong(
      parsed.error.issues.map(
        ({ path, message }) => `${keyPath(path.filter((step) => typeof step !== 'symbol')) || 'changes'}: ${message}`,
      ),
    );
  }
  const { rules = [], without = [], overrides, allow } = parsed.data;
  const replaced = config.rules.map((rule) => rules.find(({ id }) => id === rule.id) ?? rule);
  const added = rules.filter(({ id }) => !config.rules.some((rule) => rule.id === id));
  const left = [...replaced, ...added].filter(({ id }) => !without.includes(id));
  const ids = new Set(left.map(({ id }) => id));
  const changed: Config = {
    ...config,
    rules: left,
    // What the configuration says of a rule that is left out goes with it.
    overrides: (overrides ?? config.overrides).map((override) => ({
      ...override,
      rules: Object.fromEntries(
        Object.entries(override.rules).filter(([id]) => overrides !== undefined || ids.has(id)),
      ),
    })),
    allow: (allow ?? config.allow).map((entry) =>
      allow === undefined && entry.rules !== undefined
        ? { ...entry, rules: entry.rules.filter((id) => ids.has(id)) }
        : entry,
    ),
  };
  const { errors } = crossChecks(changed);
  const known = new Set(crossChecks(config).errors.map(({ path }) => keyPath(path)));
  const news = errors.filter(({ path }) => !known.has(keyPath(path)));
  if (news.length > 0) throw wrong(news.map(({ path, message }) => `${keyPath(path)}: ${message}`));
  return changed;
}

function readChanges(text: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 100 }) as unknown;
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'The changes are not YAML.', { where: 'changes', cause });
  }
}

/** Puts values back that were not shown: a place that says `${NAME}` or `(hidden)` means what stands there now. */
function restored(given: unknown, config: Config): unknown {
  if (typeof given !== 'object' || given === null || !('rules' in given) || !Array.isArray(given.rules)) return given;
  const rules = given.rules.map((rule: unknown) => {
    const id = (rule as { readonly id?: unknown } | null)?.id;
    const running = config.rules.find((candidate) => candidate.id === id);
    return restore(rule, [], running);
  });
  return { ...given, rules };
}

function restore(value: unknown, path: readonly (string | number)[], running: unknown): unknown {
  if (Array.isArray(value)) return value.map((item, index) => restore(item, [...path, index], running));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, restore(member, [...path, key], running)]),
    );
  }
  if (typeof value !== 'string' || !(value === HIDDEN || /^(\$\{\w+\})+$/.test(value))) return value;
  return valueAt(running, path) ?? value;
}

function wrong(lines: readonly string[]): Fault {
  const message = lines.length === 1 ? lines[0]! : `${lines.length} problems:\n${lines.join('\n')}`;
  return new Fault('ERR_CONFIG', message, { where: 'changes' });
}
