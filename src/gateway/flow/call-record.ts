import type { Decision, Evidence, Mode } from '../../core/verdict.ts';
import type { Severity } from '../../core/severity.ts';
import type { FlowDecision } from '../../flow/decide.ts';
import type { FlowVerdict } from '../../flow/sink-table.ts';

/** Arguments whose tiers are kept with one decision. */
const MOST_EVIDENCE = 32;
const LONGEST_NAME = 64;

const SEVERITY: Readonly<Record<FlowVerdict, Severity>> = { allow: 'info', approve: 'medium', deny: 'high' };

const TIER_WORDS = {
  U: "the user's or the operator's own words",
  T: 'a first-party source',
  S: 'a field of a record that the user points to',
  F: 'a field that nothing points to',
  D: 'free text of a source that the user named',
  X: "somebody else's text",
  N: 'nowhere that the model was shown',
} as const;

export interface CallOutcome {
  readonly tool: string;
  readonly decision: FlowDecision;
  /** It goes to the caller. */
  readonly passes: boolean;
  /** Beside the decision's own reason: who consented, what a person was asked. */
  readonly note: string;
  readonly millis: number;
}

/** One decision on a tool call as the record keeps it: the tier of every argument, and no value. */
export function recordCall(outcome: CallOutcome, mode: Mode): Decision {
  const { decision, millis, note, passes } = outcome;
  const tool = shown(outcome.tool);
  const flows = Object.entries(decision.args).toSorted(([, a], [, b]) => rank(b.verdict) - rank(a.verdict));
  const evidence = flows.slice(0, MOST_EVIDENCE).map(([name, { tier, role, verdict, rule }]): Evidence => ({
    rule: `flow/${rule}`,
    severity: SEVERITY[verdict],
    message: `${role} "${shown(name)}" comes from ${TIER_WORDS[tier]}:`,
    mask: tier,
    segment: `${tool}.${shown(name)}`,
    role: 'assistant',
    origin: 'model',
    span: { start: 0, end: 0 },
  }));
  const more = flows.length > MOST_EVIDENCE ? ` ${flows.length - MOST_EVIDENCE} more arguments.` : '';
  const verdict = decision.verdict === 'approve' ? 'needs consent' : decision.verdict === 'deny' ? 'denied' : 'allowed';
  return {
    rule: `flow/${decision.rule}`,
    detector: 'flow',
    stage: 'output',
    mode,
    status: decision.verdict === 'allow' ? 'clean' : 'found',
    // In shadow mode: what would have been done.
    action: passes ? 'allow' : 'block',
    reason: `${tool}: ${verdict}. ${decision.reason}${note === '' ? '' : ` ${note}`}${more}`.slice(0, 512),
    evidence,
    millis: Math.round(millis * 1000) / 1000,
  };
}

/** Turns and calls of the model's in the history that were never sent. */
export function recordHistory(unknown: number, mode: 'shadow' | 'enforce'): Decision {
  return {
    rule: 'flow/history',
    detector: 'flow',
    stage: 'input',
    mode,
    status: 'found',
    action: 'flag',
    reason: `${unknown} turns or calls of the model's in the history were not sent by this gateway: they count as somebody else's text.`,
    evidence: [],
    millis: 0,
  };
}

function rank(verdict: FlowVerdict): number {
  return verdict === 'deny' ? 2 : verdict === 'approve' ? 1 : 0;
}

/** Names come from the model: cut, and without what would move other text on a page. */
export function shown(name: string): string {
  return name.slice(0, LONGEST_NAME).replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '�');
}
