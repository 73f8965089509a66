import type { Approvals } from './approvals.ts';
import type { ApprovalQueue, ConsentAnswer } from './approval-queue.ts';

/** The queue as the enforcement of tool calls uses it. Waits as long as `approvals.waitFor` says. */
export function createCallApprovals(queue: ApprovalQueue, waitFor: () => number): Approvals {
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
          terms: place.terms ?? null,
        },
        place.waits === false ? 0 : waitFor(),
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
