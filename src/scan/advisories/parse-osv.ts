import { show } from '../agents/show.ts';
import type { Advisory, VersionRange } from './advisory.ts';
import { compareVersions, type Ecosystem, isVersion } from './compare-versions.ts';
import { cvssScore } from './cvss-score.ts';
import { cvss4Score } from './cvss4-score.ts';

/** What a record says about packages of the ecosystems that are looked at. */
export interface ParsedOsv {
  readonly advisories: readonly Advisory[];
  /** When it was last changed, as it says; null where it does not. */
  readonly modified: string | null;
  /** Packages of which something is said that no version can be compared with: see `Advisory.unclear`. */
  readonly unclear: number;
  readonly withdrawn: boolean;
}

const ECOSYSTEM: Readonly<Record<string, Ecosystem>> = { PyPI: 'PyPI', npm: 'npm', Go: 'Go' };
const LEVELS: Readonly<Record<string, Advisory['severity']>> = {
  LOW: 'low',
  MODERATE: 'medium',
  MEDIUM: 'medium',
  HIGH: 'high',
  CRITICAL: 'critical',
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * A record of the Open Source Vulnerability format (ossf.github.io/osv-schema, 1.0 to 1.7). Packages of other ecosystems are left out, and what is
 * withdrawn. Ranges of commits, and of versions that their ecosystem does not order, make an advisory `unclear` where it lists no versions besides.
 * @returns null where this is no such record
 * @throws TypeError that says what is wrong with one
 */
export function parseOsv(record: unknown): ParsedOsv | null {
  const { id, withdrawn, aliases, summary, details, severity, affected, modified, database_specific } = fields(record);
  if (typeof id !== 'string' || !/^[\w.-]{1,100}$/.test(id)) return null;
  if (affected === undefined && modified === undefined) return null;
  const when = typeof modified === 'string' ? modified : null;
  if (withdrawn !== undefined && withdrawn !== null)
    return { advisories: [], modified: when, unclear: 0, withdrawn: true };
  const others = list(aliases).filter((one): one is string => typeof one === 'string' && /^[\w.-]{1,100}$/.test(one));
  const malicious = [id, ...others].some((one) => one.startsWith('MAL-'));
  const told = firstSentence(summary) ?? firstSentence(details);
  const what = malicious
    ? 'was published to do harm'
    : `has a published vulnerability${told === null ? '' : `: ${show(told, 120)}`}`;
  const overall = levelOf(database_specific) ?? scoreOf(severity);
  let unclear = 0;
  const advisories = list(affected).flatMap((one): Advisory[] => {
    const entry = fields(one);
    const { ecosystem: named, name } = fields(entry['package']);
    // `PyPI:…` names another index of the same kind.
    const ecosystem = typeof named === 'string' ? ECOSYSTEM[named.split(':')[0]!] : undefined;
    if (ecosystem === undefined) return [];
    if (typeof name !== 'string' || name === '') throw new TypeError(`${id}: a package has no name`);
    const versions = list(entry['versions']).filter((version) => typeof version === 'string');
    const held = list(entry['ranges']).map((range) => rangesOf(id, ecosystem, fields(range)));
    const ranges = held.flatMap((range) => (typeof range === 'string' ? [] : range));
    const why = unclearOf(held, versions.length > 0);
    if (why !== null) unclear++;
    const own =
      levelOf(entry['database_specific']) ?? levelOf(entry['ecosystem_specific']) ?? scoreOf(entry['severity']);
    const vectors = list(entry['severity']).length + list(severity).length > 0;
    const advisory: Advisory = {
      id,
      aliases: others,
      ecosystem,
      name,
      ranges,
      versions: [],
      // A vector that is not scored here (CVSS 2) may be of anything: not taken for mild.
      severity: malicious ? 'critical' : (own ?? overall ?? (vectors ? 'high' : 'medium')),
      what,
      malicious,
      ...(why === null ? {} : { unclear: why }),
    };
    return [{ ...advisory, versions: listed(advisory, versions) }];
  });
  return { advisories, modified: when, unclear, withdrawn: false };
}

/** Why not every version can be compared; null where each can: a list of versions is complete by itself. */
function unclearOf(held: readonly (readonly VersionRange[] | string)[], listed: boolean): string | null {
  if (listed) return null;
  const lost = held.filter((range) => typeof range === 'string');
  // Commits beside versions say the same twice.
  const orderly = held.some((range) => typeof range !== 'string');
  const worse = lost.find((reason) => reason !== COMMITS);
  if (worse !== undefined) return worse;
  if (orderly) return null;
  return lost[0] ?? 'it names neither ranges nor versions';
}

/** Versions that are listed and that no range holds: most lists repeat their ranges at length. */
function listed({ ecosystem, ranges }: Advisory, versions: unknown): readonly string[] {
  return list(versions).filter(
    (one): one is string =>
      typeof one === 'string' &&
      !ranges.some(({ from, until, last }) => {
        const low = from === null ? 0 : compareVersions(ecosystem, one, from);
        const high = until === null ? -1 : compareVersions(ecosystem, one, until);
        const top = last === null ? 0 : compareVersions(ecosystem, one, last);
        return low !== null && high !== null && top !== null && low >= 0 && high < 0 && top <= 0;
      }),
  );
}

const COMMITS = 'its ranges are of commits';

/** Events in the order of their versions, as pairs: introduced, and fixed or last affected. Where they cannot be compared, the reason, which ends a sentence. */
function rangesOf(id: string, ecosystem: Ecosystem, range: Fields): readonly VersionRange[] | string {
  if (range['type'] === 'GIT') return COMMITS;
  if (range['type'] !== 'ECOSYSTEM' && range['type'] !== 'SEMVER') return 'a range is of a kind that is not known';
  const events = list(range['events']).flatMap((event) => {
    const entries = Object.entries(fields(event));
    if (entries.length === 0) throw new TypeError(`${id}: an event of a range is empty`);
    return entries.map(([kind, value]) => {
      const version = typeof value === 'number' ? String(value) : value;
      if (typeof version !== 'string') throw new TypeError(`${id}: an event of a range has no version`);
      return { kind, version };
    });
  });
  // A few old records have versions that their ecosystem does not order; such a range holds nothing, and the versions that are listed decide.
  const unordered = ({ kind, version }: RangeEvent): boolean =>
    version !== '0' && !(kind === 'limit' && version === '*') && !isVersion(ecosystem, version);
  if (events.some(unordered)) return `a range has versions that ${ecosystem} does not order`;
  const sorted = events.toSorted((a, b) => order(ecosystem, a, b));
  const found: VersionRange[] = [];
  let from: string | null | undefined;
  for (const { kind, version } of sorted) {
    if (kind === 'introduced') from ??= version === '0' ? '' : version;
    else if (from !== undefined && (kind === 'fixed' || kind === 'last_affected')) {
      const [until, last] = kind === 'fixed' ? [version, null] : [null, version];
      found.push({ from: from === '' ? null : from, until, last });
      from = undefined;
    }
  }
  if (from !== undefined) found.push({ from: from === '' ? null : from, until: null, last: null });
  if (found.length === 0) return 'a range does not say where it begins';
  return withinLimit(ecosystem, found, events);
}

/** Ranges up to the last `limit`, which no version at or above it is in; `*` is none. */
function withinLimit(
  ecosystem: Ecosystem,
  ranges: readonly VersionRange[],
  events: readonly RangeEvent[],
): readonly VersionRange[] {
  const limits = events.filter(({ kind }) => kind === 'limit').map(({ version }) => version);
  if (limits.length === 0 || limits.includes('*')) return ranges;
  const order = (a: string, b: string): number => compareVersions(ecosystem, a, b) ?? 0;
  const limit = limits.reduce((a, b) => (order(a, b) >= 0 ? a : b));
  return ranges.flatMap((range): readonly VersionRange[] => {
    if (range.from !== null && order(range.from, limit) >= 0) return [];
    const end = range.until ?? range.last;
    return end === null || order(end, limit) >= 0 ? [{ from: range.from, until: limit, last: null }] : [range];
  });
}

interface RangeEvent {
  readonly kind: string;
  readonly version: string;
}

/** `0` comes before every version. What ends a range at a version comes before what begins one there, except that a last version ends it afterwards. */
function order(ecosystem: Ecosystem, a: RangeEvent, b: RangeEvent): number {
  const rank = { fixed: 0, introduced: 1, last_affected: 2 } as Readonly<Record<string, number>>;
  const zero = Number(b.version === '0') - Number(a.version === '0');
  return zero || (compareVersions(ecosystem, a.version, b.version) ?? 0) || (rank[a.kind] ?? 3) - (rank[b.kind] ?? 3);
}

function levelOf(specific: unknown): Advisory['severity'] | null {
  const { severity } = fields(specific);
  return typeof severity === 'string' ? (LEVELS[severity.toUpperCase()] ?? null) : null;
}

function scoreOf(severity: unknown): Advisory['severity'] | null {
  for (const one of list(severity)) {
    const { score } = fields(one);
    const number = typeof score === 'string' ? (cvssScore(score) ?? cvss4Score(score)) : null;
    if (number !== null) return number >= 9 ? 'critical' : number >= 7 ? 'high' : number >= 4 ? 'medium' : 'low';
  }
  return null;
}

function firstSentence(text: unknown): string | null {
  if (typeof text !== 'string' || text.trim() === '') return null;
  return (/^[^\n]{1,400}/.exec(text.trim())?.[0] ?? '').replace(/\.$/, '');
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
