import { createRequire } from 'node:module';
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';
import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import type { AccessDecision, AccessPolicy, AccessRequest } from './access.ts';
import { cedarContext, principalEntities, resourceEntity } from './cedar-entities.ts';
import type { CedarEntity } from './cedar-entities.ts';
import { CEDAR_SCHEMA } from './cedar-schema.ts';
import { positionOf, positionOfByte, withoutComments } from './cedar-source.ts';
import type { SourcePosition } from './cedar-source.ts';
import { createLruMap } from './lru-map.ts';

export interface PolicyProblem extends SourcePosition {
  /** A text with an error is not used; a warning is worth a look. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint: string | null;
}

/** One policy of a text: `id` is its `@id("…")`, or `policy0`, `policy1`, … in order. */
export interface PolicyInfo extends SourcePosition {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
}

interface SourcePolicy extends PolicyInfo {
  readonly text: string;
}

type Engine = typeof Cedar;

/** Characters; more is not a policy but an accident. */
const LARGEST = 1024 * 1024;
const DECISIONS = 20_000;
const PROFILES = 5_000;
const POLICY_SET = 'policies';

/**
 * A fresh instance of the evaluator, about 10 ms. An instance in which an evaluation trapped (its stack is finite,
 * and nesting in a text isn't) answers nothing any more, so each policy text has its own and replaces it then.
 * The evaluator is a CommonJS module that starts itself when it is loaded; a second start means a second load.
 */
function startEngine(): Engine {
  const require = createRequire(import.meta.url);
  delete require.cache[require.resolve('@cedar-policy/cedar-wasm/nodejs')];
  return require('@cedar-policy/cedar-wasm/nodejs') as Engine;
}

/**
 * Everything that is wrong with a policy text: syntax, names and types that `cedar-schema.ts` doesn't know,
 * policies that can never apply. Empty when it can be used.
 */
export function checkPolicies(text: string): readonly PolicyProblem[] {
  return inspect(startEngine, text).problems;
}

/** The policies of a text in their order; none when it does not parse. */
export function listPolicies(text: string): readonly PolicyInfo[] {
  return inspect(startEngine, text).policies.map(({ id, effect, line, column }) => ({ id, effect, line, column }));
}

/**
 * Decides by Cedar policies, parsed once. Decisions are remembered per everything that Cedar sees of the request,
 * so the common request costs a look-up (about 1 µs) and not an evaluation (about 100 µs); they belong to this
 * policy text and end with it. Whatever cannot be evaluated is denied, also where Cedar itself would go on: it skips
 * a `forbid` that fails, which would let through what it was written to stop.
 * @param where names the text in errors: a file's path, a key of the configuration.
 * @throws Fault `ERR_CONFIG` when `checkPolicies` finds an error.
 */
export function createCedarPolicy(text: string, where = 'policy'): AccessPolicy {
  const { problems, policies } = inspect(startEngine, text);
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

  function evaluate(profile: Profile, request: AccessRequest): Cedar.AuthorizationAnswer {
    const call: Cedar.StatefulAuthorizationCall = {
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

function decisionOf({ decision, diagnostics }: Cedar.Response): AccessDecision {
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

/** Cedar took the whole text, but not a part of it. */
function unparsable(): Fault {
  return new Fault('ERR_INTERNAL', 'A checked access policy could not be parsed.');
}

interface Inspected {
  readonly problems: readonly PolicyProblem[];
  readonly policies: readonly SourcePolicy[];
}

function inspect(start: () => Engine, text: string): Inspected {
  if (text.length > LARGEST) {
    return { problems: [atStart(`the text is longer than ${LARGEST} characters`)], policies: [] };
  }
  if (!text.isWellFormed()) return { problems: [atStart('the text is not well-formed Unicode')], policies: [] };
  try {
    const engine = start();
    const answer = engine.validate({ schema: CEDAR_SCHEMA, policies: { staticPolicies: text } });
    if (answer.type === 'failure') return { problems: failureProblems(engine, text, answer.errors), policies: [] };
    const policies = splitPolicies(engine, text);
    const problems = [...validationProblems(text, answer), ...repeatedIds(policies)];
    return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column), policies };
  } catch (error) {
    if (!isTrap(error)) throw error;
    return {
      problems: [atStart('the text is nested too deeply to be evaluated', 'Split the condition.')],
      policies: [],
    };
  }
}

/** How a WebAssembly instance dies: on its own stack, or on that of the process. */
function isTrap(error: unknown): boolean {
  return error instanceof Error && (error.name === 'RuntimeError' || error instanceof RangeError);
}

function atStart(message: string, hint: string | null = null): PolicyProblem {
  return { severity: 'error', line: 1, column: 1, message, hint };
}

function failureProblems(engine: Engine, text: string, errors: readonly Cedar.DetailedError[]): PolicyProblem[] {
  const parts = engine.policySetTextToParts(text);
  if (parts.type === 'success' && parts.policy_templates.length > 0) {
    const plain = withoutComments(text);
    return parts.policy_templates.map((template) => ({
      severity: 'error',
      ...positionOf(text, Math.max(0, plain.indexOf(withoutComments(template)))),
      message: 'a policy with a slot (?principal, ?resource) is a template, and nothing fills it in',
      hint: 'Name the principal or resource.',
    }));
  }
  return errors.flatMap((error) => problemsOf(text, error, 'error'));
}

function validationProblems(text: string, answer: Extract<Cedar.ValidationAnswer, { type: 'success' }>) {
  const faulty = new Set(answer.validationErrors.map(({ policyId }) => policyId));
  const impossible = new Set<string>();
  const problems = answer.validationErrors.flatMap(({ error }) => problemsOf(text, error, 'error'));
  for (const { policyId, error } of answer.validationWarnings) {
    if (!IMPOSSIBLE.test(error.message)) {
      problems.push(...problemsOf(text, error, 'warning'));
      continue;
    }
    // Said once for each policy, and not where it only follows from an error.
    if (faulty.has(policyId) || impossible.has(policyId)) continue;
    impossible.add(policyId);
    problems.push(
      ...problemsOf(text, error, 'error').map((problem) => ({
        ...problem,
        message: 'this policy can never apply',
        hint: 'Check that its action and resource go together (parapet policy schema), or remove it.',
      })),
    );
  }
  return problems;
}

const IMPOSSIBLE = /policy is impossible|unable to find an applicable action/;

function problemsOf(text: string, error: Cedar.DetailedError, severity: PolicyProblem['severity']): PolicyProblem[] {
  const label = error.sourceLocations?.[0];
  const problem: PolicyProblem = {
    severity,
    ...positionOfByte(text, label?.start ?? 0),
    message: error.message.replace(/^(failed to parse policies from string: |for policy `[^`]*`, )/, ''),
    hint: error.help ?? label?.label ?? null,
  };
  return [problem, ...(error.related ?? []).flatMap((related) => problemsOf(text, related, severity))];
}

/** Cedar numbers the policies of a text from 0, and gives them sorted by that name: policy0, policy1, policy10, … */
function splitPolicies(engine: Engine, text: string): SourcePolicy[] {
  const parts = engine.policySetTextToParts(text);
  if (parts.type === 'failure') throw unparsable();
  const names = parts.policies.map((_, index) => `policy${index}`).sort();
  const texts = new Map(parts.policies.map((part, index) => [names[index]!, part]));
  const plain = withoutComments(text);
  let from = 0;
  return parts.policies.map((_, index) => {
    const name = `policy${index}`;
    const policy = texts.get(name)!;
    const body = withoutComments(policy);
    const at = Math.max(from, plain.indexOf(body, from));
    from = at + body.length;
    const json = engine.policyToJson(policy);
    if (json.type === 'failure') throw unparsable();
    const { effect, annotations } = json.json;
    return { id: annotations?.['id'] || name, effect, text: policy, ...positionOf(text, at) };
  });
}

function repeatedIds(policies: readonly SourcePolicy[]): PolicyProblem[] {
  const seen = new Set<string>();
  const problems: PolicyProblem[] = [];
  for (const { id, line, column } of policies) {
    if (seen.has(id)) {
      const message = `the id "${id}" is used twice`;
      problems.push({ severity: 'error', line, column, message, hint: 'Decisions name policies by their @id.' });
    }
    seen.add(id);
  }
  return problems;
}
