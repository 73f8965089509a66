import { canonicalValue } from './canonical.ts';
import { callKey, type FlowState, leavesOf, type PastCall } from './flow-state.ts';
import type { FlowCall } from './history.ts';
import type { FlowVerdict } from './sink-table.ts';
import type { ToolProfile } from './tool-profile.ts';
import { spokenVerbs } from './licence.ts';
import { stem } from './words.ts';

/** What may happen within one turn of the user's before somebody has to look. */
export interface FlowBudgets {
  /** Calls that change something. */
  readonly sideEffects: number;
  /** Different recipients that the user did not name. */
  readonly recipients: number;
  /** Sum of payments; absent: no bound of its own. */
  readonly payments?: number;
}

export const DEFAULT_BUDGETS: FlowBudgets = { sideEffects: 5, recipients: 1 };

export interface BudgetVerdict {
  readonly verdict: FlowVerdict;
  readonly rule: string;
  readonly reason: string;
}

/** Who speaks of all and each asks for more calls than one who speaks of one thing. */
const MANY_TIMES = 4;

/** @param unnamed recipients of this call that the user did not name. */
export function budgetVerdict(
  state: FlowState,
  call: FlowCall,
  profile: ToolProfile,
  unnamed: readonly string[],
  budgets: FlowBudgets,
): BudgetVerdict | null {
  const before = state.done;
  const most = MANY.test(state.turns.at(-1) ?? '') ? MANY_TIMES * budgets.sideEffects : budgets.sideEffects;
  if (before.length >= most) {
    return {
      verdict: 'approve',
      rule: 'budget-side-effects',
      reason: `there were ${before.length} calls that change something in this turn`,
    };
  }
  if (profile.act === 'destroy') {
    const destroyed = before.filter((past) => past.profile.act === 'destroy').length;
    const most = cardinality(state, profile);
    if (destroyed >= most)
      return { verdict: 'approve', rule: 'budget-destroy', reason: `you spoke of ${most === 1 ? 'one' : most}` };
  }
  if (profile.act === 'pay' && before.some((past) => past.key === callKey(call))) {
    return { verdict: 'approve', rule: 'budget-repeated', reason: 'the same payment was made in this turn' };
  }
  if (profile.act === 'pay' && budgets.payments !== undefined) {
    const paid = [...before.filter((past) => past.profile.act === 'pay'), { call, profile }].map(amountOf);
    const sum = paid.reduce((total, amount) => total + amount, 0);
    if (!(sum <= budgets.payments))
      return { verdict: 'approve', rule: 'budget-payments', reason: `payments of the turn come to ${sum}` };
  }
  if (unnamed.length > 0) {
    const recipients = new Set(unnamed);
    for (const past of before) {
      for (const { path, value } of leavesOf(past.call.args)) {
        const name = canonicalValue(value);
        if (past.profile.role(path) === 'recipient' && !state.trusted.includes(name)) recipients.add(name);
      }
    }
    const named = unnamed.length === 1 ? 1 : unnamed.length;
    if (recipients.size > Math.max(named, budgets.recipients + 1)) {
      return {
        verdict: 'approve',
        rule: 'budget-recipients',
        reason: `${recipients.size} recipients in this turn are not named by you`,
      };
    }
  }
  return null;
}

/** Amounts of a payment; what is no number is no bounded amount. */
function amountOf({ call, profile }: Pick<PastCall, 'call' | 'profile'>): number {
  let sum = 0;
  for (const { path, value } of leavesOf(call.args))
    if (profile.role(path) === 'amount') sum += Math.abs(Number(value));
  return sum;
}

const MANY =
  /\b(?:a(?:ll|ny)|every|everyone|everybody|each|both|several|multiple|alle|tous|toutes|todos|todas|tutti|tutte)\b/;
/** `Delete them`: what was spoken of before, and more than one. */
const PLURAL = /\b(?:them|these|those|ones|sie alle|diese|les|los|las|li|le|hen|ze)\b/;
const NUMBERS: Readonly<Record<string, number>> = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
};

/** How many things the user's last turn speaks of: `the file` is one, `the three files` three, `the files` and `all` many. */
function cardinality(state: FlowState, profile: ToolProfile): number {
  const whole = state.turns.at(-1) ?? '';
  // How many there are to be found says nothing of how many are to go.
  const clauses = whole.split(/[.!?;\n]/).filter((clause) => spokenVerbs(clause, profile).length > 0);
  const turn = clauses.length === 0 ? whole : clauses.join('. ');
  if (clauses.length > 0 && PLURAL.test(turn)) return Number.POSITIVE_INFINITY;
  if (MANY.test(turn)) return Number.POSITIVE_INFINITY;
  const counted = /\b(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\s+(?:\p{L}+\s+){0,2}(\p{L}+s)\b/u.exec(
    turn,
  );
  if (counted !== null) return NUMBERS[counted[1]!] ?? Number(counted[1]);
  const plural = [...turn.matchAll(/[\p{L}\d_]+/gu)].some(
    ([word]) =>
      word.length > 1 && word.endsWith('s') && profile.nouns.includes(stem(word)) && !profile.nouns.includes(word),
  );
  return plural ? Number.POSITIVE_INFINITY : 1;
}
