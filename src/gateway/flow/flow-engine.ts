import type { FlowRules } from '../../flow/rules/compile-rules.ts';
import type { Approvals } from '../../approvals/approvals.ts';
import type { CallTokens } from './call-tokens.ts';
import { createFlowPolicy, type FlowPolicy, type FlowSettings } from './flow-policy.ts';
import { compileOutputs, type OutputSchemas } from './structured-result.ts';

/** What the configuration makes of decisions on tool calls: part of a generation. */
export interface FlowEngine {
  readonly settings: FlowSettings;
  readonly policy: FlowPolicy;
  readonly rules: FlowRules | null;
  /** Null: nobody is there who could consent, and what needs consent is denied. */
  readonly approvals: Approvals | null;
  readonly outputs: OutputSchemas;
  /** Makes tokens for single calls; null where the configuration has none. */
  readonly tokens: CallTokens | null;
}

/**
 * @param rules the operator's, or null. @param approvals who is asked for consent, or null where nobody is.
 * @throws Fault `ERR_CONFIG`.
 */
export function createFlowEngine(
  settings: FlowSettings,
  rules: FlowRules | null = null,
  approvals: Approvals | null = null,
  tokens: CallTokens | null = null,
): FlowEngine {
  const declared = Object.entries(rules?.source.tools ?? {}).flatMap(([name, { output }]) =>
    output === undefined ? [] : [[name, output] as const],
  );
  return {
    settings,
    policy: createFlowPolicy(settings, rules),
    rules,
    approvals,
    tokens,
    outputs: compileOutputs({ ...settings.outputs, ...Object.fromEntries(declared) }),
  };
}
