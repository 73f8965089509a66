/** An end of time, as a signal and as something that can be asked to look at the clock. */
export interface TimeLimit {
  readonly signal: AbortSignal | undefined;
  /** Looks at the clock, and aborts the signal where the time is over: a timer alone comes late where the work between leaves it no turn. */
  readonly look: () => void;
  /** The time ran out, and nobody interrupted. */
  readonly isOver: () => boolean;
  readonly clear: () => void;
}

/** @param deadline by `performance.now`; one that has passed aborts at once */
export function timeLimit(deadline: number, signal: AbortSignal | undefined): TimeLimit {
  if (deadline === Infinity) return { signal, look: () => {}, isOver: () => false, clear: () => {} };
  const over = new AbortController();
  const left = deadline - performance.now();
  if (left <= 0) over.abort();
  const timer = left <= 0 ? undefined : setTimeout(() => over.abort(), left);
  return {
    signal: signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]),
    look: () => {
      if (performance.now() >= deadline) over.abort();
    },
    isOver: () => over.signal.aborted && signal?.aborted !== true,
    clear: () => clearTimeout(timer),
  };
}
