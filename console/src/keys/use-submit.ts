import { useState } from 'react';
import { RequestError } from '../api/request.ts';

/** Runs one change at a time and keeps why it failed. */
export function useSubmit(): {
  readonly busy: boolean;
  readonly error: RequestError | null;
  readonly submit: (work: () => Promise<void>) => void;
} {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<RequestError | null>(null);
  const submit = (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setError(null);
    work()
      .catch((caught: unknown) => {
        setError(caught instanceof RequestError ? caught : new RequestError(0, 'ERR_CONSOLE', String(caught), null));
      })
      .finally(() => setBusy(false));
  };
  return { busy, error, submit };
}
