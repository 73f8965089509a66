import { defineAttack } from '../define-attack.ts';
import { attackTexts, type TextSearch } from '../text-search.ts';
import { disturb, type Disturbance, DISTURBANCES } from './disturbances.ts';

export interface BadCharactersOptions {
  readonly kinds: readonly Disturbance[];
  /** Disturbances in one text at most; no more than words that may be changed. */
  readonly most: number;
  /** Members of the population. */
  readonly population: number;
  readonly generations: number;
}

export const BAD_CHARACTERS_DEFAULTS: BadCharactersOptions = {
  kinds: DISTURBANCES,
  most: 5,
  population: 32,
  generations: 10,
};

/** Crossover and the range of the factor of differential evolution as the paper's implementation has them (those of SciPy). */
const CROSSOVER = 0.7;
const FACTOR = [0.5, 1] as const;
/** Genes of one disturbance: place, kind, choice. */
const GENES = 3;

/** Puts characters into a text that people do not see, by differential evolution. */
export const badCharacters = defineAttack<'bad-characters', BadCharactersOptions>({
  meta: {
    id: 'bad-characters',
    title: 'Bad characters',
    summary:
      'Invisible characters, look-alikes, turned directions and deletion controls: people see the same text, the model another. Scores help, labels are enough.',
    knowledge: 'labels',
    norms: ['edits'],
    modalities: ['text'],
    taxonomy: ['AML.T0043.001', 'AML.T0068'],
    references: ['Boucher et al. 2022, arXiv:2106.09898'],
  },
  options: (z) =>
    z.strictObject({
      kinds: z
        .union([z.array(z.enum(DISTURBANCES)).min(1), z.enum(DISTURBANCES).transform((kind) => [kind])])
        .readonly()
        .default([...DISTURBANCES]),
      most: z.int().min(1).max(1000).default(BAD_CHARACTERS_DEFAULTS.most),
      population: z.int().min(4).max(1000).default(BAD_CHARACTERS_DEFAULTS.population),
      generations: z.int().min(1).max(10_000).default(BAD_CHARACTERS_DEFAULTS.generations),
    }),
  defaults: BAD_CHARACTERS_DEFAULTS,
  mostQueries: ({ population, generations }) => 1 + population * (generations + 1),
  run: (target, data, perturbation, options, context) => {
    const most = options.population * (options.generations + 1);
    return attackTexts('bad-characters', target, data, perturbation, most, context, (search) =>
      evolve(search, options),
    );
  },
});

async function evolve(search: TextSearch, options: BadCharactersOptions): Promise<void> {
  const characters = [...search.original];
  const places = [...characters.keys()].filter((at) => !/\s/.test(characters[at]!));
  const count = Math.min(options.most, search.allowed);
  if (places.length === 0 || count === 0) return;
  const random = search.random('evolution');
  const size = count * GENES;
  const textOf = (genes: Float64Array): string => disturbed(characters, places, genes, options.kinds);
  let population = Array.from({ length: options.population }, () =>
    Float64Array.from({ length: size }, () => random.uniform()),
  );
  const first = await search.ask(population.map(textOf));
  if (first === null) return;
  let margins = [...first];
  for (let generation = 0; generation < options.generations; generation++) {
    const best = population[margins.indexOf(Math.min(...margins))]!;
    const factor = FACTOR[0] + random.uniform() * (FACTOR[1] - FACTOR[0]);
    // Storn and Price 1997, best/1/bin.
    const trials = population.map((member) => {
      const [a, b] = [population[random.below(population.length)]!, population[random.below(population.length)]!];
      const kept = random.below(size);
      return member.map((gene, i) => {
        if (i !== kept && random.uniform() >= CROSSOVER) return gene;
        const moved = best[i]! + factor * (a[i]! - b[i]!);
        return moved >= 0 && moved <= 1 ? moved : random.uniform();
      });
    });
    const found = await search.ask(trials.map(textOf));
    if (found === null) return;
    population = population.map((member, i) => (found[i]! <= margins[i]! ? trials[i]! : member));
    margins = margins.map((value, i) => Math.min(value, found[i]!));
  }
}

/** The text with the disturbances that the genes say, from its end to its beginning so that places stay what they are. */
function disturbed(
  characters: readonly string[],
  places: readonly number[],
  genes: Float64Array,
  kinds: readonly Disturbance[],
): string {
  const index = (gene: number, length: number): number => Math.min(length - 1, Math.floor(gene * length));
  const wanted = new Map<number, { readonly kind: Disturbance; readonly choice: number }>();
  for (let at = 0; at < genes.length; at += GENES) {
    const kind = kinds[index(genes[at + 1]!, kinds.length)]!;
    wanted.set(places[index(genes[at]!, places.length)]!, { kind, choice: genes[at + 2]! });
  }
  let text = [...characters];
  let last = Infinity;
  for (const [place, { kind, choice }] of [...wanted].toSorted((a, b) => b[0] - a[0])) {
    // A reordering takes the character behind it, too.
    if (kind === 'reorder' && place + 1 >= last) continue;
    const next = disturb(text, place, kind, choice);
    if (next === null) continue;
    text = next;
    last = place;
  }
  return text.join('');
}
