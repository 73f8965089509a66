import type { JsonPath } from '../conversation/segment.ts';
import { applyOverrides, type ForWhom, matchingOverrides } from './effective-rules.ts';
import { keyPath, leaves, valueAt } from './key-path.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { written } from './written.ts';

/** One key of a rule as it holds for somebody. */
export interface ExplainedKey {
  readonly key: string;
  /** As it would be written in the file; `${NAME}` or `(hidden)` for what must not be shown. */
  readonly value: string;
  /** `rules[2]`, or the override that has the last word: `overrides[0]`. */
  readonly from: string;
}

export interface ExplainedRule {
  readonly id: string;
  readonly enabled: boolean;
  readonly values: readonly ExplainedKey[];
}

/** The rules as they hold for somebody, and which override each key comes from. */
export function explainRules(
  loaded: LoadedConfig,
  who: ForWhom,
): { readonly overrides: readonly string[]; readonly rules: readonly ExplainedRule[] } {
  const { config } = loaded;
  const indices = matchingOverrides(config.overrides, who);
  const rules = applyOverrides(config, indices).map(({ rule, enabled, changedBy }, i): ExplainedRule => {
    const shown = written(loaded, ['rules', i], rule);
    const values = [...leaves(shown)].map(([path, leaf]): ExplainedKey => {
      const value = typeof leaf === 'string' ? leaf : JSON.stringify(leaf);
      return { key: keyPath(path), value, from: sourceOf(path) ?? `rules[${i}]` };
    });
    const off = lastWord(['enabled']);
    return {
      id: rule.id,
      enabled,
      values: off === null ? values : [...values, { key: 'enabled', value: String(enabled), from: off }],
    };

    function lastWord(path: JsonPath): string | null {
      const index = changedBy.findLast((one) => valueAt(config.overrides[one]!.rules[rule.id], path) !== undefined);
      return index === undefined ? null : `overrides[${index}]`;
    }
    /** Options change by their first member, every other key as a whole. */
    function sourceOf(path: JsonPath): string | null {
      return lastWord(path[0] === 'options' ? path.slice(0, 2) : path.slice(0, 1));
    }
  });
  return { overrides: indices.map((index) => `overrides[${index}]`), rules };
}
