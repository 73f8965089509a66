import type { ExchangeOutcome } from '../core/exchange.ts';
import { Fault, isFault } from '../core/fault.ts';
import { UNINSPECTABLE } from '../guard/files/read-files.ts';
import type { ExchangeDraft } from './exchange-draft.ts';

/** What the guard's decision means for the exchange, or null when it may go on. */
export function stopFault(draft: ExchangeDraft, stage: 'input' | 'output'): Fault | null {
  const { action, cause } = draft.log;
  if (cause === null || (action !== 'block' && action !== 'review')) return null;
  const what = stage === 'input' ? 'request' : 'answer';
  if (cause.rule === UNINSPECTABLE) return uninspectableFault(draft, stage, what, action);
  const failed = draft.log
    .decisions()
    .some(
      (decision) => decision.rule === cause.rule.id && decision.stage === cause.stage && decision.status === 'failed',
    );
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
function uninspectableFault(
  draft: ExchangeDraft,
  stage: 'input' | 'output',
  what: string,
  action: 'review' | 'block',
): Fault {
  const decision = draft.log.decisions().find(({ rule, stage: at }) => rule === UNINSPECTABLE.id && at === stage);
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

export function outcomeOf(fault: Fault): ExchangeOutcome {
  switch (fault.code) {
    case 'ERR_BLOCKED':
    case 'ERR_REVIEW':
    case 'ERR_CHECK_FAILED':
      return 'blocked';
    case 'ERR_UPSTREAM_UNREACHABLE':
    case 'ERR_UPSTREAM_TIMEOUT':
    case 'ERR_UPSTREAM_AUTH':
    case 'ERR_UPSTREAM_INVALID':
    case 'ERR_STORE':
    case 'ERR_LEDGER':
    case 'ERR_INTERNAL':
      return 'failed';
    default:
      return 'refused';
  }
}

/** What is not a Fault is a bug; the caller is told no more than that. */
export function toFault(error: unknown): Fault {
  return isFault(error)
    ? error
    : new Fault('ERR_INTERNAL', 'The gateway failed. The request id finds the reason in its log.', { cause: error });
}
