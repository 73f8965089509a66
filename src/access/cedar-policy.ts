import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import type { AccessDecision, AccessPolicy, AccessRequest } from './access.ts';
import { isTrap, startEngine } from './cedar-engine.ts';
import type { AuthorizationAnswer, Engine, Response, StatefulAuthorizationCall } from './cedar-engine.ts';
import { cedarContext, principalEntities, resourceEntity } from './cedar-entities.ts';
import type { CedarEntity } from './cedar-entities.ts';
import { inspectPolicies, unparsable } from './check-policies.ts';
import type { SourcePolicy } from './check-policies.ts';
import { createLruMap } from './lru-map.ts';

const DECISIONS = 20_000;
const PROFILES = 5_000;
const POLICY_SET = 'policies';

/**
 * Decides by Cedar policies, parsed once. Decisions are remembered per everything that Cedar sees of the request,
 * so the common request costs a look-up (about 1 µs) and not an evaluation (about 100 µs); they belong to this
 * policy text and end with it. Whatever cannot be evaluated is denied, also where Cedar itself would go on: it skips
 * a `forbid` that fails, which would let through what it was written to stop.
 * @param where names the text in errors: a file's path, a key of the configuration.
 * @throws Fault `ERR_CONFIG` when `checkPolicies` finds an error.
 */
export function createCedarPolicy(text: string, where = 'policy'): AccessPolicy {
  const { problems, policies } = inspectPolicies(text);
  const errors = problems.filter(({ severity }) => severity === 'error');
  const first = errors[0];
  if (first !== undefined) {
    const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
    throw new Fault('ERR_CONFIG', `The access policy cannot be used: ${first.message}${more}`, {
      where: `${where}:${first.line}:${first.column}`,
      ...(first.hint === null ? {} : { hint: first.hint }),
    });
  }

  let engine: Engine | null = parsedEngine(policies);
  const decisions = createLruMap<string, AccessDecision>(DECISIONS);
  const profileOf = createProfiles();

  function evaluate(profile: Profile, request: AccessRequest): AuthorizationAnswer {
    const call: StatefulAuthorizationCall = {
      principal: profile.uid,
      action: { type: 'Action', id: request.action },
      resource: { type: request.resource.type, id: request.resource.id },
      context: cedarContext(request.context),
      preparsedPolicySetId: POLICY_SET,
      validateRequest: false,
      entities: [...profile.entities, resourceEntity(request.resource)],
    };
    engine ??= parsedEngine(policies);
    try {
      return engine.statefulIsAuthorized(call);
    } catch (error) {
      if (isTrap(error)) engine = null;
      throw error;
    }
  }

  return {
    decide(request) {
      try {
        const profile = profileOf(request.principal);
        const key = decisionKey(profile, request);
        const known = decisions.get(key);
        if (known !== undefined) return known;
        const answer = evaluate(profile, request);
        if (answer.type === 'failure') return denied(answer.errors.map(({ message }) => message));
        const decision = decisionOf(answer.response);
        decisions.set(key, decision);
        return decision;
      } catch (error) {
        return denied([error instanceof Error ? error.message : String(error)]);
      }
    },
  };
}

function decisionOf({ decision, diagnostics }: Response): AccessDecision {
  const errors = diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`);
  return Object.freeze({
    allowed: decision === 'allow' && errors.length === 0,
    policies: Object.freeze([...diagnostics.reason].sort()),
    errors: Object.freeze(errors),
  });
}

function denied(errors: readonly string[]): AccessDecision {
  return { allowed: false, policies: [], errors: errors.length > 0 ? errors : ['the policy could not be evaluated'] };
}

/** What Cedar sees of a principal. Equal principals share one, and no two numbers are ever the same. */
interface Profile {
  readonly number: number;
  readonly uid: CedarEntity['uid'];
  readonly entities: readonly CedarEntity[];
}

function createProfiles(): (principal: Principal) => Profile {
  const byObject = new WeakMap<Principal, Profile>();
  const byContent = createLruMap<string, Profile>(PROFILES);
  let numbers = 0;
  return (principal) => {
    const known = byObject.get(principal);
    if (known !== undefined) return known;
    const entities = principalEntities(principal);
    const content = JSON.stringify(entities);
    let profile = byContent.get(content);
    if (profile === undefined) {
      profile = { number: numbers++, uid: entities[0]!.uid, entities };
      byContent.set(content, profile);
    }
    // A principal that can still change is looked at anew each time.
    if (isFrozen(principal)) byObject.set(principal, profile);
    return profile;
  };
}

function isFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozen);
}

/** Lengths before texts: no choice of names makes two different requests spell the same key. */
function decisionKey(profile: Profile, { action, resource, context }: AccessRequest): string {
  let key = `${profile.number} ${action} ${resource.type} ${resource.id.length} ${resource.id}`;
  for (const name in context) {
    const value = context[name]!;
    key +=
      typeof value === 'string'
        ? ` ${name.length} ${name}s${value.length} ${value}`
        : ` ${name.length} ${name}${value}`;
  }
  return key;
}

function parsedEngine(policies: readonly SourcePolicy[]): Engine {
  const engine = startEngine();
  const answer = engine.preparsePolicySet(POLICY_SET, {
    staticPolicies: Object.fromEntries(policies.map(({ id, text }) => [id, text])),
  });
  if (answer.type === 'failure') throw unparsable();
  return engine;
}
