import type { Principal } from '../../core/principal.ts';
import type { FlowDecision } from '../../flow/decide.ts';
import type { FlowCall } from '../../flow/history.ts';
import type { ApprovalQueue, ConsentAnswer } from './approval-queue.ts';

/** What became of a tool call that needs a person: the shape that the enforcement of tool calls asks for. */
export type CallApproval =
  | { readonly status: 'approved'; readonly by: string }
  | { readonly status: 'denied'; readonly reason: string }
  | { readonly status: 'pending'; readonly notice: string; readonly link: string };

/** Which run a call is made in. */
export interface CallPlace {
  /** See `Asked.run`; '' where nothing is known that a repetition would share. */
  readonly run?: string;
  readonly exchange?: string | null;
  /** Aborts waiting, when the client went away. */
  readonly signal?: AbortSignal;
}

/** The queue as the enforcement of tool calls uses it. Waits as long as `approvals.waitFor` says. */
export interface CallApprovals {
  request(decision: FlowDecision, call: FlowCall, principal: Principal, place?: CallPlace): Promise<CallApproval>;
}

export function createCallApprovals(queue: ApprovalQueue, waitFor: () => number): CallApprovals {
  return {
    async request(decision, call, principal, place = {}) {
      if (call.args === undefined) return { status: 'denied', reason: 'The arguments are not a JSON object.' };
      const answer = await queue.hold(
        {
          kind: 'call',
          tool: call.tool,
          args: call.args,
          decision,
          principal,
          run: place.run ?? '',
          exchange: place.exchange ?? null,
        },
        waitFor(),
        place.signal,
      );
      switch (answer.state) {
        case 'approved':
          return { status: 'approved', by: answer.by.join(' and ') };
        case 'denied':
          return { status: 'denied', reason: answer.reason };
        case 'pending':
          return { status: 'pending', notice: pendingNotice(answer), link: answer.link };
      }
    },
  };
}

/** What the agent reads in the place of its call, and can tell its user. Names no argument. */
export function pendingNotice(answer: Extract<ConsentAnswer, { state: 'pending' }>): string {
  return (
    `A person has to agree to this first (request ${answer.id}, decided at ${answer.link} until ` +
    `${new Date(answer.expiresAt).toISOString()}). It was not carried out. Tell the user. ` +
    `Repeat exactly the same call after ${answer.retryAfter} seconds or later: once it is approved, it passes one time.`
  );
}
