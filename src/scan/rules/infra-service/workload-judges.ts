import type { Severity } from '../../../core/severity.ts';
import { openTo, titled } from '../../infra/exposure.ts';
import { isGiven, isImage, variable, type Workload } from '../../infra/workload.ts';
import type { Judgement } from '../../rule.ts';

/** A variable with one of these values, said in words. */
export function setTo(
  name: string,
  isBad: (text: string) => boolean,
  says: string,
  severity?: Severity,
): (one: Workload) => Judgement | null {
  return (one) => {
    const value = variable(one, name);
    return value !== null && isBad(value.text.trim())
      ? { at: value.at, ...(severity === undefined ? {} : { severity }), message: `${titled(one)} ${says}.` }
      : null;
  };
}

/** An image that has no login unless a variable gives it one. */
export function withoutKey(
  image: RegExp,
  names: readonly string[],
  ports: readonly number[],
  says: string,
  base: Severity,
): (one: Workload) => Judgement | null {
  return (one) => {
    if (!isImage(one, image) || isGiven(one, ...names)) return null;
    return openTo(one, base, says, ...ports);
  };
}

/** A check by several judges of one workload. */
export const all =
  (...judges: readonly ((one: Workload) => Judgement | null)[]) =>
  ({ workload }: { readonly workload: Workload }): readonly Judgement[] =>
    judges.flatMap((judge) => judge(workload) ?? []);

/** Passwords that examples and first starts have. */
export const WEAK =
  /^(?:password\d{0,6}|admin\d{0,3}|secret|changeme|change-me|change_me|test|default|123456\d{0,4}|root|minioadmin|difyai123456|langflow|flowise|n8n|t0p-s3cr3t|secret-key)$/i;
