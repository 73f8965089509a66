import { parseFlowRules } from '../config/flow-rules.ts';
import { keyPath } from '../config/key-path.ts';
import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import type { FlowDecision } from '../flow/decide.ts';
import { type ExplainedDecision, explainDecision } from '../flow/explain-decision.ts';
import { FlowCache } from '../flow/flow-cache.ts';
import type { FlowEvent, FlowTool } from '../flow/history.ts';
import { parseArguments, readChatMessages, UnreadableHistory } from '../flow/read-chat-messages.ts';
import { readFlowTools, UnreadableTool } from '../flow/read-flow-tools.ts';
import { decideByRules } from '../flow/rules/apply-rules.ts';
import { type ApprovalTerms, compileRules, type FlowRules } from '../flow/rules/compile-rules.ts';
import { declareTools } from '../flow/rules/declare-tools.ts';
import { type RuleFileInput, ruleFileSchema } from '../flow/rules/rule-file.ts';
import { type OwnRows, ownRowsOfAll, type ToolAnswer } from '../flow/scope/own-rows.ts';
import { type ScopedCall, scopeCall } from '../flow/scope/scope-call.ts';
import type { FlowProfile } from '../flow/sink-table.ts';

export { Fault } from '../core/fault.ts';
export type { FaultCode } from '../core/fault.ts';
export type { Principal, PrincipalKind } from '../core/principal.ts';
export type { ArgumentFlow, FlowCause, FlowDecision } from '../flow/decide.ts';
export type { ExplainedDecision } from '../flow/explain-decision.ts';
export type { FlowCall, FlowEvent, FlowResult, FlowTool } from '../flow/history.ts';
export type { ApprovalTerms } from '../flow/rules/compile-rules.ts';
export type { RuleFileInput } from '../flow/rules/rule-file.ts';
export {
  type CallTokenBroker,
  type CallTokenKey,
  type CallTokenOptions,
  type CallTokenVerifier,
  createCallTokenBroker,
  createCallTokenVerifier,
  createUsedTokens,
  type TokenCall,
  type UsedTokens,
  type VerifiedCall,
} from '../flow/scope/call-token.ts';
export type { OwnRows, ToolAnswer } from '../flow/scope/own-rows.ts';
export type { ScopedCall } from '../flow/scope/scope-call.ts';
export {
  type ExchangedToken,
  type ExchangeRequest,
  readExchangeAnswer,
  type TokenExchange,
  tokenExchangeRequest,
} from '../flow/scope/token-exchange.ts';
export type { FlowProfile, FlowVerdict } from '../flow/sink-table.ts';
export type { Tier } from '../flow/tier.ts';

export interface FlowSettings {
  /** Tools on offer, in OpenAI's, Anthropic's or MCP's form, or as `FlowTool`. */
  readonly tools: readonly unknown[];
  /** The text of a file of flow rules (docs/flow.md), or what such a file says. Default: the built-in decision alone. */
  readonly rules?: string | RuleFileInput;
  /** Default: that of the rules, or `strict`. */
  readonly profile?: FlowProfile;
  /** Values of `${NAME}` in the rules. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A call that a model wants to make. */
export interface ToolCall {
  readonly tool: string;
  /** An object, or its JSON text. */
  readonly args: unknown;
}

export interface Flow {
  /**
   * Decides a call on what the model had been shown before it. Of several calls of one turn of the model's, the earlier ones
   * belong to the history of the later ones.
   * @param history OpenAI chat messages, or events. One that is given again with more at its end costs what is new.
   * @throws Fault `ERR_REQUEST_INVALID` for a history that cannot be read.
   */
  decide(history: readonly unknown[], call: ToolCall, principal?: Principal | null): FlowDecision;
  /** The same with words for each value, and with what would have to be different. */
  explain(history: readonly unknown[], call: ToolCall, principal?: Principal | null): ExplainedDecision;
  /** The arguments with those of the principal put in, as the rules' `scope` says; to be called before `decide`. */
  scope(call: ToolCall, principal: Principal | null): ScopedCall;
  /** A tool's answer with the principal's rows alone. */
  ownRows(tool: string, answer: ToolAnswer, principal: Principal | null): OwnRows;
  /** Who may let a call of the tool through that needs a person. */
  approval(tool: string): ApprovalTerms;
}

/**
 * Parapet's decision on tool calls inside a program: by where their values came from, taking the model for fooled.
 *
 *     const flow = createFlow({ tools });
 *     const { verdict, reason } = flow.decide(messages, { tool: 'send_email', args });
 *
 * @throws Fault `ERR_CONFIG` for tools or rules that cannot be read.
 */
export function createFlow({ tools: given, rules: said, profile, env = {} }: FlowSettings): Flow {
  const rules = rulesOf(said, env);
  const tools = declareTools(toolsOf(given), rules);
  const cache = new FlowCache();
  const decide: Flow['decide'] = (history, { tool, args }, principal = null) => {
    const { state, book } = cache.view(eventsOf(history), tools);
    const call = { kind: 'call', id: '', tool, args: parseArguments(args) } as const;
    return decideByRules(state, call, book, rules, principal, profile ?? rules?.profile ?? 'strict');
  };
  return {
    decide,
    explain: (history, call, principal) => explainDecision(decide(history, call, principal)),
    scope: ({ tool, args }, principal) => scopeCall(parseArguments(args), rules?.scopes(tool) ?? [], principal),
    ownRows: (tool, answer, principal) => ownRowsOfAll(answer, rules?.scopes(tool) ?? [], principal),
    approval: (tool) => rules?.approval(tool) ?? { by: [], people: 1, expiresIn: 900 },
  };
}

function rulesOf(said: FlowSettings['rules'], env: NonNullable<FlowSettings['env']>): FlowRules | null {
  if (said === undefined) return null;
  if (typeof said === 'string') return parseFlowRules(said, env, 'rules').rules;
  const result = ruleFileSchema.safeParse(said);
  const problems = result.success ? compileRules(result.data) : result.error.issues;
  if ('rules' in problems) return problems;
  const lines = problems.map(({ path, message }) => `${keyPath(path as (string | number)[])}: ${message}`);
  throw new Fault('ERR_CONFIG', lines.join('\n'), { hint: 'docs/flow.md describes the keys.' });
}

function toolsOf(given: readonly unknown[]): readonly FlowTool[] {
  try {
    // What is a FlowTool already has its schema under a name of its own.
    const own = given.map((tool) => {
      const { schema } = (tool ?? {}) as { schema?: unknown };
      return schema === undefined ? tool : { ...(tool as object), parameters: schema };
    });
    return readFlowTools(own);
  } catch (error) {
    if (error instanceof UnreadableTool)
      throw new Fault('ERR_CONFIG', `${error.message}.`, { where: 'tools', cause: error });
    throw error;
  }
}

function eventsOf(history: readonly unknown[]): readonly FlowEvent[] {
  const [first] = history;
  if (typeof first === 'object' && first !== null && 'kind' in first) return history as readonly FlowEvent[];
  try {
    return readChatMessages(history);
  } catch (error) {
    if (error instanceof UnreadableHistory)
      throw new Fault('ERR_REQUEST_INVALID', `${error.message}.`, { where: 'history', cause: error });
    throw error;
  }
}
