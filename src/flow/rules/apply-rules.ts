import type { Principal } from '../../core/principal.ts';
import { standsIn } from '../canonical.ts';
import { decide, type FlowCause, type FlowDecision, settle } from '../decide.ts';
import type { FlowState, ToolBook } from '../flow-state.ts';
import type { FlowCall } from '../history.ts';
import { stricterVerdict } from '../sink-table.ts';
import type { CallFacts } from './call-facts.ts';
import type { CompiledRule, FlowRules } from './compile-rules.ts';

/**
 * Decides one call on what the model had been shown and on the operator's rules, after `scopeCall`.
 * @param rules null: the built-in decision alone. @param verified as `scopeCall` tells it.
 */
export function decideByRules(
  state: FlowState,
  call: FlowCall,
  book: ToolBook,
  rules: FlowRules | null,
  principal: Principal | null,
  profile = rules?.profile ?? 'strict',
  verified: readonly string[] = [],
): FlowDecision {
  const budgets = rules === null ? {} : { budgets: rules.budgets };
  const decision = decide(state, call, book, { profile, ...budgets, verified });
  return rules === null ? decision : applyRules(decision, call, state, rules, principal);
}

/**
 * The built-in decision as the operator's rules refine it. Of the rules that speak those of the highest priority count. `approve`
 * and `deny` are added to what speaks against the call; `allow` takes away of it what it names, and never that the arguments
 * cannot be read. What cannot be told is taken for what is stricter.
 */
export function applyRules(
  decision: FlowDecision,
  call: FlowCall,
  state: FlowState,
  rules: FlowRules,
  principal: Principal | null,
): FlowDecision {
  const facts: CallFacts = { call, decision, state, principal };
  let causes = decision.causes.filter(({ rule }) => !isLicence(rule) || !isLicensed(call, state, rules));
  const licensed = causes.length < decision.causes.length;

  const spoken = rules.rules.flatMap((rule) => speak(rule, facts));
  const highest = Math.max(...spoken.map(({ rule }) => rule.priority));
  const counted = spoken.filter(({ rule }) => rule.priority === highest);
  const verdict = counted.map(({ cause }) => cause.verdict).reduce(stricterVerdict, 'allow');
  let allowedBy: CompiledRule | null = null;
  if (verdict === 'allow') {
    for (const { rule } of counted) {
      const left = causes.filter((cause) => !isOverridden(cause, rule));
      if (left.length < causes.length) allowedBy ??= rule;
      causes = left;
    }
  } else causes.push(...counted.map(({ cause }) => cause).filter((cause) => cause.verdict !== 'allow'));

  const settled = settle(causes, decision.args);
  if (settled.verdict !== 'allow' || decision.verdict === 'allow') return settled;
  if (allowedBy !== null)
    return {
      ...settled,
      rule: allowedBy.id,
      reason: allowedBy.reason ?? `The operator's rule ${allowedBy.id} allows it.`,
    };
  return licensed ? { ...settled, rule: 'licence', reason: "The operator's words for this tool were said." } : settled;
}

interface Spoken {
  readonly rule: CompiledRule;
  readonly cause: FlowCause;
}

function speak(rule: CompiledRule, facts: CallFacts): readonly Spoken[] {
  if (!rule.matches(facts.call.tool)) return [];
  const { kind } = rule;
  const loosens = 'effect' in kind && kind.effect === 'allow';
  const applies = rule.applies?.evaluate(facts, loosens ? 'every' : 'any').answer ?? 'yes';
  if (applies === 'no' || (loosens && applies !== 'yes')) return [];
  if ('effect' in kind) {
    const reason = rule.reason ?? `The operator's rule ${rule.id} says so.`;
    return [{ rule, cause: { verdict: kind.effect, rule: rule.id, reason } }];
  }
  const { answer, needs } = kind.must.evaluate(facts, 'every');
  if (answer === 'yes') return [];
  const said = `It would have to hold that ${needs}.`;
  const reason = rule.reason === null ? said : `${rule.reason.replace(/\.$/, '')}. ${said}`;
  return [{ rule, cause: { verdict: kind.otherwise, rule: rule.id, reason } }];
}

function isOverridden({ rule, path }: FlowCause, { kind, applies }: CompiledRule): boolean {
  if (!('effect' in kind) || !kind.overrides.has(rule)) return false;
  if (path === undefined) return true;
  return (applies?.args ?? []).some(
    ({ name }) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`),
  );
}

function isLicence(rule: string): boolean {
  return rule === 'licence' || rule === 'licence-delegated' || rule === 'licence-unread';
}

/** Turns back in which the operator's words for a tool may have been said, as for the built-in ones. */
const TURNS = 3;

function isLicensed(call: FlowCall, state: FlowState, rules: FlowRules): boolean {
  const turns = state.turns.slice(-TURNS);
  return rules.licences.some(
    ({ matches, phrases }) =>
      matches(call.tool) && phrases.some((phrase) => turns.some((turn) => standsIn(turn, phrase, false))),
  );
}
