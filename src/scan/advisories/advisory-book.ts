import { type Advisory, isAffected, rangeOf, sourceOf } from './advisory.ts';
import { compareVersions, type Ecosystem, isVersion, packageKey } from './compare-versions.ts';

/** Ranges that one version can lead through on its way to a free one. */
const MOST_STEPS = 200;
const WEIGHT = { low: 0, medium: 1, high: 2, critical: 3 } as const;

/** Advisories, by the package that they are about. */
export class AdvisoryBook {
  readonly #byPackage = new Map<string, Advisory[]>();

  constructor(advisories: Iterable<Advisory>) {
    for (const one of advisories) {
      const key = packageKey(one.ecosystem, one.name);
      const there = this.#byPackage.get(key);
      if (there === undefined) this.#byPackage.set(key, [one]);
      else there.push(one);
    }
  }

  has(ecosystem: Ecosystem, name: string): boolean {
    return this.#byPackage.has(packageKey(ecosystem, name));
  }

  /** What is published about this version, the worst first. A text that is no version (`latest`) has nothing. */
  of(ecosystem: Ecosystem, name: string, version: string): readonly Advisory[] {
    return (this.#byPackage.get(packageKey(ecosystem, name)) ?? [])
      .filter((one) => isAffected(one, version))
      .toSorted((a, b) => Number(b.malicious) - Number(a.malicious) || WEIGHT[b.severity] - WEIGHT[a.severity]);
  }

  /** Advisories about a package that this version could not be compared with, or not wholly; those that it has for certain are not among them. */
  unclear(ecosystem: Ecosystem, name: string, version: string): readonly Advisory[] {
    const known = this.#byPackage.get(packageKey(ecosystem, name)) ?? [];
    if (!isVersion(ecosystem, version)) return known.filter((one) => !isAffected(one, version));
    return known.filter((one) => one.unclear !== undefined && !isAffected(one, version));
  }

  /** Says of a package of which no version is good that it is so, whatever version is asked for. */
  alwaysBad(ecosystem: Ecosystem, name: string): Advisory | null {
    return (
      (this.#byPackage.get(packageKey(ecosystem, name)) ?? []).find(
        ({ malicious, ranges }) => malicious && ranges.some(({ until, last }) => until === null && last === null),
      ) ?? null
    );
  }

  /**
   * The first version from here up, step by step along the ends of ranges, that nothing here is said about: `0.22.0`, or where a publisher names only the
   * last bad one, `what comes after 0.12.3`. null where there is none, or none can be told.
   */
  freeFrom(ecosystem: Ecosystem, name: string, version: string): string | null {
    let at = version;
    let after = false;
    for (let step = 0; step < MOST_STEPS; step++) {
      const known = this.of(ecosystem, name, at);
      if (known.length === 0) return at;
      const from = at;
      after = false;
      for (const one of known) {
        const range = rangeOf(one, from);
        const end = range?.until ?? range?.last ?? null;
        if (end === null) return null;
        const step = compareVersions(ecosystem, end, at) ?? 0;
        if (step > 0 || (step === 0 && range!.until === null)) [at, after] = [end, range!.until === null];
      }
      if (after) return `what comes after ${at}`;
      if (at === from) return null;
    }
    return null;
  }

  /**
   * The end of a sentence about a version: what the worst of its advisories does, which others there are, what is free of all of them, and where to
   * read it. null where nothing is said about that version.
   * @param passOver ids that have been said already
   */
  say(ecosystem: Ecosystem, name: string, version: string, passOver: ReadonlySet<string> = new Set()): Said | null {
    const [worst, ...more] = this.of(ecosystem, name, version).filter(
      ({ id, aliases }) => !passOver.has(id) && !aliases.some((one) => passOver.has(one)),
    );
    if (worst === undefined) return null;
    const named = more.slice(0, 3).map(({ id }) => id);
    const rest = more.length > named.length ? ` and ${more.length - named.length} more` : '';
    const also = named.length === 0 ? '' : `, also ${named.join(', ')}${rest}`;
    const free = this.freeFrom(ecosystem, name, version);
    const until = free === null ? '' : `; ${free} is free of ${more.length === 0 ? 'it' : 'them'}`;
    return {
      worst,
      text: `which ${worst.what} (${worst.id}${also}: ${sourceOf(worst.id)})${until}.`,
    };
  }
}

/** What is to be said about a version, and the advisory that weighs most. */
export interface Said {
  readonly worst: Advisory;
  readonly text: string;
}
