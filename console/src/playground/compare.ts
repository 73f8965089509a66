import type { Action, Decision } from '../../../src/core/verdict.ts';
import type { PlaygroundAnswer } from '../../../src/gateway/admin/api.ts';

export interface RuleComparison {
  readonly rule: string;
  /** Null: there is no such rule on this side, or it had nothing to read. */
  readonly before: Decision | null;
  readonly after: Decision | null;
  readonly differs: boolean;
}

/** The decisions of two answers side by side, in the order in which the rules appear. */
export function compare(before: PlaygroundAnswer, after: PlaygroundAnswer): readonly RuleComparison[] {
  const rules = new Set([...before.decisions, ...after.decisions].map(({ rule }) => rule));
  return [...rules].map((rule) => {
    const left = before.decisions.find((decision) => decision.rule === rule) ?? null;
    const right = after.decisions.find((decision) => decision.rule === rule) ?? null;
    return { rule, before: left, after: right, differs: saying(left) !== saying(right) };
  });
}

function saying(decision: Decision | null): string {
  if (decision === null) return '';
  const { status, action, mode, evidence } = decision;
  return JSON.stringify([status, action, mode, evidence.map(({ rule, segment, span }) => [rule, segment, span])]);
}

/** What would become of it, in a sentence. */
export function fateOf(action: Action, stage: PlaygroundAnswer['stage']): string {
  const what = stage === 'input' ? 'The request' : 'The answer';
  switch (action) {
    case 'allow':
      return `${what} would pass as it is.`;
    case 'flag':
      return `${what} would pass as it is, and be flagged.`;
    case 'redact':
      return `${what} would pass without what was found in it.`;
    case 'review':
      return `${what} would be stopped until a person has looked at it.`;
    case 'block':
      return `${what} would be stopped.`;
  }
}
