import type { Seeded } from '../seeded.ts';

/** Named lists of texts, which may name lists again. */
export type Grammar = Readonly<Record<string, readonly string[]>>;

const DEEPEST = 12;

/**
 * Writes one text: `{name}` becomes one of that list, `(a|b|)` one of its alternatives.
 * @throws RangeError when a list is missing, or lists name each other for ever.
 */
export function write(grammar: Grammar, template: string, chance: Seeded, depth = 0): string {
  if (depth > DEEPEST) throw new RangeError(`"${template}" does not end`);
  let chosen = template;
  for (let before = ''; before !== chosen;) {
    before = chosen; // the innermost first
    chosen = chosen.replace(/\(([^()]*\|[^()]*)\)/g, (_, alternatives: string) => chance.pick(alternatives.split('|')));
  }
  return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
    const list = grammar[name];
    if (list === undefined) throw new RangeError(`there is no list "${name}"`);
    return write(grammar, chance.pick(list), chance, depth + 1);
  });
}
