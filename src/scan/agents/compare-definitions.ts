import { skeleton } from '../../text/confusable-names.ts';
import type { FoundDefinition, Drift } from './agent-lock.ts';
import { show } from './show.ts';

/** Share of words that two descriptions have in common from which on they say the same. */
const SAME = 0.8;
const FEWEST_WORDS = 8;
/** Skills whose descriptions are compared, each with each; names are compared of all. */
const MOST = 3000;

/**
 * Skills of different folders that claim the same: one name, names that look alike, or nearly one description. Copies of one skill, byte for byte,
 * are one skill in several places.
 */
export function compareDefinitions(found: readonly FoundDefinition[]): readonly Drift[] {
  const skills = found.filter(({ definition }) => definition.what === 'skill' && definition.name !== '');
  const drifts: Drift[] = [];
  const byName = new Map<string, FoundDefinition>();
  const words = skills.map(({ definition }) => new Set(definition.description.toLowerCase().match(/[a-z0-9]{3,30}/g)));
  for (const [index, one] of skills.entries()) {
    const key = skeleton(one.definition.name);
    const other = byName.get(key);
    if (other === undefined) byName.set(key, one);
    else if (other.definition.digest !== one.definition.digest) {
      drifts.push(
        overlap(
          one,
          other,
          one.definition.name === other.definition.name ? 'has the name' : 'has a name that looks like that',
        ),
      );
      continue;
    }
    const mine = words[index]!;
    if (mine.size < FEWEST_WORDS || other !== undefined || index >= MOST) continue;
    const twin = skills.slice(0, index).find((_, at) => likeness(words[at]!, mine) >= SAME);
    if (twin !== undefined && twin.definition.digest !== one.definition.digest)
      drifts.push(overlap(one, twin, 'has nearly the description'));
  }
  return drifts;
}

function overlap(one: FoundDefinition, other: FoundDefinition, how: string): Drift {
  const { line, column, offset } = one.definition.at;
  const where = {
    member: null,
    offset,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
  const message = `The skill ${show(one.definition.name, 60)} ${how} of the skill ${show(other.definition.name, 60)} in ${show(other.file, 120)}.`;
  return { file: one.file, finding: { rule: 'skill-overlap', severity: 'low', message, where } };
}

/** Words in common over all words of both (Jaccard). */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size < FEWEST_WORDS || Math.min(a.size, b.size) / Math.max(a.size, b.size) < SAME) return 0;
  let common = 0;
  for (const word of a) if (b.has(word)) common++;
  return common / (a.size + b.size - common);
}
