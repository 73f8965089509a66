import type { Clock } from '../core/clock.ts';
import type { Principal } from '../core/principal.ts';
import type { FlowRules } from '../flow/rules/compile-rules.ts';
import type { McpConfig, McpServerConfig } from '../config/mcp-schema.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { CallLimits } from './call-limits.ts';
import type { CallTokens } from './call-tokens.ts';
import type { FlowSession } from './flow-session.ts';
import type { Launch } from './launch.ts';
import type { People } from './open-people.ts';
import type { PinStore } from './pins.ts';
import type { RequestStates } from './request-state.ts';
import type { TaskHandles } from './task-handles.ts';

/** What the sessions of one principal share: its calls are counted, and what it was shown is remembered, over all servers. */
export interface PrincipalState {
  readonly id: string;
  /** As the credential says; null where nobody is known. */
  readonly who: Principal | null;
  readonly flow: FlowSession;
  readonly limits: CallLimits;
  readonly tasks: TaskHandles;
}

/** The two ends of a session. `Way` is how an answer gets back, where that is not always the same: an HTTP exchange. */
export interface Wires<Way> {
  /** @param last the answer to the request that came this way. */
  toClient(text: string, way: Way | null, last: boolean): void;
  toServer(text: string, way: Way | null): void;
}

export interface SessionParts<Way> {
  /** For records. */
  readonly id: string;
  readonly server: string;
  readonly settings: McpServerConfig;
  readonly config: McpConfig;
  readonly launch: Launch;
  readonly pins: PinStore;
  /** The operator's rules over tool calls, where there are some. */
  readonly rules: FlowRules | null;
  /** People who can be asked beside the client's user; null where there is no queue. */
  readonly people: People | null;
  /** Makes a token for each call of a server over stdio; null where it gets none, or gets it in a header. */
  readonly callTokens: CallTokens | null;
  readonly principal: PrincipalState;
  readonly audit: AuditTrail;
  readonly states: RequestStates;
  readonly clock: Clock;
  /** One line for the operator; holds nothing that a server or client said. */
  readonly note: (line: string) => void;
  readonly wires: Wires<Way>;
}
