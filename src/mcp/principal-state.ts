import type { McpConfig } from '../config/mcp-schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Principal } from '../core/principal.ts';
import type { FlowRules } from '../flow/rules/compile-rules.ts';
import { CallLimits } from './call-limits.ts';
import { digestOf } from './digest.ts';
import { FlowSession } from './flow-session.ts';
import type { PrincipalState } from './session-parts.ts';
import { TaskHandles } from './task-handles.ts';

/** Claims of a token that say nothing of a person, and differ with each token (RFC 7519, 4.1; OpenID Connect Core, 2). */
const OF_THE_TOKEN = new Set([
  'exp',
  'iat',
  'nbf',
  'jti',
  'auth_time',
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'sid',
  'uti',
]);

/** What sessions of one principal share. @param principal null where nobody is known. */
export function createPrincipalState(
  id: string,
  principal: Principal | null,
  parts: { readonly config: McpConfig; readonly rules: FlowRules | null; readonly clock: Clock },
): PrincipalState {
  const { config, rules, clock } = parts;
  return {
    id,
    who: principal,
    flow: new FlowSession(config.profile, { rules, principal }),
    limits: new CallLimits(config.limits, clock),
    tasks: new TaskHandles(),
  };
}

/**
 * What makes two credentials the same principal: their id, and where an operator's rules ask for claims, the claims as well. A token
 * for another tenant is then somebody else, who finds none of the sessions of the first.
 */
export function principalKey(principal: Principal, rules: FlowRules | null): string {
  if (rules === null) return principal.id;
  const lasting = Object.entries(principal.claims).filter(([name]) => !OF_THE_TOKEN.has(name));
  return `${principal.id} ${digestOf([principal.kind, principal.team ?? null, Object.fromEntries(lasting)])}`;
}
