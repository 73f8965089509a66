import type { KeyObject } from 'node:crypto';
import { isTrap } from '../access/cedar-engine.ts';
import { readAdmissionPolicy } from './admission-policy.ts';
import { type PassportEntry, signersOf } from './passport.ts';
import { PREDICATE_NAMES } from './predicates.ts';

export interface Admission {
  readonly admitted: boolean;
  /** The policies that decided: their `@id`, or `policy0`, `policy1`, … */
  readonly policies: readonly string[];
  /** What could not be evaluated: then nothing is admitted. */
  readonly errors: readonly string[];
}

const DAY = 86_400_000;

/** A number as Cedar's `decimal`, which holds four digits behind the point. */
function decimal(value: number): object {
  return { __extn: { fn: 'decimal', arg: Math.min(9e14, value).toFixed(4) } };
}

/**
 * What policies see: for each type of statement the newest one about this model that a trusted key signed, with its age and signers. Statements
 * without a trusted signature do not exist here.
 */
export function admissionContext(
  entries: readonly PassportEntry[],
  sha256: string,
  keys: readonly KeyObject[],
  now: number,
): Readonly<Record<string, unknown>> {
  const context: Record<string, unknown> = {};
  const all = new Set<string>();
  for (const name of PREDICATE_NAMES) {
    const mine = entries
      .filter((entry) => entry.predicate === name && entry.subject.sha256 === sha256)
      .map((entry) => ({ entry, signers: signersOf(entry, keys) }))
      .filter(({ signers }) => signers.length > 0)
      .toSorted((a, b) => (a.entry.time ?? 0) - (b.entry.time ?? 0));
    const last = mine.at(-1);
    if (last === undefined) continue;
    for (const id of last.signers) all.add(id);
    context[name] = { ...toCedar(last.entry), ageDays: ageOf(last.entry, now), signers: last.signers };
  }
  return { ...context, signers: [...all] };
}

/** Days since what it says was so. A statement without a time, or from the future, is as old as can be: it must not pass for a fresh one. */
function ageOf({ time, value }: PassportEntry, now: number): number {
  const { scannedAt } = value as { readonly scannedAt?: string };
  const made = Math.min(time ?? Number.NaN, scannedAt === undefined ? Infinity : Date.parse(scannedAt));
  return Number.isNaN(made) || (time ?? 0) > now + DAY ? 1_000_000 : Math.max(0, Math.floor((now - made) / DAY));
}

/** Values in the few types that Cedar has. */
function toCedar({ predicate, value }: PassportEntry): Readonly<Record<string, unknown>> {
  const one = value as Readonly<Record<string, unknown>>;
  switch (predicate) {
    case 'scan': {
      const { findings, files, incomplete, accepted, matched } = one as {
        readonly findings: object;
        readonly files: number;
        readonly incomplete: number;
        readonly accepted?: number;
        readonly matched?: string;
      };
      return { ...findings, files, incomplete, accepted: accepted ?? 0, matched: matched ?? 'none' };
    }
    case 'robustness': {
      const { claims, cleanAccuracy, samples, selfChecks } = one as {
        readonly claims: readonly {
          readonly norm: string;
          readonly eps: string;
          readonly robustAccuracy: number;
          readonly certified?: boolean;
        }[];
        readonly cleanAccuracy: number;
        readonly samples: number;
        readonly selfChecks: string;
      };
      // Measured: the worst attack counts. Proven: the best proof does. The one bounds the truth from above, the other from below.
      const measured = new Map<string, number>();
      const proven = new Map<string, number>();
      for (const { norm, eps, robustAccuracy, certified } of claims) {
        const key = `${norm}:${eps}`;
        if (certified === true) proven.set(key, Math.max(proven.get(key) ?? 0, robustAccuracy));
        else measured.set(key, Math.min(measured.get(key) ?? 1, robustAccuracy));
      }
      const decimals = (shares: ReadonlyMap<string, number>): object =>
        Object.fromEntries([...shares].map(([key, share]) => [key, decimal(share)]));
      return {
        accuracy: decimals(measured),
        certified: decimals(proven),
        cleanAccuracy: decimal(cleanAccuracy),
        samples,
        selfChecks,
      };
    }
    case 'privacy': {
      const { epsilon } = one as { readonly epsilon?: number };
      return epsilon === undefined ? {} : { epsilon: decimal(epsilon) };
    }
    case 'backdoor': {
      const { tests } = one as { readonly tests: readonly { readonly flagged: boolean }[] };
      return { tests: tests.length, flagged: tests.filter(({ flagged }) => flagged).length };
    }
    case 'training':
      return { method: String(one['method']) };
    case 'data-sealed':
      return { root: String(one['root']), rows: Number(one['rows']) };
    case 'data':
      return { role: String(one['role']), root: String(one['root']) };
    case 'thresholds': {
      const { detectors } = one as { readonly detectors: readonly { readonly id: string }[] };
      return { detectors: detectors.map(({ id }) => id) };
    }
    default:
      return {};
  }
}

/**
 * Asks Cedar policies whether a model may be used: principal `Parapet::"ci"`, action `Action::"admit"`, resource `Model::"<sha256>"`, the context of
 * `admissionContext`. Nothing is admitted unless a policy permits it, none forbids it, and all could be evaluated.
 * @throws Fault `ERR_CONFIG` for a text that is no policy, or asks for what there is not
 */
export function admit(
  policy: string,
  sha256: string,
  context: Readonly<Record<string, unknown>>,
  where: string,
): Admission {
  const { engine, names } = readAdmissionPolicy(policy, where);
  let answer;
  try {
    answer = engine.isAuthorized({
      principal: { type: 'Parapet', id: 'ci' },
      action: { type: 'Action', id: 'admit' },
      resource: { type: 'Model', id: sha256 },
      context: context as never,
      policies: { staticPolicies: policy },
      entities: [],
    });
  } catch (error) {
    if (!isTrap(error)) throw error;
    return { admitted: false, policies: [], errors: ['The policy is nested too deeply to be evaluated.'] };
  }
  if (answer.type === 'failure')
    return { admitted: false, policies: [], errors: answer.errors.map(({ message }) => message) };
  const { decision, diagnostics } = answer.response;
  const nameOf = (id: string): string => names.get(id) ?? id;
  const errors = diagnostics.errors.map(({ policyId, error }) => `${nameOf(policyId)}: ${error.message}`);
  return {
    admitted: decision === 'allow' && errors.length === 0,
    policies: diagnostics.reason.map(nameOf),
    errors,
  };
}
