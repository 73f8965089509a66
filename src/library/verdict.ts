import type { Action, Decision } from '../core/verdict.ts';
import type { DecisionLog } from '../guard/decision-log.ts';

/** What the rules say about one text, request or answer. */
export interface Verdict {
  /** The strictest action of all enforced rules. `redact`: go on with the changed text or body. */
  readonly action: Action;
  /** False for `block` and `review`: do not go on. A check that failed says so as its rule's `onFailure` decides. */
  readonly allowed: boolean;
  /** The rule that asked for `block` or `review` first, or null. */
  readonly rule: string | null;
  /** One decision a rule and stage, with masked evidence; safe to log. */
  readonly decisions: readonly Decision[];
}

export function toVerdict(log: DecisionLog): Verdict {
  const allowed = log.action !== 'block' && log.action !== 'review';
  return {
    action: log.action,
    allowed,
    rule: allowed ? null : (log.cause?.rule.id ?? null),
    decisions: log.decisions(),
  };
}
