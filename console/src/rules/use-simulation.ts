import { useCallback, useEffect, useRef, useState } from 'react';
import type { SimulateJob, SimulateRequest } from '../../../src/gateway/admin/api.ts';
import { request, RequestError } from '../api/request.ts';

const EVERY = 400;

export interface Simulation {
  readonly job: SimulateJob | null;
  readonly error: RequestError | null;
  readonly running: boolean;
  start(body: SimulateRequest): void;
  cancel(): void;
}

/** Starts a simulation and follows it. One that runs is cancelled when the page is left: nobody would read it. */
export function useSimulation(): Simulation {
  const [job, setJob] = useState<SimulateJob | null>(null);
  const [error, setError] = useState<RequestError | null>(null);
  const [starting, setStarting] = useState(false);
  const id = job?.state === 'running' ? job.id : null;
  const running = useRef<string | null>(null);
  running.current = id;

  const told = (caught: unknown) => {
    setError(caught instanceof RequestError ? caught : new RequestError(0, 'ERR_CONSOLE', String(caught), null));
  };

  const start = useCallback((body: SimulateRequest) => {
    setStarting(true);
    setError(null);
    setJob(null);
    request<SimulateJob>('/api/simulate', { method: 'POST', body })
      .then(setJob, told)
      .finally(() => setStarting(false));
  }, []);

  const cancel = useCallback(() => {
    if (running.current === null) return;
    request<SimulateJob>(`/api/simulate/${running.current}`, { method: 'DELETE' }).catch(told);
  }, []);

  useEffect(() => {
    if (id === null) return;
    const timer = setInterval(() => {
      request<SimulateJob>(`/api/simulate/${id}`).then(setJob, (caught: unknown) => {
        told(caught);
        setJob(null);
      });
    }, EVERY);
    return () => clearInterval(timer);
  }, [id]);

  useEffect(() => cancel, [cancel]);

  return { job, error, running: starting || id !== null, start, cancel };
}
