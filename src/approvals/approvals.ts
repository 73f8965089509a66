import type { Principal } from '../core/principal.ts';
import type { FlowRuling } from '../flow/decide.ts';
import type { FlowCall } from '../flow/history.ts';
import type { ApprovalTerms } from '../flow/rules/compile-rules.ts';

/**
 * What became of a request for a person's consent. `pending`: it is asked, and this answer does not wait for it; the call does not
 * pass now, and `notice` says where it can be granted.
 */
export type Approval =
  | { readonly status: 'approved'; readonly by: string }
  | { readonly status: 'denied'; readonly reason: string }
  | { readonly status: 'pending'; readonly notice: string; readonly link: string };

/** Which run a call is made in. */
export interface CallPlace {
  /** What a repetition of the call in the same run shares; '' where nothing is known. */
  readonly run?: string;
  readonly exchange?: string | null;
  /** What the operator's rules say of who has to agree, and until when; absent: what the configuration says. */
  readonly terms?: ApprovalTerms | null;
  /** False: the answer has waited for a person already, and is not held again. */
  readonly waits?: boolean;
  /** Aborts waiting, when the client went away. */
  readonly signal?: AbortSignal;
}

/** Asks people. The gateway has one or none; where there is none, what needs consent is denied. */
export interface Approvals {
  request(decision: FlowRuling, call: FlowCall, principal: Principal, place?: CallPlace): Approval | Promise<Approval>;
}
