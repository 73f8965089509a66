import { wildcard, type Wildcard } from '../../core/wildcard.ts';
import { compileSchema } from '../../text/json/compile-schema.ts';
import type { FlowBudgets } from '../budgets.ts';
import { canonicalText } from '../canonical.ts';
import type { FlowProfile, FlowVerdict } from '../sink-table.ts';
import { compileConditions, type Conditions, type RuleProblem } from './conditions.ts';
import { BUILT_IN_RULES, FIXED_RULES, type RuleFile, type RuleSource, type ScopeSource } from './rule-file.ts';

export interface CompiledRule {
  readonly id: string;
  readonly matches: Wildcard;
  readonly priority: number;
  readonly applies: Conditions | null;
  /** What is decided when it speaks, or what has to hold. */
  readonly kind:
    | { readonly effect: FlowVerdict; readonly overrides: ReadonlySet<string> }
    | { readonly must: Conditions; readonly otherwise: FlowVerdict };
  readonly reason: string | null;
}

export interface CompiledLicence {
  readonly matches: Wildcard;
  /** Canonical. */
  readonly phrases: readonly string[];
}

/** Who may let a call through that needs a person. */
export interface ApprovalTerms {
  /** Ids, or `team:<id>`; empty: any approver. */
  readonly by: readonly string[];
  readonly people: number;
  /** Seconds. */
  readonly expiresIn: number;
}

/** An operator's rules, ready to decide. */
export interface FlowRules {
  readonly profile: FlowProfile;
  readonly budgets: FlowBudgets;
  readonly source: RuleFile;
  /** By priority, the highest first. */
  readonly rules: readonly CompiledRule[];
  readonly licences: readonly CompiledLicence[];
  /** Terms of approval of a tool: those of the first entry that names it, or those that hold where none does. */
  approval(tool: string): ApprovalTerms;
  /** Null where no entry names the tool. */
  declaredApproval(tool: string): ApprovalTerms | null;
  /** Scopes that hold for a tool, in the order of the file. */
  scopes(tool: string): readonly ScopeSource[];
}

/** Whether any tool has rows that belong to somebody: then a result of which nobody knows the tool may be such a one. */
export function hasRowScopes(rules: FlowRules | null): boolean {
  return rules !== null && rules.source.scope.some(({ rows }) => rows !== undefined);
}

const ANYBODY: ApprovalTerms = { by: [], people: 1, expiresIn: 900 };

/** Compiles what is in a file, or says what is wrong with it. */
export function compileRules(source: RuleFile): FlowRules | readonly RuleProblem[] {
  const problems: RuleProblem[] = [];
  const ids = new Set<string>();
  const rules = source.rules.map((rule, index) => {
    const path = ['rules', index];
    if (ids.has(rule.id)) problems.push({ path: [...path, 'id'], message: `another rule has the id "${rule.id}"` });
    if (([...BUILT_IN_RULES, ...FIXED_RULES] as readonly string[]).includes(rule.id))
      problems.push({ path: [...path, 'id'], message: `is the name of a built-in rule` });
    ids.add(rule.id);
    return compileRule(rule, path, problems);
  });
  for (const [name, { output }] of Object.entries(source.tools)) {
    if (output === undefined) continue;
    try {
      compileSchema(output);
    } catch (error) {
      problems.push({ path: ['tools', name, 'output'], message: `cannot be checked: ${(error as Error).message}` });
    }
  }
  source.scope.forEach(({ bind = {}, require: required = {}, inject = {} }, index) => {
    for (const name of new Set([...Object.keys(bind), ...Object.keys(required), ...Object.keys(inject)])) {
      if ([bind, required, inject].filter((one) => Object.hasOwn(one, name)).length > 1)
        problems.push({ path: ['scope', index], message: `"${name}" is in more than one of bind, require and inject` });
    }
  });
  if (problems.length > 0) return problems;

  const approvals = source.approvals.map(({ tool, by = [], people, expiresIn }) => ({
    matches: wildcard(tool),
    terms: { by, people, expiresIn },
  }));
  const scopes = source.scope.map((scope) => ({ matches: wildcard(scope.tool), scope }));
  const { sideEffects, recipients, payments } = source.budgets;
  return {
    profile: source.profile,
    budgets: { sideEffects, recipients, ...(payments === undefined ? {} : { payments }) },
    source,
    rules: rules.filter((rule) => rule !== null).toSorted((a, b) => b.priority - a.priority),
    licences: source.licences.map(({ tool, phrases }) => ({
      matches: wildcard(tool),
      phrases: phrases.map(canonicalText),
    })),
    approval: (tool) => approvals.find(({ matches }) => matches(tool))?.terms ?? ANYBODY,
    declaredApproval: (tool) => approvals.find(({ matches }) => matches(tool))?.terms ?? null,
    scopes: (tool) => scopes.filter(({ matches }) => matches(tool)).map(({ scope }) => scope),
  };
}

function compileRule(
  source: RuleSource,
  path: readonly (string | number)[],
  problems: RuleProblem[],
): CompiledRule | null {
  const { id, tool, priority, effect, must, overrides, otherwise, reason } = source;
  const applies = source.if === undefined ? null : compileConditions(source.if, [...path, 'if'], problems);
  const rest = { id, matches: wildcard(tool), priority, applies, reason: reason ?? null };
  if ((effect === undefined) === (must === undefined)) {
    problems.push({ path, message: 'must have one of `effect` (what is decided) and `must` (what has to hold)' });
    return null;
  }
  if (overrides !== undefined && effect !== 'allow')
    problems.push({ path: [...path, 'overrides'], message: 'goes only with `effect: allow`' });
  if (must !== undefined) {
    const compiled = compileConditions(must, [...path, 'must'], problems);
    return { ...rest, kind: { must: compiled, otherwise } };
  }
  return { ...rest, kind: { effect: effect!, overrides: new Set(overrides) } };
}
