import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';
import type { FileResult, ScanFinding } from './file-result.ts';

/** A finding that somebody has looked at and accepts, until a day. */
export interface AcceptedFinding {
  readonly file: string;
  readonly rule: string;
  /** Of file, rule, member and message: a finding that changes is a new one. */
  readonly fingerprint: string;
  readonly reason: string;
  readonly owner: string;
  /** `2027-01-31`: accepted up to and including that day. */
  readonly expires: string;
}

export interface Baseline {
  readonly accepted: readonly AcceptedFinding[];
}

export function fingerprint(file: string, finding: ScanFinding): string {
  const text = [file, finding.rule, finding.where.member ?? '', finding.message].join('\0');
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/**
 * Reads a baseline file: `{"version": 1, "accepted": [{file, rule, fingerprint, reason, owner, expires}]}`.
 * @throws Fault `ERR_USAGE` that says which entry is wrong
 */
export async function readBaseline(path: string, shown: string): Promise<Baseline> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The baseline cannot be read as JSON.', { where: shown, cause });
  }
  const accepted = (parsed as { readonly accepted?: unknown } | null)?.accepted;
  if (!Array.isArray(accepted)) {
    throw new Fault('ERR_USAGE', 'The baseline has no list "accepted".', {
      where: shown,
      hint: 'Make one with --write-baseline.',
    });
  }
  for (const [index, one] of accepted.entries()) {
    for (const key of ['file', 'rule', 'fingerprint', 'reason', 'owner', 'expires'] as const) {
      const value: unknown = (one as Readonly<Record<string, unknown>> | null)?.[key];
      if (typeof value !== 'string' || value.trim() === '') {
        throw new Fault('ERR_USAGE', `An accepted finding has no "${key}".`, {
          where: `${shown}: accepted[${index}]`,
          hint: 'Every accepted finding says why, who answers for it and until when.',
        });
      }
    }
    if (!/^\d{4}-\d{2}-\d{2}$/.test((one as AcceptedFinding).expires)) {
      throw new Fault('ERR_USAGE', '"expires" is no date such as 2027-01-31.', {
        where: `${shown}: accepted[${index}]`,
      });
    }
  }
  return { accepted: accepted as AcceptedFinding[] };
}

export interface BaselineOutcome {
  /** The result without what is accepted. */
  readonly result: FileResult;
  readonly accepted: number;
  readonly expired: readonly AcceptedFinding[];
}

/**
 * Takes accepted findings out of a result. What has expired counts again.
 * @param today `2026-11-27`
 */
export function applyBaseline(result: FileResult, baseline: Baseline, today: string): BaselineOutcome {
  const known = new Map(baseline.accepted.map((one) => [one.fingerprint, one]));
  const expired: AcceptedFinding[] = [];
  const left = result.findings.filter((finding) => {
    const entry = known.get(fingerprint(result.file, finding));
    if (entry === undefined) return true;
    if (entry.expires >= today) return false;
    expired.push(entry);
    return true;
  });
  const accepted = result.findings.length - left.length;
  if (accepted === 0) return { result, accepted, expired };
  const loud = left.some((finding) => finding.severity !== 'info');
  const verdict =
    result.verdict !== 'findings' || loud ? result.verdict : result.gaps.length > 0 ? 'incomplete' : 'clean';
  return { result: { ...result, findings: left, verdict }, accepted, expired };
}

/** A baseline of everything that was found, for somebody to fill in reason and owner. */
export function baselineOf(results: readonly FileResult[], expires: string): string {
  const accepted = results.flatMap((result) =>
    result.findings
      .filter((finding) => finding.severity !== 'info')
      .map((finding) => ({
        file: result.file,
        rule: finding.rule,
        fingerprint: fingerprint(result.file, finding),
        message: finding.message,
        reason: '',
        owner: '',
        expires,
      })),
  );
  return `${JSON.stringify({ version: 1, accepted }, null, 2)}\n`;
}
