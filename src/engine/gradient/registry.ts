import type { GradientRule } from './gradient-rule.ts';

/** Every rule, by family. A family is a file in `rules/` that exports its list. */
const FAMILIES: readonly (readonly GradientRule[])[] = [
  // Layers and activations.
  // Elementwise, reductions, shapes.
];

const RULES = new Map<string, GradientRule>();
for (const rule of FAMILIES.flat()) {
  const key = ruleKey(rule.domain ?? '', rule.op);
  if (RULES.has(key)) throw new Error(`two gradient rules for ${key}`);
  RULES.set(key, rule);
}

/** The rule for an operator; undefined: it has no gradient. */
export function findGradientRule(domain: string, op: string): GradientRule | undefined {
  return RULES.get(ruleKey(domain, op));
}

/** All rules, in the order of the families. */
export function gradientRules(): readonly GradientRule[] {
  return [...RULES.values()];
}

function ruleKey(domain: string, op: string): string {
  return domain === '' || domain === 'ai.onnx' ? op : `${domain}.${op}`;
}
