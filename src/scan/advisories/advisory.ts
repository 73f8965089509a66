import { compareVersions, type Ecosystem } from './compare-versions.ts';

/** Versions from `from` on (null: from the first), before `until`, or up to `last`, which has it still; null for both: to this day. */
export interface VersionRange {
  readonly from: string | null;
  readonly until: string | null;
  readonly last: string | null;
}

/** What is published about a package: which versions, and what is wrong with them. */
export interface Advisory {
  /** `CVE-…`, `GHSA-…`, `PYSEC-…`, `MAL-…`, as its publisher names it. */
  readonly id: string;
  /** Other names of the same. */
  readonly aliases: readonly string[];
  readonly ecosystem: Ecosystem;
  readonly name: string;
  readonly ranges: readonly VersionRange[];
  /** Versions that have it, where the publisher lists them. */
  readonly versions: readonly string[];
  readonly severity: 'low' | 'medium' | 'high' | 'critical';
  /** Ends the sentence "… runs vllm 0.8.4, which". */
  readonly what: string;
  /** The package itself was made or changed to do harm. */
  readonly malicious: boolean;
  /** Why versions cannot be compared with all that it says; ends a sentence. Absent where they can. */
  readonly unclear?: string;
}

export function isAffected(advisory: Advisory, version: string): boolean {
  const { ecosystem } = advisory;
  return (
    advisory.versions.some((one) => one === version || compareVersions(ecosystem, one, version) === 0) ||
    advisory.ranges.some((range) => isInRange(ecosystem, range, version))
  );
}

function isInRange(ecosystem: Ecosystem, { from, until, last }: VersionRange, version: string): boolean {
  const against = (bound: string | null): number | null =>
    bound === null ? 0 : compareVersions(ecosystem, version, bound);
  const [low, high, top] = [against(from), against(until), against(last)];
  // A bound that cannot be compared says nothing about this version.
  if (low === null || high === null || top === null) return false;
  return low >= 0 && (until === null || high < 0) && (last === null || top <= 0);
}

/** The range that a version is in, null where it is in none. */
export function rangeOf(advisory: Advisory, version: string): VersionRange | null {
  return advisory.ranges.find((range) => isInRange(advisory.ecosystem, range, version)) ?? null;
}

/** Where it can be read. */
export function sourceOf(id: string): string {
  if (id.startsWith('CVE-')) return `https://www.cve.org/CVERecord?id=${id}`;
  if (id.startsWith('GHSA-')) return `https://github.com/advisories/${id}`;
  return `https://osv.dev/vulnerability/${id}`;
}
