import { Fault } from '../../core/fault.ts';

/** @throws Fault `ERR_BUDGET_EXHAUSTED` when stopped: half an attack says too little of a detector */
export function assertRunning(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new Fault('ERR_BUDGET_EXHAUSTED', 'The measurement of the detector was interrupted or out of time.', {
    hint: 'Give it more time, or fewer samples.',
  });
}
