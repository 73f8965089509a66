import { Fault } from '../core/fault.ts';
import type { Answer } from './answer.ts';

/** A fault that says what an upstream did. */
export function unexpected(answer: Answer, what: string): Fault {
  return new Fault('ERR_UPSTREAM_INVALID', `The upstream "${answer.upstream.id}" ${what}.`);
}

/**
 * Nothing more is read of an answer that cannot be.
 * @throws Fault `ERR_UPSTREAM_INVALID` for a redirect, and for a body in a coding that no rule can read.
 */
export function requireReadable(answer: Answer): void {
  const { status, headers } = answer;
  const refuse = (what: string): Fault => {
    answer.abort();
    return unexpected(answer, what);
  };
  if (status >= 300 && status < 400) throw refuse(`answered with status ${status}, which is not its protocol's`);
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding !== '' && coding !== 'identity')
    throw refuse(`answered in content-encoding "${String(coding).slice(0, 32)}", although it was asked not to`);
}
