import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import type { ExchangeDraft } from './exchange-draft.ts';
import type { ApprovalQueue } from '../approvals/approval-queue.ts';

/** A request that a rule sends to review. */
export interface ReviewCase {
  /** What the caller is told when nobody lets it go on. */
  readonly fault: Fault;
  readonly principal: Principal;
  readonly surface: string;
  readonly body: unknown;
  readonly draft: ExchangeDraft;
}

/**
 * Asks a person to let a request go on that a rule sent to review, and waits up to `waitFor` milliseconds. The consent holds for
 * exactly this request (RFC 8785 form of its body), once.
 * @returns the refusal, with where it is decided; null when somebody agreed.
 */
export async function askForReview(
  queue: ApprovalQueue,
  review: ReviewCase,
  waitFor: number,
  signal?: AbortSignal,
): Promise<Fault | null> {
  const { fault, principal, surface, body, draft } = review;
  const { cause } = draft.log;
  const answer = await queue.hold(
    {
      kind: 'review',
      tool: surface,
      args: body,
      decision: { verdict: 'approve', rule: cause?.rule.id ?? 'review', reason: fault.message, args: {} },
      principal,
      run: '',
      exchange: draft.id,
    },
    waitFor,
    signal,
  );
  switch (answer.state) {
    case 'approved':
      draft.log.consented();
      return null;
    case 'denied':
      return new Fault('ERR_REVIEW', `${fault.message} ${answer.reason}`, detailOf(fault, undefined));
    case 'pending':
      return new Fault(
        'ERR_REVIEW',
        fault.message,
        detailOf(
          fault,
          `It waits at ${answer.link}. Send exactly the same request again: once approved, it passes one time.`,
        ),
      );
  }
}

function detailOf({ where, hint }: Fault, more: string | undefined): { where?: string; hint?: string } {
  const said = [hint, more].filter((one) => one !== undefined).join(' ');
  return { ...(where === undefined ? {} : { where }), ...(said === '' ? {} : { hint: said }) };
}
