import { Fault } from '../core/fault.ts';
import { type Engine, isTrap, startEngine } from '../access/cedar-engine.ts';

/** What policies can ask about, by type of statement. `null`: any name (settings such as `linf:8/255`). */
export const ADMISSION_CONTEXT: Readonly<Record<string, Readonly<Record<string, true | null>>>> = {
  model: {},
  data: { role: true, root: true },
  'data-sealed': { root: true, rows: true },
  scan: {
    critical: true,
    high: true,
    medium: true,
    low: true,
    info: true,
    files: true,
    incomplete: true,
    accepted: true,
    matched: true,
  },
  training: { method: true },
  robustness: { accuracy: null, certified: null, cleanAccuracy: true, samples: true, selfChecks: true },
  privacy: { epsilon: true },
  backdoor: { tests: true, flagged: true },
  thresholds: { detectors: true },
};
/** What every statement has there. */
const ALWAYS: ReadonlySet<string> = new Set(['ageDays', 'signers']);
const MAX_DEPTH = 200;

export interface AdmissionPolicy {
  readonly text: string;
  /** The names of policies by the numbers that Cedar gives them: their `@id`, or the number. */
  readonly names: ReadonlyMap<string, string>;
  readonly engine: Engine;
}

/**
 * Reads Cedar policies over what a passport proves. A name that is not in the context is a mistake: `context has robusness` would be false for ever, and a `forbid`
 * that depends on it would forbid nothing.
 * @throws Fault `ERR_CONFIG` for a text that is no policy, is empty, or asks for what there is not
 */
export function readAdmissionPolicy(text: string, where: string): AdmissionPolicy {
  const engine = startEngine();
  const wrong = (what: string, hint?: string): Fault =>
    new Fault('ERR_CONFIG', what, hint === undefined ? { where } : { where, hint });
  try {
    const parsed = engine.checkParsePolicySet({ staticPolicies: text });
    if (parsed.type === 'failure') throw wrong(`The policy cannot be read: ${parsed.errors[0]?.message ?? 'unknown'}.`);
    const parts = engine.policySetTextToParts(text);
    if (parts.type === 'failure') throw wrong('The policy cannot be read.');
    if (parts.policies.length === 0)
      throw wrong('There is no policy in the file.', 'Without one that permits it, nothing is admitted.');
    // Cedar numbers policies from 0, and gives them sorted by that name: policy0, policy1, policy10, …
    const numbers = parts.policies.map((_, index) => `policy${index}`).toSorted();
    const names = new Map<string, string>();
    for (const [index, policy] of parts.policies.entries()) {
      const json = engine.policyToJson(policy);
      if (json.type === 'failure') throw wrong('A policy cannot be read.');
      const number = numbers[index]!;
      names.set(number, json.json.annotations?.['id'] || number);
      const unknown = unknownName(json.json.conditions, 0);
      if (unknown !== null)
        throw wrong(
          `The policy ${names.get(number)!} asks for ${unknown.name}, which there is not.`,
          `There is ${unknown.known.join(', ')}.`,
        );
    }
    return { text, names, engine };
  } catch (error) {
    if (!isTrap(error)) throw error;
    throw wrong('The policy is nested too deeply to be evaluated.', 'Split the condition.');
  }
}

interface UnknownName {
  readonly name: string;
  readonly known: readonly string[];
}

/** The first name below `context` in an expression of Cedar's JSON format that nothing has. */
function unknownName(node: unknown, depth: number): UnknownName | null {
  if (depth > MAX_DEPTH) throw new RangeError('nested too deeply');
  if (typeof node !== 'object' || node === null) return null;
  const access = accessOf(node);
  if (access !== null) {
    const found = check(access.of, access.attribute);
    if (found !== null) return found;
  }
  for (const value of Object.values(node)) {
    const found = unknownName(value, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** `x.a` and `x has a`, where `x` is the context or a statement of it. */
function accessOf(node: object): { readonly of: readonly string[]; readonly attribute: string } | null {
  const { has, '.': dot } = node as { readonly has?: unknown; readonly '.'?: unknown };
  const inner = (has ?? dot) as { readonly left?: unknown; readonly attr?: unknown } | undefined;
  if (typeof inner?.attr !== 'string' || typeof inner.left !== 'object' || inner.left === null) return null;
  if ((inner.left as { readonly Var?: unknown }).Var === 'context') return { of: [], attribute: inner.attr };
  const outer = accessOf(inner.left);
  return outer === null ? null : { of: [...outer.of, outer.attribute], attribute: inner.attr };
}

function check(of: readonly string[], attribute: string): UnknownName | null {
  if (of.length === 0) {
    const known = [...Object.keys(ADMISSION_CONTEXT), 'signers'];
    return known.includes(attribute) ? null : { name: `context.${attribute}`, known };
  }
  const [statement] = of;
  const fields = ADMISSION_CONTEXT[statement!];
  if (of.length > 1 || fields === undefined || attribute in fields || ALWAYS.has(attribute)) return null;
  return { name: `context.${statement}.${attribute}`, known: [...Object.keys(fields), ...ALWAYS] };
}
