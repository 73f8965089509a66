import { comparePep440, parsePep440 } from './pep440.ts';
import { compareSemver, parseSemver } from './semver.ts';

/** Where a package comes from, as OSV names it; `image` for what is only known as a container image. */
export const ECOSYSTEMS = ['PyPI', 'npm', 'Go', 'image'] as const;
export type Ecosystem = (typeof ECOSYSTEMS)[number];

/** Below 0 where `a` is older, under the rules of the ecosystem; null where one of them is no version. */
export function compareVersions(ecosystem: Ecosystem, a: string, b: string): number | null {
  if (ecosystem === 'PyPI') {
    const [one, other] = [parsePep440(a), parsePep440(b)];
    return one === null || other === null ? null : comparePep440(one, other);
  }
  const [one, other] = [parseSemver(a), parseSemver(b)];
  return one === null || other === null ? null : compareSemver(one, other);
}

export function isVersion(ecosystem: Ecosystem, text: string): boolean {
  return compareVersions(ecosystem, text, text) !== null;
}

/** Names that an index takes for the same (PEP 503) are the same. */
export function packageKey(ecosystem: Ecosystem, name: string): string {
  const low = name.toLowerCase();
  return `${ecosystem}:${ecosystem === 'PyPI' ? low.replaceAll(/[-_.]{1,200}/g, '-') : low}`;
}
