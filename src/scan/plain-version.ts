const VERSION = /^v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?/;

/** The first three numbers of a version, the third 0 where it is not there. What follows them is not compared. */
export type PlainVersion = readonly [number, number, number];

/** A version that begins with two or three numbers; null for anything else (`latest`). */
export function plainVersion(text: string): PlainVersion | null {
  const found = VERSION.exec(text);
  return found === null ? null : [Number(found[1]), Number(found[2]), Number(found[3] ?? '0')];
}

/**
 * Whether a version lies from `from` on and before `until`; null leaves a side open.
 * @throws TypeError where a bound is no version
 */
export function isWithin(version: PlainVersion, from: string | null, until: string | null): boolean {
  return (
    (from === null || compare(version, bound(from)) >= 0) && (until === null || compare(version, bound(until)) < 0)
  );
}

function bound(text: string): PlainVersion {
  const version = plainVersion(text);
  if (version === null) throw new TypeError(`${text} is no version`);
  return version;
}

function compare(a: PlainVersion, b: PlainVersion): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
