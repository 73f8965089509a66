import { isPromise } from '../core/drive.ts';
import type { Finding } from '../core/finding.ts';
import { CLEAN, type Outcome } from '../core/outcome.ts';
import type { Streaming, Subject } from '../detect/detector.ts';
import { failureReason } from './failure-reason.ts';
import type { Rule } from './rule.ts';

/**
 * Runs one rule's detector over one text. Synchronous when the detector is, so that the common path makes
 * no promise. Never throws: an error, a time-out and a text over `maxText` are `failed`.
 * @param signal aborted when nobody waits for the answer any more; it is then `failed`.
 */
export function inspectText(
  rule: Rule,
  text: string,
  subject: Subject,
  signal?: AbortSignal,
): Outcome | Promise<Outcome> {
  if (text.length > rule.maxText) return tooLong(rule, text);
  if (rule.inspector.slow === true) return inspectSlowly(rule, text, subject, signal);
  try {
    const findings = rule.inspector.inspect(text, subject);
    if (isPromise(findings)) return allowing(rule, settle(rule, findings), text, subject);
    return withAllowed(rule, toOutcome(findings), text, subject);
  } catch (error) {
    return failure(error);
  }
}

/** A text that is still arriving: what was found in it so far, and from where it must be withheld. */
export interface Followed {
  readonly outcome: Outcome | Promise<Outcome>;
  readonly holdFrom: number;
}

/** `inspectText` for a text that is still arriving. Never throws; where the check failed `holdFrom` means nothing. */
export function followText(rule: Rule, streaming: Streaming, text: string, subject: Subject): Followed {
  if (text.length > rule.maxText) return { outcome: tooLong(rule, text), holdFrom: 0 };
  try {
    if (streaming.follow === undefined) {
      return { outcome: inspectText(rule, text, subject), holdFrom: streaming.holdFrom(text) };
    }
    const { findings, holdFrom } = streaming.follow(text, subject);
    const outcome = isPromise(findings)
      ? allowing(rule, settle(rule, findings), text, subject)
      : withAllowed(rule, toOutcome(findings), text, subject);
    return { outcome, holdFrom };
  } catch (error) {
    return { outcome: failure(error), holdFrom: 0 };
  }
}

/** A model or a service is told when its answer is too late, so that it does not work for nobody. */
function inspectSlowly(
  rule: Rule,
  text: string,
  subject: Subject,
  signal: AbortSignal | undefined,
): Outcome | Promise<Outcome> {
  const late = new AbortController();
  const either = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
  try {
    const findings = rule.inspector.inspect(text, subject, either);
    if (!isPromise(findings)) return toOutcome(findings);
    return settle(rule, findings).finally(() => late.abort());
  } catch (error) {
    return failure(error);
  }
}

function tooLong(rule: Rule, text: string): Outcome {
  return {
    status: 'failed',
    reason: `text of ${text.length} units is longer than the rule's maxText ${rule.maxText}`,
  };
}

async function settle(rule: Rule, pending: Promise<readonly Finding[]>): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(
      () => resolve({ status: 'failed', reason: `no answer within ${rule.timeout} ms` }),
      rule.timeout,
    );
  });
  try {
    return await Promise.race([pending.then(toOutcome, failure), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Marks the findings that an entry of the allow-list covers. */
export function withAllowed(rule: Rule, outcome: Outcome, text: string, subject: Subject): Outcome {
  const { allows } = rule;
  if (allows === undefined || outcome.status !== 'found') return outcome;
  const findings = outcome.findings.map((finding) => {
    const allowed = allows(rule, finding, text, subject);
    return allowed === null ? finding : { ...finding, allowed };
  });
  return { status: 'found', findings };
}

async function allowing(rule: Rule, outcome: Promise<Outcome>, text: string, subject: Subject): Promise<Outcome> {
  return withAllowed(rule, await outcome, text, subject);
}

function toOutcome(findings: readonly Finding[]): Outcome {
  return findings.length === 0 ? CLEAN : { status: 'found', findings };
}

function failure(error: unknown): Outcome {
  return { status: 'failed', reason: failureReason(error) };
}
