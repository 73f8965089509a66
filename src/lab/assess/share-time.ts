import type { AssessStep } from './assessment.ts';

/** Steps to come get fewer samples when those before took longer than was expected. Steps that began keep theirs. */
export function fitToTime(
  plan: AssessStep[],
  at: number,
  began: number,
  left: number | null,
  started: readonly string[],
): boolean {
  if (left === null) return false;
  const sum = (steps: readonly AssessStep[]): number => steps.reduce((total, step) => total + step.expectedSeconds, 0);
  const done = sum(plan.slice(0, at));
  const pace = done < 1 ? 1 : Math.max(1, (performance.now() - began) / 1000 / done);
  const scale = (left * KEPT) / (sum(plan.slice(at)) * pace);
  if (!(scale < 0.9)) return false;
  let changed = false;
  for (let next = at; next < plan.length; next++) {
    const step = plan[next]!;
    if (started.includes(step.id)) continue;
    const samples = Math.min(step.samples, Math.max(FEWEST, Math.floor(step.samples * scale)));
    if (samples === step.samples) continue;
    const chunk = Math.min(step.chunk, samples);
    const part = samples / step.samples;
    const queries = step.queries === null ? null : Math.floor(step.queries * part);
    plan[next] = { ...step, samples, chunk, expectedSeconds: step.expectedSeconds * part, queries };
    changed = true;
  }
  return changed;
}

/** Seconds that a step may take: its part of what is left, by what was expected, and never more than half. */
export function shareOfTime(plan: readonly AssessStep[], at: number, left: number | null): number {
  if (left === null) return Infinity;
  const coming = plan.slice(at).reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0);
  const part = coming === 0 ? 1 : plan[at]!.expectedSeconds / coming;
  return left * Math.min(0.5, Math.max(part, 0.02));
}

/** Share of the time that is left which steps may use. */
const KEPT = 0.85;
/** Samples below which a step says nothing. */
export const FEWEST = 8;

export interface TimeLimit {
  readonly signal: AbortSignal | undefined;
  /** The time ran out, and nobody interrupted. */
  readonly isOver: () => boolean;
  readonly clear: () => void;
}

/** @param deadline by `performance.now`; one that has passed aborts at once */
export function timeLimit(deadline: number, signal: AbortSignal | undefined): TimeLimit {
  if (deadline === Infinity) return { signal, isOver: () => false, clear: () => {} };
  const over = new AbortController();
  const left = deadline - performance.now();
  if (left <= 0) over.abort();
  const timer = left <= 0 ? undefined : setTimeout(() => over.abort(), left);
  return {
    signal: signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]),
    isOver: () => over.signal.aborted && signal?.aborted !== true,
    clear: () => clearTimeout(timer),
  };
}
