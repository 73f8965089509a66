/** A version under semver.org 2.0.0; build metadata decides nothing and is left out. */
export interface SemVersion {
  readonly numbers: readonly number[];
  readonly pre: readonly (number | string)[];
}

const LONGEST = 200;
const SHAPE = /^[v=\s]{0,4}(\d{1,15}(?:\.\d{1,15}){0,5})(?:-([0-9a-z.-]{1,150}))?(?:\+[0-9a-z.-]{1,150})?$/i;

/** Takes what is published in practice, too: a `v` in front, and one to six numbers. null for anything else. */
export function parseSemver(text: string): SemVersion | null {
  const found = text.length > LONGEST ? null : SHAPE.exec(text.trim());
  if (found === null) return null;
  return {
    numbers: found[1]!.split('.').map(Number),
    pre:
      found[2] === undefined ? [] : found[2].split('.').map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : part)),
  };
}

/** Below 0 where `a` comes first (semver.org, point 11). */
export function compareSemver(a: SemVersion, b: SemVersion): number {
  for (let i = 0; i < Math.max(a.numbers.length, b.numbers.length); i++) {
    const step = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0);
    if (step !== 0) return step;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length;
  for (let i = 0; i < Math.max(a.pre.length, b.pre.length); i++) {
    const [one, other] = [a.pre[i], b.pre[i]];
    if (one === other) continue;
    if (one === undefined) return -1;
    if (other === undefined) return 1;
    if (typeof one !== typeof other) return typeof one === 'number' ? -1 : 1;
    return one < other ? -1 : 1;
  }
  return 0;
}
