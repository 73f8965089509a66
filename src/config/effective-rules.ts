import { z } from 'zod';
import { wildcard } from '../core/wildcard.ts';
import { DETECTORS } from '../detect/registry.ts';
import type { Config, OverrideConfig, RuleConfig } from './schema.ts';

/** For whom rules are asked for. */
export interface ForWhom {
  readonly principal: string;
  readonly team: string | null;
  readonly model: string;
  readonly surface: string;
}

/** A rule as it holds for somebody. */
export interface EffectiveRule {
  readonly rule: RuleConfig;
  /** False: an override turned it off. */
  readonly enabled: boolean;
  /** Indices of the overrides that changed it. */
  readonly changedBy: readonly number[];
}

type Match = OverrideConfig['match'];

/** Tests whether something holds for somebody; the patterns are compiled once. */
export function createMatcher(match: Match): (who: ForWhom) => boolean {
  const any = (patterns: readonly string[] | undefined) => {
    if (patterns === undefined) return () => true;
    const matchers = patterns.map(wildcard);
    return (name: string | null) => name !== null && matchers.some((matches) => matches(name));
  };
  const [principals, teams, models, surfaces] = [
    any(match.principals),
    any(match.teams),
    any(match.models),
    any(match.surfaces),
  ];
  return ({ principal, team, model, surface }) =>
    principals(principal) && teams(team) && models(model) && surfaces(surface);
}

/** Indices of the overrides that hold for somebody, in the order in which they apply. */
export function matchingOverrides(overrides: readonly OverrideConfig[], who: ForWhom): readonly number[] {
  return overrides.flatMap(({ match }, index) => (createMatcher(match)(who) ? [index] : []));
}

/**
 * The rules after the given overrides, one after the other: the last one wins, key by key. Options change member by
 * member and are checked by the detector's schema as a whole.
 * @throws ZodError when the options of a rule are wrong after an override; `crossChecks` makes sure that they are not.
 */
export function applyOverrides(
  config: Pick<Config, 'rules' | 'overrides'>,
  indices: readonly number[],
): readonly EffectiveRule[] {
  return config.rules.map((original) => {
    let rule = original;
    let enabled = true;
    const changedBy: number[] = [];
    for (const index of indices) {
      const change = config.overrides[index]?.rules[original.id];
      if (change === undefined) continue;
      changedBy.push(index);
      const { enabled: on, options, ...rest } = change;
      enabled = on ?? enabled;
      rule = { ...rule, ...given(rest) };
      if (options !== undefined) rule = { ...rule, options: mergeOptions(rule, options) };
    }
    return { rule, enabled, changedBy };
  });
}

function mergeOptions(rule: RuleConfig, change: Readonly<Record<string, unknown>>): unknown {
  const detector = DETECTORS.find(({ meta }) => meta.id === rule.detector);
  const merged = { ...(rule.options as object), ...change };
  return detector === undefined ? merged : (detector.options(z) as z.ZodType).parse(merged);
}

/** Without members that are not set, so that they replace nothing. */
function given<T extends object>(change: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as never;
}
