import type { Row } from './row.ts';
import { Seeded } from './seeded.ts';

export interface Page<T extends Row> {
  readonly text: string;
  /** The harmful row that stands in it, or null. */
  readonly inside: T | null;
}

/** Long texts made of harmless rows, every other one with a harmful row among them: what calibration learns length from. */
export function* pagesOf<T extends Row>(rows: readonly T[], seed: number, count = 1000): Generator<Page<T>> {
  const chance = new Seeded(seed);
  const harmless = rows.filter(({ label, kind }) => label === 0 && kind !== 'mild');
  const harmful = rows.filter(({ label }) => label === 1);
  if (harmless.length === 0 || harmful.length === 0) return;
  for (let i = 0; i < count; i++) {
    const parts = Array.from({ length: 1 + Math.floor(24 * chance.unit() ** 2) }, () =>
      chance.pick(harmless).text.slice(0, 1200),
    );
    const inside = i % 2 === 0 ? chance.pick(harmful) : null;
    if (inside !== null) parts.splice(chance.below(parts.length + 1), 0, inside.text);
    yield { text: parts.join('\n\n'), inside };
  }
}
