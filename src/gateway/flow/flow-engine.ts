import type { Approvals } from './approvals.ts';
import { createFlowPolicy, type FlowPolicy, type FlowSettings } from './flow-policy.ts';
import { compileOutputs, type OutputSchemas } from './structured-result.ts';

/** What the configuration makes of decisions on tool calls: part of a generation. */
export interface FlowEngine {
  readonly settings: FlowSettings;
  readonly policy: FlowPolicy;
  /** Null: nobody is there who could consent, and what needs consent is denied. */
  readonly approvals: Approvals | null;
  readonly outputs: OutputSchemas;
}

/**
 * @param approvals who is asked for consent, or null where nobody is.
 * @throws Fault `ERR_CONFIG`.
 */
export function createFlowEngine(settings: FlowSettings, approvals: Approvals | null = null): FlowEngine {
  return { settings, policy: createFlowPolicy(settings), approvals, outputs: compileOutputs(settings.outputs) };
}
