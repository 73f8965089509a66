import type { Row } from './row.ts';

export interface Fold<T extends Row> {
  readonly training: readonly T[];
  readonly held: readonly T[];
}

/**
 * Divides rows so that each source is held out once, as a whole. Sources are dealt out by size, harmful and harmless ones apart,
 * so that folds have about as many rows of each; generated rows are never held out.
 */
export function foldsBySource<T extends Row>(rows: readonly T[], count: number): Fold<T>[] {
  const sizes = new Map<string, { rows: number; harmful: number }>();
  for (const row of rows) {
    const name = row.source;
    const size = sizes.get(name) ?? { rows: 0, harmful: 0 };
    size.rows++;
    size.harmful += row.label;
    sizes.set(name, size);
  }
  const foldOf = new Map<string, number>();
  for (const harmful of [true, false]) {
    const load = new Float64Array(count);
    const names = [...sizes].filter(([name, size]) => size.harmful * 4 > size.rows === harmful && !isGenerated(name));
    for (const [name, size] of names.toSorted((a, b) => b[1].rows - a[1].rows)) {
      const fold = load.indexOf(Math.min(...load));
      foldOf.set(name, fold);
      load[fold]! += size.rows;
    }
  }
  return Array.from({ length: count }, (_, fold) => ({
    training: rows.filter(({ source }) => foldOf.get(source) !== fold),
    held: rows.filter(({ source }) => foldOf.get(source) === fold),
  }));
}

function isGenerated(source: string): boolean {
  return source.startsWith('generated');
}
