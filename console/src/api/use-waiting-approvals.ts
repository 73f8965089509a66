import { useEffect, useSyncExternalStore } from 'react';
import type { LiveApprovals } from '../../../src/gateway/admin/api.ts';

let latest: LiveApprovals | null = null;
let source: EventSource | null = null;
const listeners = new Set<() => void>();

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let followers = 0;

/** One stream, however many look at it: a browser opens six connections to a host, for all its tabs together. */
function follow(listener: () => void): () => void {
  const stop = listen(listener);
  followers += 1;
  if (source === null) {
    source = new EventSource('/api/live');
    source.addEventListener('approvals', (event) => {
      latest = JSON.parse((event as MessageEvent<string>).data) as LiveApprovals;
      listeners.forEach((one) => one());
    });
  }
  return () => {
    stop();
    followers -= 1;
    if (followers > 0) return;
    source?.close();
    source = null;
    latest = null;
  };
}

/** How many requests wait for consent, while a page follows them; null otherwise. */
export function useWaitingApprovals(): number | null {
  return useSyncExternalStore(listen, () => latest?.waiting ?? null);
}

/** Calls `onChange` whenever something about the approvals changed. */
export function useApprovalChanges(onChange: () => void): void {
  const changes = useSyncExternalStore(follow, () => latest?.changes ?? null);
  useEffect(() => {
    if (changes !== null) onChange();
  }, [changes, onChange]);
}
