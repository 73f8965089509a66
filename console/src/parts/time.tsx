import { useSyncExternalStore } from 'react';
import { absolute, clock, relative } from '../format/time.ts';

const STEP = 5000;
let now = Date.now();
const listeners = new Set<() => void>();
setInterval(() => {
  now = Date.now();
  listeners.forEach((listener) => listener());
}, STEP);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The time of day, renewed every five seconds for everyone at once. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** A moment: how long ago, with the exact time on hover, for screen readers and for copying. */
export function Time({
  at,
  as = 'relative',
}: {
  readonly at: number;
  readonly as?: 'relative' | 'absolute' | 'clock' | 'both';
}) {
  const current = useNow();
  const exact = absolute(at);
  const ago = relative(at, Math.max(current, at > current && at - current < STEP ? at : current));
  const text = { relative: ago, absolute: exact, clock: clock(at), both: `${exact} · ${ago}` }[as];
  return (
    <time dateTime={new Date(at).toISOString()} title={as === 'absolute' ? ago : exact}>
      {text}
    </time>
  );
}
