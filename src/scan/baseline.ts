import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { Fault } from '../core/fault.ts';
import { type FileResult, type ScanFinding, verdictOf } from './file-result.ts';

/** A finding that somebody has looked at and accepts, until a day. */
export interface AcceptedFinding {
  /** As `placeOf` writes it. */
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
 * A file by one name however it was asked for: `./x`, `x` and the absolute path of `x` below the working folder are the same, so that a baseline holds for all of
 * them. Names that are no paths (`-`, `~/…`, addresses) stay.
 */
export function placeOf(file: string, cwd: string): string {
  if (/^https?:\/\//.test(file)) return file;
  const arrow = file.indexOf(' → ');
  const [path, rest] = arrow === -1 ? [file, ''] : [file.slice(0, arrow), file.slice(arrow)];
  const plain = path
    .split('/')
    .filter((part, index) => (part !== '' || index === 0) && part !== '.')
    .join('/');
  if (!plain.startsWith('/')) return plain + rest;
  const inside = relative(cwd, plain).replaceAll('\\', '/');
  return (inside === '' || inside === '..' || inside.startsWith('../') ? plain : inside) + rest;
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
  const { version, accepted } = (parsed ?? {}) as { readonly version?: unknown; readonly accepted?: unknown };
  if (!Array.isArray(accepted)) {
    throw new Fault('ERR_USAGE', 'The baseline has no list "accepted".', {
      where: shown,
      hint: 'Make one with --write-baseline.',
    });
  }
  if (version !== undefined && version !== 1) {
    throw new Fault('ERR_USAGE', 'The baseline is of a version that is not known here.', {
      where: shown,
      hint: 'Version 1 is known; make one with --write-baseline.',
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
    if (!isDay((one as AcceptedFinding).expires)) {
      throw new Fault('ERR_USAGE', '"expires" is no day such as 2027-01-31.', {
        where: `${shown}: accepted[${index}]`,
      });
    }
  }
  return { accepted: accepted as AcceptedFinding[] };
}

/** A day that there is: neither 2026-13-45 nor 2027-02-30. */
function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

export interface BaselineOutcome {
  /** The result without what is accepted. */
  readonly result: FileResult;
  /** Entries that took a finding out, and entries that would have. */
  readonly accepted: readonly AcceptedFinding[];
  readonly expired: readonly AcceptedFinding[];
}

/**
 * Takes accepted findings out of a result. What has expired counts again; an entry whose file or rule is not that of its fingerprint accepts nothing, because
 * whoever read it was told something else.
 * @param today `2026-11-27`
 * @param cwd the working folder, which relative names are below
 */
export function applyBaseline(result: FileResult, baseline: Baseline, today: string, cwd: string): BaselineOutcome {
  const place = placeOf(result.file, cwd);
  const here = entriesByPlace(baseline, cwd).get(place) ?? [];
  if (here.length === 0) return { result, accepted: [], expired: [] };
  const accepted: AcceptedFinding[] = [];
  const expired: AcceptedFinding[] = [];
  const taken: ScanFinding[] = [];
  const left = result.findings.filter((finding) => {
    // As it was asked for then: baselines of earlier versions kept that.
    const own = (one: AcceptedFinding): boolean =>
      one.rule === finding.rule &&
      (one.fingerprint === fingerprint(place, finding) || one.fingerprint === fingerprint(one.file, finding));
    const entries = here.filter(own);
    const entry = entries.find(({ expires }) => expires >= today);
    if (entry === undefined) {
      expired.push(...entries);
      return true;
    }
    accepted.push(entry);
    taken.push(finding);
    return false;
  });
  if (accepted.length === 0) return { result, accepted, expired };
  const rows = accepted.map(({ rule, reason, owner, expires }, index) => {
    return { rule, severity: taken[index]!.severity, reason, owner, expires };
  });
  return {
    result: { ...result, findings: left, verdict: verdictAfter(result, left), accepted: rows },
    accepted,
    expired,
  };
}

/** Once for each baseline: a scan of many files asks for each of them. */
function entriesByPlace(baseline: Baseline, cwd: string): ReadonlyMap<string, readonly AcceptedFinding[]> {
  const known = INDEXES.get(baseline);
  if (known?.cwd === cwd) return known.entries;
  const entries = Map.groupBy(baseline.accepted, ({ file }) => placeOf(file, cwd));
  INDEXES.set(baseline, { cwd, entries });
  return entries;
}

const INDEXES = new WeakMap<
  Baseline,
  { readonly cwd: string; readonly entries: ReadonlyMap<string, readonly AcceptedFinding[]> }
>();

function verdictAfter(result: FileResult, left: readonly ScanFinding[]): FileResult['verdict'] {
  return result.verdict === 'findings' ? verdictOf(left, result.gaps) : result.verdict;
}

/**
 * A baseline of everything that was found, for somebody to fill in reason and owner.
 * @param before text of the file that it takes the place of: what somebody filled in there stays, for findings that are still there
 */
export function baselineOf(results: readonly FileResult[], expires: string, cwd: string, before: string): string {
  const known = entriesIn(before);
  const accepted = results.flatMap((result) => {
    const file = placeOf(result.file, cwd);
    return result.findings
      .filter((finding) => finding.severity !== 'info')
      .map((finding) => {
        const print = fingerprint(file, finding);
        const old = known.get(print);
        return {
          file,
          rule: finding.rule,
          fingerprint: print,
          message: finding.message,
          reason: old?.reason ?? '',
          owner: old?.owner ?? '',
          expires: old?.expires ?? expires,
        };
      });
  });
  return `${JSON.stringify({ version: 1, accepted }, null, 2)}\n`;
}

/** Entries by fingerprint, as far as a text holds any; a text that is no baseline holds none. */
function entriesIn(text: string): ReadonlyMap<string, Partial<AcceptedFinding>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return new Map();
  }
  const accepted = (parsed as { readonly accepted?: unknown } | null)?.accepted;
  if (!Array.isArray(accepted)) return new Map();
  const filled = accepted.filter((one: Partial<Record<keyof AcceptedFinding, unknown>> | null) =>
    (['fingerprint', 'reason', 'owner', 'expires'] as const).every((key) => typeof one?.[key] === 'string'),
  ) as AcceptedFinding[];
  return new Map(filled.map((one) => [one.fingerprint, one]));
}
