import { isFault } from '../core/fault.ts';

/** Why a check failed, from what a detector threw: its class or code. Its message may quote the text, so it is left out. */
export function failureReason(error: unknown): string {
  if (isFault(error)) return `the detector failed with ${error.code}`;
  return `the detector threw ${error instanceof Error ? error.name : typeof error}`;
}
