import { Fault } from '../core/fault.ts';
import type { DecisionLog } from './decision-log.ts';

/**
 * What the guard's decisions so far mean for what was inspected, or null when it may go on.
 * @param what `request`, `answer`, `text`: what messages call it.
 */
export function stopFault(log: DecisionLog, what: string): Fault | null {
  const { action, cause } = log;
  if (cause === null || (action !== 'block' && action !== 'review')) return null;
  const failed = log
    .decisions()
    .some(({ rule, stage, status }) => rule === cause.rule.id && stage === cause.stage && status === 'failed');
  if (failed && action === 'block') {
    return new Fault(
      'ERR_CHECK_FAILED',
      `The ${what} was stopped because the check "${cause.rule.id}" could not be carried out.`,
    );
  }
  return action === 'review'
    ? new Fault(
        'ERR_REVIEW',
        `The ${what} was stopped by the rule "${cause.rule.id}": a person has to look at it first.`,
      )
    : new Fault('ERR_BLOCKED', `The ${what} was blocked by the rule "${cause.rule.id}".`);
}
