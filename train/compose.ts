import { Seeded } from './seeded.ts';

/** Puts one injection into each document: at its beginning, its end, or between two sentences. */
export function compose(documents: readonly string[], injections: readonly string[], seed: number): string[] {
  const chance = new Seeded(seed);
  return documents.map((document) => {
    const parts = document.split(/(?<=[.!?])\s+|\n+/);
    const place = chance.below(3);
    const at = place === 0 ? 0 : place === 1 ? parts.length : chance.below(parts.length + 1);
    const glue = chance.chance(0.5) ? '\n' : ' ';
    return [...parts.slice(0, at), chance.pick(injections), ...parts.slice(at)].join(glue);
  });
}
