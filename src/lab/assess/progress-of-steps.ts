import type { AssessProgress } from './assess.ts';
import type { AssessStep } from './assessment.ts';

/** Progress over all steps, by the time that each was expected to take; the estimate of the rest follows the pace so far. */
export function progressOfSteps(
  plan: readonly AssessStep[],
  began: number,
  tell: ((at: AssessProgress) => void) | undefined,
): (step: AssessStep, done: number) => void {
  const whole = plan.reduce((sum, step) => sum + step.expectedSeconds, 0);
  return (step, done) => {
    const before = plan.slice(0, plan.indexOf(step)).reduce((sum, one) => sum + one.expectedSeconds, 0);
    const share = whole === 0 ? 1 : (before + done * step.expectedSeconds) / whole;
    const passed = (performance.now() - began) / 1000;
    tell?.({
      doing: `${step.title} at ${Number(step.perturbation.eps.toPrecision(3))}`,
      done: share * 0.9,
      secondsLeft: share > 0.02 ? (passed / share) * (1 - share) : whole,
    });
  };
}
