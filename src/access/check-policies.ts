import { Fault } from '../core/fault.ts';
import { isTrap, startEngine } from './cedar-engine.ts';
import type { DetailedError, Engine, ValidationAnswer } from './cedar-engine.ts';
import { CEDAR_SCHEMA } from './cedar-schema.ts';
import { positionOf, positionOfByte, withoutComments } from './cedar-source.ts';
import type { SourcePosition } from './cedar-source.ts';

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

export interface SourcePolicy extends PolicyInfo {
  readonly text: string;
  /** Operations within operations. */
  readonly depth: number;
}

/** Characters; more is not a policy but an accident. */
const LARGEST = 1024 * 1024;
/** Operations within operations. The evaluator's stack holds about 300, and it dies where the parser still copes. */
const DEEPEST = 200;

/**
 * Everything that is wrong with a policy text: syntax, names and types that `cedar-schema.ts` doesn't know,
 * policies that can never apply. Empty when it can be used.
 */
export function checkPolicies(text: string): readonly PolicyProblem[] {
  return inspectPolicies(text).problems;
}

/** The policies of a text in their order; none when it does not parse. */
export function listPolicies(text: string): readonly PolicyInfo[] {
  return inspectPolicies(text).policies.map(({ id, effect, line, column }) => ({ id, effect, line, column }));
}

/** A text taken apart: with an error among the problems it must not be used. */
export interface InspectedPolicies {
  readonly problems: readonly PolicyProblem[];
  readonly policies: readonly SourcePolicy[];
}

export function inspectPolicies(text: string): InspectedPolicies {
  if (text.length > LARGEST) {
    return { problems: [atStart(`the text is longer than ${LARGEST} characters`)], policies: [] };
  }
  if (!text.isWellFormed()) return { problems: [atStart('the text is not well-formed Unicode')], policies: [] };
  try {
    const engine = startEngine();
    const answer = engine.validate({ schema: CEDAR_SCHEMA, policies: { staticPolicies: text } });
    if (answer.type === 'failure') return { problems: failureProblems(engine, text, answer.errors), policies: [] };
    const policies = splitPolicies(engine, text);
    const problems = [...validationProblems(text, answer), ...repeatedIds(policies), ...tooDeep(policies)];
    return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column), policies };
  } catch (error) {
    if (!isTrap(error)) throw error;
    return {
      problems: [atStart('the text is nested too deeply to be evaluated', 'Split the condition.')],
      policies: [],
    };
  }
}

function atStart(message: string, hint: string | null = null): PolicyProblem {
  return { severity: 'error', line: 1, column: 1, message, hint };
}

function failureProblems(engine: Engine, text: string, errors: readonly DetailedError[]): PolicyProblem[] {
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

function validationProblems(text: string, answer: Extract<ValidationAnswer, { type: 'success' }>) {
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

function problemsOf(text: string, error: DetailedError, severity: PolicyProblem['severity']): PolicyProblem[] {
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
    const { effect, annotations, conditions } = json.json;
    return {
      id: annotations?.['id'] || name,
      effect,
      text: policy,
      depth: depthOf(conditions),
      ...positionOf(text, at),
    };
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

function tooDeep(policies: readonly SourcePolicy[]): PolicyProblem[] {
  return policies
    .filter(({ depth }) => depth > DEEPEST)
    .map(({ line, column }) => ({
      severity: 'error',
      line,
      column,
      message: `the condition has more than ${DEEPEST} operations within each other`,
      hint: 'Use a set, ["a", "b"].contains(…), or several policies; a chain of || or && counts each term.',
    }));
}

/** In Cedar's JSON form an operation is a map that holds a map or list of its operands. */
function depthOf(conditions: unknown): number {
  let levels = 0;
  for (let row: unknown[] = [conditions]; row.length > 0; levels++) {
    row = row
      .flatMap((value) => Object.values(value as object))
      .filter((value) => typeof value === 'object' && value !== null);
  }
  return Math.ceil(levels / 2);
}

/** Cedar took the whole text, but not a part of it. */
export function unparsable(): Fault {
  return new Fault('ERR_INTERNAL', 'A checked access policy could not be parsed.');
}
