import type { Severity } from '../../core/severity.ts';

/** The first `most` of each severity, in their order: what is mild never keeps what is severe from being told. */
export function firstOfEach<T extends { readonly severity?: Severity }>(
  found: readonly T[],
  most: number,
): readonly T[] {
  const counts = new Map<Severity | undefined, number>();
  return found.filter(({ severity }) => {
    const count = (counts.get(severity) ?? 0) + 1;
    counts.set(severity, count);
    return count <= most;
  });
}
