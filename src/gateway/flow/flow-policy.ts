import type { Config } from '../../config/schema.ts';
import type { Principal } from '../../core/principal.ts';
import { decide, type FlowDecision, type FlowOptions } from '../../flow/decide.ts';
import type { FlowView } from '../../flow/flow-cache.ts';
import type { FlowCall } from '../../flow/history.ts';

export type FlowSettings = Config['flow'];

/**
 * Decides one call on what the model had been shown. The one place where an operator's own rules come in: they are another
 * policy, which may ask this one.
 */
export interface FlowPolicy {
  decideCall(view: FlowView, call: FlowCall, principal: Principal): FlowDecision;
}

/** The decision by provenance, licence, content and budgets, without rules of an operator's. */
export function createFlowPolicy(settings: FlowSettings): FlowPolicy {
  const { profile, budgets } = settings;
  const options: FlowOptions = { profile, budgets };
  return { decideCall: ({ state, book }, call) => decide(state, call, book, options) };
}
