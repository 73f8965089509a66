import type { Assessment } from './assessment.ts';
import { isMet, type Requirement, type RequirementResult } from './requirement.ts';

/** Attacked samples on which a requirement may be met, where there are as many. */
const FEWEST = 30;

/** What Square may gain over the gradient attacks on networks that are robust all the same (a point on MNIST at 0.3). */
const SMALL_GAIN = 0.05;

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

/**
 * What was measured against what was required. A robust accuracy counts only when its attacks ran to their end and no self-check says
 * that it must not be believed: a check that failed is no pass, and what was not measured is unknown.
 */
export function judgeRequirements(
  requirements: readonly Requirement[],
  found: Omit<Assessment, 'requirements' | 'advice'>,
): readonly RequirementResult[] {
  return requirements.map((requirement) => judge(requirement, found));
}

function judge(requirement: Requirement, found: Omit<Assessment, 'requirements' | 'advice'>): RequirementResult {
  const { text, metric, perturbation } = requirement;
  const unknown = (says: string): RequirementResult => ({
    text,
    verdict: 'unknown',
    measured: null,
    interval: null,
    says,
  });
  if (metric === 'clean_accuracy') return decided(requirement, found.clean.accuracy);
  const { norm, eps } = perturbation!;
  if (metric === 'certified_accuracy') {
    const curve = found.certificates.find(
      (one) => one.norm === norm && one.points.some((point) => near(point.eps, eps)),
    );
    const point = curve?.points.find((one) => near(one.eps, eps));
    if (curve === undefined || point === undefined) return unknown(`There is no certificate for ${norm} ${eps}.`);
    const decision = isMet(requirement, point.certified);
    const few = curve.samples < Math.min(FEWEST, found.data.count);
    if (few && decision)
      return {
        ...unknown(`Only ${curve.samples} samples were looked at, too few to decide; give more time.`),
        measured: point.certified,
      };
    // Of the samples that were looked at, what was not decided counts as not certified: the number can only be too low.
    if (!curve.complete && (!decision || requirement.operator.startsWith('<')))
      return { ...unknown('Time ran out before every sample was decided.'), measured: point.certified };
    return {
      text,
      verdict: decision ? 'met' : 'not-met',
      measured: point.certified,
      interval: null,
      says: `${percent(point.certified)} of ${curve.samples} samples are certified (${curve.method}).`,
    };
  }
  const robust = found.robust.find((one) => one.norm === norm && near(one.eps, eps));
  if (robust === undefined) return unknown(`No attack ran under ${norm} ${eps}.`);
  const clean = robust.perClass.reduce((sum, one) => sum + one.clean * one.samples, 0);
  const left = robust.perClass.reduce((sum, one) => sum + one.robust * one.samples, 0);
  const measured =
    metric === 'robust_accuracy'
      ? robust.accuracy
      : { value: clean === 0 ? Number.NaN : (clean - left) / clean, low: 0, high: 1, of: Math.round(clean) };
  const bySquare = found.selfChecks.find(({ id, verdict }) => id === 'black-box-beats-white-box' && verdict === 'fail');
  const gained = bySquare?.numbers['fooledBySquareAlone'] ?? 0;
  const doubts = found.selfChecks.filter(
    (check) => check.verdict === 'fail' && (check !== bySquare || gained > SMALL_GAIN),
  );
  // A failed self-check means that better attacks exist: the number can only be too good.
  const tooGood =
    metric === 'robust_accuracy' ? requirement.operator.startsWith('>') : requirement.operator.startsWith('<');
  const verdict = decided(requirement, measured);
  if (tooGood && verdict.verdict === 'met' && doubts.length > 0) {
    return {
      ...verdict,
      verdict: 'not-met',
      says: `The measured number cannot be believed: ${doubts.map(({ id }) => id).join(', ')} failed.`,
    };
  }
  if (tooGood && verdict.verdict === 'met' && gained > 0 && doubts.length === 0) {
    // What Square alone gained may be there a second time for a better attack.
    const cautious = measured.value + (metric === 'robust_accuracy' ? -gained : gained);
    if (!isMet(requirement, cautious)) {
      return {
        ...verdict,
        verdict: 'not-met',
        says: `Square fooled ${percent(gained)} that all gradient attacks left, and the measured ${percent(measured.value)} is nearer to the bar than that.`,
      };
    }
  }
  const fewest = Math.min(FEWEST, found.data.count);
  if (tooGood && verdict.verdict === 'met' && robust.accuracy.of < fewest) {
    return {
      ...verdict,
      verdict: 'unknown',
      says: `Only ${robust.accuracy.of} samples were attacked, too few to decide; give more time.`,
    };
  }
  if (tooGood && verdict.verdict === 'met' && !robust.complete) {
    return {
      ...verdict,
      verdict: 'unknown',
      says: `Only ${robust.accuracy.of} samples were attacked before time ran out.`,
    };
  }
  if (tooGood && verdict.verdict === 'met' && found.model.gradients && found.selfChecks.length === 0) {
    return {
      ...verdict,
      verdict: 'unknown',
      says: 'The self-checks did not run, so nobody knows whether the number holds.',
    };
  }
  return verdict;
}

function decided(
  requirement: Requirement,
  measured: { readonly value: number; readonly low: number; readonly high: number; readonly of: number },
): RequirementResult {
  const { text, value } = requirement;
  const met = isMet(requirement, measured.value);
  const inside = measured.low < value && value < measured.high && measured.low > 0;
  return {
    text,
    verdict: met ? 'met' : 'not-met',
    measured: measured.value,
    interval: [measured.low, measured.high],
    says: `${percent(measured.value)} on ${measured.of} samples${
      inside
        ? `; the 95 % interval, ${percent(measured.low)} to ${percent(measured.high)}, has the bar inside: more samples would decide`
        : ''
    }.`,
  };
}

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9;
