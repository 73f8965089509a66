import type { ExchangeOutcome } from '../../../src/core/exchange.ts';

/** Outcomes in the order in which they are stacked and listed. */
export const OUTCOMES = [
  'served',
  'blocked',
  'refused',
  'cut',
  'failed',
  'client-closed',
  'interrupted',
] as const satisfies readonly ExchangeOutcome[];

/** What each outcome means, for people who have not read the reference. */
export const OUTCOME_MEANING: Readonly<Record<ExchangeOutcome, string>> = {
  served: 'The answer went out whole.',
  blocked: 'A rule, or a failed check, stopped it.',
  refused: 'Authentication, policy, budget or limits turned it away.',
  cut: 'The stream was ended because its budget was spent.',
  failed: 'The upstream or the gateway failed.',
  'client-closed': 'The client went away first.',
  interrupted: 'The gateway stopped in the middle of it.',
};

export const OUTCOME_LABEL: Readonly<Record<ExchangeOutcome, string>> = {
  served: 'Served',
  blocked: 'Blocked',
  refused: 'Refused',
  cut: 'Cut',
  failed: 'Failed',
  'client-closed': 'Client left',
  interrupted: 'Interrupted',
};

/** `1 key`, `2 keys`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
