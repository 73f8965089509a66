import type { ExchangeOutcome } from '../core/exchange.ts';
import { Fault, isFault } from '../core/fault.ts';
import { stopFault as faultOf } from '../guard/stop-fault.ts';
import type { ExchangeDraft } from './exchange-draft.ts';

/** What the guard's decision means for the exchange, or null when it may go on. */
export function stopFault(draft: ExchangeDraft, stage: 'input' | 'output'): Fault | null {
  return faultOf(draft.log, stage === 'input' ? 'request' : 'answer');
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
