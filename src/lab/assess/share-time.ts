import type { AssessStep, StepResult } from './assessment.ts';

/** Shares of a budget that are kept for what comes beside the attacks. */
const KEPT = { checks: 0.1, certificates: 0.12, detectors: 0.15, mistakes: 0.03 };

/** Seconds that attacks leave for self-checks, certificates and detectors that are still to come. */
export function keptSeconds(
  budget: number,
  coming: { readonly checks: boolean; readonly certificates: boolean; readonly detectors: boolean },
): number {
  const { checks, certificates, detectors, mistakes } = KEPT;
  return (
    budget *
    (mistakes +
      (coming.checks ? checks : 0) +
      (coming.certificates ? certificates : 0) +
      (coming.detectors ? detectors : 0))
  );
}

/**
 * Seconds that a step may take: its part of what is left, by what the steps to come were expected to take. What a step does not use goes to those after it.
 * @param left seconds for attacks; null: no limit
 */
export function shareOfTime(plan: readonly AssessStep[], at: number, left: number | null): number {
  if (left === null) return Infinity;
  const coming = plan.slice(at).reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0);
  const part = coming === 0 ? 1 : plan[at]!.expectedSeconds / coming;
  return Math.max(0, left) * Math.max(part, LEAST_PART);
}

/** So that a step that was expected to take no time at all can begin. */
const LEAST_PART = 0.02;

/**
 * How much slower than expected steps have been until now, 1 or more: because others use the machine, or because more samples resist than a short attack
 * had shown.
 */
export function paceSoFar(steps: readonly Pick<StepResult, 'step' | 'attacked' | 'seconds'>[]): number {
  const foreseen = ({ step, attacked }: (typeof steps)[number]): number =>
    (step.expectedSeconds * attacked) / step.expectedSamples;
  const expected = steps.reduce((sum, one) => sum + foreseen(one), 0);
  const spent = steps.reduce((sum, { seconds }) => sum + seconds, 0);
  return expected < 1 ? 1 : Math.max(1, spent / expected);
}

/** Attacks that learn from all samples at once cannot stop early: they get fewer samples where steps before took longer. */
export function fittedToTime(step: AssessStep, share: number, pace: number): AssessStep {
  if (share === Infinity || step.expectedSeconds * pace <= share) return step;
  const samples = Math.max(FEWEST, Math.floor((step.samples * share) / (step.expectedSeconds * pace)));
  if (samples >= step.samples) return step;
  const expectedSeconds = (step.expectedSeconds * samples) / step.samples;
  return { ...step, samples, expectedSamples: samples, chunk: samples, expectedSeconds };
}

/** Samples below which a step says nothing. */
export const FEWEST = 8;

/** Share of the time that is left which the next samples may be foreseen to take. */
const CAREFUL = 0.95;

/**
 * Sizes the chunks of a step so that its share of the time is used and not exceeded: by what a sample has taken until now.
 * @param share seconds of the step
 * @returns samples of the next chunk, after `done` of this call; 0: the next ones would not be finished
 */
export function pacer(chunk: number, share: number, now: () => number): (done: number) => number {
  const began = now();
  return (done) => {
    if (share === Infinity || done === 0) return chunk;
    const passed = (now() - began) / 1000;
    return Math.min(chunk, Math.floor(((share - passed) * CAREFUL * done) / passed));
  };
}
