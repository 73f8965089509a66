import type { Config } from '../../config/schema.ts';
import type { Principal } from '../../core/principal.ts';
import { decide, type FlowDecision, type FlowOptions } from '../../flow/decide.ts';
import type { FlowView } from '../../flow/flow-cache.ts';
import type { FlowCall } from '../../flow/history.ts';
import { decideByRules } from '../../flow/rules/apply-rules.ts';
import type { FlowRules } from '../../flow/rules/compile-rules.ts';

export type FlowSettings = Config['flow'];

/**
 * Decides one call on what the model had been shown. The one place where an operator's own rules come in: they are another
 * policy, which may ask this one.
 */
export interface FlowPolicy {
  /** @param verified paths of arguments that are the principal's own, as `scopeCall` tells them. */
  decideCall(view: FlowView, call: FlowCall, principal: Principal, verified: readonly string[]): FlowDecision;
}

/** The decision by provenance, licence, content and budgets, as the operator's rules refine it. */
export function createFlowPolicy(settings: FlowSettings, rules: FlowRules | null): FlowPolicy {
  const { profile, budgets } = settings;
  if (rules === null) {
    const options: FlowOptions = { profile, budgets };
    return { decideCall: ({ state, book }, call) => decide(state, call, book, options) };
  }
  // The file has a profile and budgets of its own.
  return {
    decideCall: ({ state, book }, call, principal, verified) =>
      decideByRules(state, call, book, rules, principal, rules.profile, verified),
  };
}
