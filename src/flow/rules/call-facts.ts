import type { Principal } from '../../core/principal.ts';
import type { FlowDecision } from '../decide.ts';
import type { FlowState } from '../flow-state.ts';
import type { FlowCall } from '../history.ts';

/** What rules are asked about. */
export interface CallFacts {
  readonly call: FlowCall;
  /** The built-in decision on it, with the tiers of its values. */
  readonly decision: FlowDecision;
  readonly state: FlowState;
  /** Who the call is made for; null when nobody is known. */
  readonly principal: Principal | null;
}
