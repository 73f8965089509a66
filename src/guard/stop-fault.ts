import { Fault } from '../core/fault.ts';
import type { Stage } from '../core/verdict.ts';
import type { DecisionLog } from './decision-log.ts';
import { UNINSPECTABLE } from './files/read-files.ts';

/**
 * What the guard's decisions so far mean for what was inspected, or null when it may go on.
 * @param what `request`, `answer`, `text`: what messages call it.
 */
export function stopFault(log: DecisionLog, what: string): Fault | null {
  const { action, cause } = log;
  if (cause === null || (action !== 'block' && action !== 'review')) return null;
  if (cause.rule === UNINSPECTABLE) return uninspectableFault(log, cause.stage, what, action);
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

/** Says what could not be inspected and why, so that whoever sent it can do something about it. */
function uninspectableFault(log: DecisionLog, stage: Stage, what: string, action: 'review' | 'block'): Fault {
  const decision = log.decisions().find(({ rule, stage: at }) => rule === UNINSPECTABLE.id && at === stage);
  const reason = decision?.reason ?? 'Not inspected.';
  const where = decision?.evidence.find(({ message }) => message === reason)?.segment;
  const detail = {
    ...(where === undefined ? {} : { where }),
    hint: '`guard.uninspectable` and `guard.files` decide about it.',
  };
  return action === 'review'
    ? new Fault('ERR_REVIEW', `The ${what} was stopped: a person has to look at it first. ${reason}`, detail)
    : new Fault(
        'ERR_BLOCKED',
        `The ${what} was blocked, because it holds something that cannot be inspected. ${reason}`,
        detail,
      );
}
