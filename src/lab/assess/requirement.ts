import { Fault } from '../../core/fault.ts';
import { NORMS, type Norm } from '../evasion/attack.ts';

export const REQUIRED_METRICS = [
  'robust_accuracy',
  'clean_accuracy',
  'certified_accuracy',
  'attack_success_rate',
] as const;
export type RequiredMetric = (typeof REQUIRED_METRICS)[number];

/** What must hold for the assessment to pass: `robust_accuracy>=0.5@linf:8/255`. */
export interface Requirement {
  /** As it was written. */
  readonly text: string;
  readonly metric: RequiredMetric;
  readonly operator: '>=' | '>' | '<=' | '<';
  readonly value: number;
  /** Null for clean accuracy. */
  readonly perturbation: { readonly norm: Norm; readonly eps: number } | null;
}

/** `unknown`: it was not measured, or not to the end. That is no pass. */
export interface RequirementResult {
  readonly text: string;
  readonly verdict: 'met' | 'not-met' | 'unknown';
  readonly measured: number | null;
  /** Exact 95 % interval of what was measured. */
  readonly interval: readonly [number, number] | null;
  readonly says: string;
}

/**
 * Reads `metric operator value [@norm:eps]`, such as `robust_accuracy>=0.5@linf:8/255`, `clean_accuracy>=0.9` or
 * `attack_success_rate<=20%@patch:0.05`. Shares are 0 to 1 or written with `%`.
 * @throws Fault `ERR_USAGE`
 */
export function parseRequirement(text: string): Requirement {
  const compact = text.replaceAll(/\s/g, '');
  const [, metric, operator, value, place] = /^([a-z_]+)(>=|<=|>|<)([^@]+)(?:@(.+))?$/.exec(compact) ?? [];
  if (metric === undefined || operator === undefined || value === undefined) throw wrong(text, 'it cannot be read');
  const known = REQUIRED_METRICS.find((one) => one === metric);
  if (known === undefined)
    throw wrong(text, `there is no metric "${metric}"; there are ${REQUIRED_METRICS.join(', ')}`);
  const share = value.endsWith('%') ? numberOf(value.slice(0, -1)) / 100 : numberOf(value);
  if (!(share >= 0 && share <= 1)) throw wrong(text, `"${value}" is no share from 0 to 1`);
  const perturbation = place === undefined ? null : perturbationOf(place, text);
  if (known === 'clean_accuracy' && perturbation !== null) throw wrong(text, 'clean accuracy has no norm and eps');
  if (known !== 'clean_accuracy' && perturbation === null)
    throw wrong(text, 'say for which norm and eps: …@linf:8/255');
  return { text: compact, metric: known, operator: operator as Requirement['operator'], value: share, perturbation };
}

function perturbationOf(place: string, text: string): { readonly norm: Norm; readonly eps: number } {
  const [name, size, ...more] = place.split(':');
  const norm = NORMS.find((one) => one === name);
  if (norm === undefined) throw wrong(text, `there is no norm "${name}"; there are ${NORMS.join(', ')}`);
  const eps = numberOf(size ?? '');
  if (more.length > 0 || !(eps > 0)) throw wrong(text, 'eps is a number above 0, such as 0.3 or 8/255');
  return { norm, eps };
}

function numberOf(text: string): number {
  const [top = '', bottom = '1', ...more] = text.split('/');
  if (top === '' || bottom === '' || more.length > 0) return Number.NaN;
  return Number(top) / Number(bottom);
}

function wrong(text: string, why: string): Fault {
  return new Fault('ERR_USAGE', `The requirement "${text}" is wrong: ${why}.`, {
    where: '--require',
    hint: 'Write it as "robust_accuracy>=0.5@linf:8/255" or "clean_accuracy>=0.9".',
  });
}

/** Whether a measured number meets a requirement. NaN meets none. */
export function isMet({ operator, value }: Requirement, measured: number): boolean {
  switch (operator) {
    case '>=':
      return measured >= value;
    case '>':
      return measured > value;
    case '<=':
      return measured <= value;
    case '<':
      return measured < value;
    default:
      throw new TypeError(operator satisfies never);
  }
}
